"""Desks that are closed again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from tests.providers.app_store.desk import Desk, open_desk


@pytest.fixture
async def desk_in() -> AsyncIterator[Callable[..., Desk]]:
    """Opens a desk in a stage: testflight, review, waiting, phased."""
    desks: list[Desk] = []

    def make(*args: object, **more: object) -> Desk:
        desks.append(open_desk(*args, **more))
        return desks[-1]

    yield make
    for desk in desks:
        await desk.http.aclose()
