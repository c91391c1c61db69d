"""Desks that are closed again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from rollout_tui.domain.plan import RolloutPlan
from tests.providers.google_play.desk import ANDROID, Desk, open_desk
from tests.providers.google_play.fake import FakePlay, release


@pytest.fixture
async def desk_of(tmp_path: Path) -> AsyncIterator[Callable[..., Desk]]:
    """Opens a desk on a fake Play."""
    desks: list[Desk] = []

    def make(play: FakePlay, rollout: RolloutPlan = ANDROID) -> Desk:
        desks.append(open_desk(play, tmp_path / "locks", rollout))
        return desks[-1]

    yield make
    for desk in desks:
        await desk.http.aclose()


@pytest.fixture
def half() -> FakePlay:
    """Build 4201 at 50 % beside the full release that served before."""
    return FakePlay(
        {
            "production": [
                release("inProgress", "4201", "4190", fraction=0.5),
                release("completed", "4103", name="4.1.3"),
            ],
            "internal": [release("completed", "4200", name="4.2.0-rc")],
        }
    )
