"""An engine for the length of one command."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rollout_tui.config.settings import Settings
    from rollout_tui.engine.engine import Engine


@asynccontextmanager
async def engine_for(settings: Settings, read_only: str | None = None) -> AsyncIterator[Engine]:
    """An engine that knows what history knows; closed in every case."""
    from rollout_tui.engine.engine import Engine

    engine = Engine(settings, read_only=read_only)
    engine.load()
    try:
        yield engine
    finally:
        await engine.close()
