"""What pages read of the past comes from the real history, and is empty where that cannot be used."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.quantities import Proportion
from rollout_tui.domain.readings import Scope
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.snapshot import Before
from rollout_tui.engine.archive import Archive
from rollout_tui.engine.past import Past
from rollout_tui.history import History
from tests.tui.samples import android
from tests.unit.domain.builders import CRASH, HOUR, NOW, play, reading

STEP = 600.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Build 4201 in its phase for 31 h with 0.3 %; build 4130 two weeks ago with 0.4 %, 5 h into the same phase."""
    path = tmp_path / "history.db"
    history = History.open(path)
    then = NOW - 14 * 24 * HOUR
    for n in range(40):
        at = NOW - n * STEP
        history.samples.add([(Platform.ANDROID, _crashes("4201", 3, at))])
        history.samples.add([(Platform.ANDROID, _crashes("4130", 4, then + 31 * HOUR - n * STEP))])
    for share, at in (("0.1", then - HOUR), ("0.5", then)):
        state = replace(play(share, at), build="4130", share=Decimal(share))
        history.states.add(Platform.ANDROID, state)
    history.events.add(
        [
            Event(NOW - 3 * HOUR, EventKind.ACTION, "Promote by mara", Platform.ANDROID),
            Event(NOW - 2 * HOUR, EventKind.STATE, "On the other platform", Platform.IOS),
            Event(NOW - HOUR, EventKind.SOURCE, "Prometheus answers again"),
        ]
    )
    history.close()
    return path


def _crashes(build: str, bad: int, at: float):  # type: ignore[no-untyped-def]
    return replace(reading(CRASH, Proportion(bad, 1000), scope=Scope.RECENT, build=build, as_of=at), taken_at=at)


async def test_a_close_up_has_the_curve_the_build_before_and_what_concerns_this_rollout(path: Path) -> None:
    archive = Archive(path)
    seen = await Past(archive).close_up(android(), CRASH, NOW + STEP, STEP, 36)
    await archive.close()
    assert set(seen.values[-20:]) == {0.003}
    assert seen.ghost_build == "4130"
    assert 0.004 in seen.ghost
    assert [event.text for event in seen.marks] == ["Promote by mara", "Prometheus answers again"]
    assert seen.began == NOW - 31 * HOUR


async def test_without_a_build_before_there_is_no_ghost(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "history.db")
    seen = await Past(archive).close_up(android(), CRASH, NOW, STEP, 12)
    await archive.close()
    assert seen.values == (None,) * 12
    assert (seen.ghost, seen.ghost_build) == ((), "")


async def test_a_history_that_cannot_be_used_leaves_the_chart_empty(tmp_path: Path) -> None:
    damaged = tmp_path / "history.db"
    damaged.write_bytes(b"not a database" * 100)
    archive = Archive(damaged)
    past = Past(archive)
    assert (await past.close_up(android(), CRASH, NOW, STEP, 12)).values == (None,) * 12
    assert list(await past.events(NOW, 10)) == []
    await archive.close()


async def test_the_build_before_is_read_at_the_same_hour_of_its_phase(path: Path) -> None:
    archive = Archive(path)
    before = await Past(archive).before(android(), NOW)
    await archive.close()
    assert before == Before("4130", "4.2.0", (("crash_rate", 0.004),))


async def test_without_a_build_before_that_is_said_and_without_history_nothing(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "new.db")
    assert await Past(archive).before(android(), NOW) == Before()
    await archive.close()
