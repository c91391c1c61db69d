"""Desks of the rehearsed stores, closed after the test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from rollout_tui.rehearsal.stores.apple_start import AppStoreStart
from tests.rehearsal.stores.apple_desk import Desk, open_desk
from tests.rehearsal.stores.play_desk import Desk as PlayDesk
from tests.rehearsal.stores.play_desk import half_released


@pytest.fixture
async def desk_in():
    """Opens a desk in a stage of the release; reads show changes at once unless `lag` says otherwise."""
    opened: list[Desk] = []

    def open_in(stage: str, **changed: Any) -> Desk:
        since = -2.0 if stage == "review" else -52.0
        desk = open_desk(AppStoreStart(**{"stage": stage, "since": since, "lag": 0.0, **changed}))
        opened.append(desk)
        return desk

    yield open_in
    for desk in opened:
        await desk.http.aclose()


@pytest.fixture
async def desk() -> AsyncIterator[PlayDesk]:
    """A desk on Google Play, where our build is at half of the users."""
    opened = half_released()
    yield opened
    await opened.http.aclose()
