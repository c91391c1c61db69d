"""Past moments rebuilt from a real history: nothing that came later shows, and verdicts are those of then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.plan import BugScope, Plan
from rollout_tui.domain.quantities import Proportion
from rollout_tui.domain.readings import Reading, Scope, Window
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.verdicts import Bug, BugCount, SignOff, Verdict
from rollout_tui.engine.board import Board, stale_limits
from rollout_tui.engine.travel import Traveller
from rollout_tui.history import History, HistoryError
from tests.unit.domain.builders import ANDROID, CRASH, HOUR, NOW, play, reading

BEGAN = NOW - 20 * HOUR
PLAN = Plan("acme-connect", "4.2.0", (ANDROID,))
TURN = NOW - 5 * HOUR
"""Until then 0.1 % crash; from then on 4 %."""


def counts(at: float) -> Proportion:
    """All sessions of the phase up to then: 1,000 an hour."""
    good, bad = min(at, TURN) - BEGAN, max(0.0, at - TURN)
    return Proportion(int(good / 3600) + int(40 * bad / 3600), max(1, int((at - BEGAN) / 3.6)))


def polls(at: float) -> list[tuple[Platform, Reading]]:
    recent = Proportion(40 if at > TURN else 1, 1000)
    return [
        (Platform.ANDROID, replace(reading(CRASH, recent, scope=Scope.RECENT, as_of=at), taken_at=at)),
        (
            Platform.ANDROID,
            replace(reading(CRASH, counts(at), scope=Scope.PHASE, as_of=at), taken_at=at, window=Window(BEGAN, at)),
        ),
    ]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "history.db"
    history = History.open(path)
    history.states.add(Platform.ANDROID, play("0.1", BEGAN - 30 * HOUR))
    history.states.add(Platform.ANDROID, play("0.5", BEGAN))
    history.states.add(Platform.ANDROID, play("0.5", NOW - 2 * HOUR), watched=True)
    for minute in range(5, 20 * 60, 5):
        at = BEGAN + minute * 60
        if not NOW - 12 * HOUR < at < NOW - 11 * HOUR:
            history.samples.add(polls(at))
    history.bugs.add(Platform.ANDROID, "4201", {BugScope.ANY: BugCount(0, NOW - 10 * HOUR, "GitHub")})
    told = (Bug("#1", "x", "https://github.example/1", NOW - 3 * HOUR),)
    history.bugs.add(Platform.ANDROID, "4201", {BugScope.ANY: BugCount(2, NOW - 2 * HOUR, "GitHub", told)})
    history.signoffs.add(Platform.ANDROID, SignOff("signoff:maintainer", "closed", "4.2.0", "4201", "mara", NOW - HOUR))
    history.events.add(
        [
            Event(NOW - 15 * HOUR, EventKind.STATE, "Earlier", Platform.ANDROID),
            Event(NOW - HOUR, EventKind.STATE, "Later", Platform.ANDROID),
        ]
    )
    history.close()
    return path


@pytest.fixture
async def traveller(path: Path) -> AsyncIterator[Traveller]:
    made = Traveller(path, PLAN, lambda: [Board(ANDROID, "Google Play", stale_limits(ANDROID, {}, 900.0))], 60.0)
    yield made
    await made.close()


def crash_gate(snapshot):  # type: ignore[no-untyped-def]
    return next(gate for gate in snapshot.rollouts[0].gates if gate.gate.metric == CRASH.id)


async def test_a_moment_shows_what_was_known_then_and_nothing_later(traveller: Traveller) -> None:
    then = await traveller.at(NOW - 9.9 * HOUR)
    rollout = then.rollouts[0]
    assert then.at == NOW - 9.9 * HOUR
    assert rollout.severity is Severity.UNKNOWN or rollout.metrics[0].severity is Severity.OK
    assert rollout.metrics[0].severity is Severity.OK
    assert crash_gate(then).verdict is Verdict.PASS
    assert [event.text for event in then.events] == ["Earlier"]
    assert not any(gate.signoff for gate in rollout.gates)
    assert rollout.current is not None
    assert rollout.current.elapsed == pytest.approx(10.1 * HOUR)


async def test_what_the_store_said_is_as_old_as_it_was_then(traveller: Traveller) -> None:
    for hours, age in ((9.9, 0.0), (2.5, 0.0), (1.0, HOUR)):
        state = (await traveller.at(NOW - hours * HOUR)).rollouts[0].store.state
        assert state is not None
        assert NOW - hours * HOUR - state.as_of == pytest.approx(age)
        assert state.share_as_of == state.as_of


async def test_before_a_tracker_was_asked_its_count_is_not_recorded(traveller: Traveller) -> None:
    then = await traveller.at(NOW - 15 * HOUR)
    bugs = next(gate for gate in then.rollouts[0].gates if gate.gate.bugs is not None)
    assert (bugs.verdict, bugs.reason) == (Verdict.NO_DATA, "not recorded")


VERDICTS = {18.0: Verdict.UNDECIDED, 15.0: Verdict.PASS, 8.0: Verdict.PASS, 3.0: Verdict.FAIL, 0.2: Verdict.FAIL}
BACKWARDS = tuple(0.2 + step for step in range(18))


@pytest.mark.parametrize(
    "route", [(18.0, 15.0, 8.0, 3.0, 0.2), (0.2, 3.0, 8.0, 15.0, 18.0), (8.0, 0.2, 8.0, 3.0), BACKWARDS]
)
async def test_every_way_to_a_moment_gives_the_same_evidence(traveller: Traveller, path: Path, route) -> None:  # type: ignore[no-untyped-def]
    """Steps go on from what was kept on the way, forward and back: both are what a fresh look gives."""
    for hours in route:
        seen = crash_gate(await traveller.at(NOW - hours * HOUR))
        fresh = Traveller(path, PLAN, lambda: [Board(ANDROID, "Google Play", stale_limits(ANDROID, {}, 900.0))], 60.0)
        alone = crash_gate(await fresh.at(NOW - hours * HOUR))
        await fresh.close()
        assert seen == alone
        assert (seen.verdict is Verdict.FAIL) == (hours < 4.7)
        assert seen.verdict is VERDICTS.get(hours, seen.verdict)


async def test_what_is_recorded_has_its_ends_its_hole_and_its_events(traveller: Traveller) -> None:
    record = await traveller.record()
    assert record is not None
    assert (record.first, record.last) == (BEGAN + 300, NOW - 300)
    assert record.holes == ((NOW - 12 * HOUR, NOW - 11 * HOUR),)
    assert record.event_before(NOW) == NOW - HOUR
    assert record.event_before(NOW - HOUR) == NOW - 15 * HOUR
    assert record.event_after(NOW - HOUR) is None


async def test_a_history_that_cannot_be_read_says_so_in_one_sentence(tmp_path: Path) -> None:
    damaged = tmp_path / "history.db"
    damaged.write_bytes(b"not a database" * 100)
    traveller = Traveller(damaged, PLAN, list, 60.0)
    with pytest.raises(HistoryError, match="damaged or not a history"):
        await traveller.at(NOW)
    await traveller.close()


async def test_a_traveller_who_is_closed_while_he_reads_leaves_no_file_open(path: Path) -> None:
    traveller = Traveller(path, PLAN, list, 60.0)
    reading = asyncio.create_task(traveller.record())
    await asyncio.sleep(0)
    reading.cancel()
    await traveller.close()
    held = [link for link in Path("/proc/self/fd").iterdir() if link.exists() and link.readlink() == path]
    assert held == []


async def test_nothing_recorded_is_none(tmp_path: Path) -> None:
    History.open(tmp_path / "history.db").close()
    traveller = Traveller(tmp_path / "history.db", PLAN, list, 60.0)
    assert await traveller.record() is None
    await traveller.close()
