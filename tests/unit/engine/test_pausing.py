"""Pausing works whatever else is broken: journal, disk, sources, trackers, reads, judging."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from rollout_tui.domain.actions import ActionKind, Ending
from rollout_tui.domain.events import EventKind
from rollout_tui.domain.quantities import Bare, Proportion
from rollout_tui.domain.releases import StateWord
from rollout_tui.engine import proposals
from rollout_tui.history.audit import audit_file
from rollout_tui.ports import Denied, OutcomeUnknown, ProviderError, Unreachable
from tests.clocks import until
from tests.unit.engine.acting import (
    ANDROID,
    act,
    journalled,
    lease_of,
    looking,
    may_promote,
    raising,
    to_the_deadline,
    without_history,
)
from tests.unit.engine.fakes import World
from tests.unit.engine.watching import android

# --- when the journal fails ------------------------------------------------------------------------------------------


async def test_a_pause_without_a_journal_is_done_and_says_so(world: World) -> None:
    engine = await without_history(world)
    outcome = await act(engine)
    assert outcome.ending is Ending.DONE
    assert not outcome.journalled
    assert outcome.message == "Google Play shows it: halted. It could not be journalled."


@pytest.mark.parametrize("kind", [ActionKind.RESUME, ActionKind.PROMOTE])
async def test_nothing_but_a_pause_is_done_without_a_journal(world: World, kind: ActionKind) -> None:
    if kind is ActionKind.RESUME:
        world.state = replace(world.state, word=StateWord.PAUSED, status="halted")
        engine = await looking(world)
    else:
        engine = await may_promote(world)
    proposal = engine.propose(ANDROID, kind)
    assert proposal.possible
    connection = engine._archive._history._connection  # type: ignore[union-attr]
    connection.execute("PRAGMA query_only = 1")
    outcome = await engine.perform(proposal)
    assert outcome.ending is Ending.REFUSED
    assert "history cannot be written: the file is read-only" in outcome.message
    assert world.store.performed == []


async def test_a_disk_that_hangs_does_not_hold_up_a_pause(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = await looking(world)
    actions = engine._works.actions[ANDROID]
    monkeypatch.setattr(actions, "_rules", replace(actions._rules, patience=0.01))
    import threading

    release = threading.Event()
    engine._archive.write(lambda history: release.wait(20))
    outcome = await act(engine)
    assert outcome.ending is Ending.DONE
    assert not outcome.journalled
    assert engine._archive.alarm == "history cannot be written: the disk does not answer"
    release.set()
    await until(lambda: engine._archive.alarm is None, "the disk's return")


# --- when something else fails ---------------------------------------------------------------------------------------


async def test_pausing_works_while_sources_tracker_and_reads_fail(world: World) -> None:
    world.source.on_read = raising(Unreachable("down"))
    world.tracker.on_count = raising(Denied("no"))
    world.store.on_read = raising(Unreachable("HTTP 503"))
    engine = await looking(world)
    proposal = engine.propose(ANDROID, ActionKind.PAUSE)
    assert proposal.possible

    def up() -> None:
        world.store.on_read = lambda: None

    world.store.on_perform = up
    assert (await engine.perform(proposal)).ending is Ending.DONE


async def test_a_mistake_in_judging_stops_no_pause(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = await looking(world)
    monkeypatch.setattr(proposals, "waiting", lambda *_: 1 / 0)
    pause = engine.propose(ANDROID, ActionKind.PAUSE)
    monkeypatch.setattr(engine._assessor, "assess", lambda: 1 / 0)
    outcome = await engine.perform(pause)
    monkeypatch.undo()
    assert (outcome.ending, outcome.journalled) == (Ending.DONE, True)
    assert journalled(world) == [("pause", "done")]


async def test_numbers_beyond_all_counts_are_no_data_and_stop_no_pause(world: World) -> None:
    world.source.quantities = {"crash_rate": Proportion(Decimal("1e-400"), 10**300), "connect_time": Bare(1e300)}
    engine = await looking(world)
    assert "beyond anything that is counted" in str(android(engine).metrics[0].problem)
    assert (await act(engine)).ending is Ending.DONE


async def test_a_pause_is_not_stopped_by_somebody_elses_read_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = await looking(world)
    actions = engine._works.actions[ANDROID]
    monkeypatch.setattr(actions, "_rules", replace(actions._rules, patience=0.05))
    with lease_of(world).held("resume", 60):
        assert (await act(engine)).ending is Ending.DONE


WAY = "Play Console: Production > Manage rollout > Halt rollout"


@pytest.mark.parametrize(
    "error", [Unreachable("Google Play cannot be reached"), Denied("403", "grant it"), OutcomeUnknown("no answer")]
)
async def test_a_pause_that_the_store_did_not_take_says_where_a_person_does_it(
    world: World, error: ProviderError
) -> None:
    world.plans = tuple(
        replace(plan, phases=tuple(replace(phase, by_hand=WAY) for phase in plan.phases)) for plan in world.plans
    )
    engine = await looking(world)
    world.store.on_perform = raising(error)
    world.store.on_read = raising(Unreachable("HTTP 503"))
    outcome = await to_the_deadline(world, asyncio.ensure_future(act(engine)))
    assert outcome.ending in (Ending.REFUSED, Ending.UNCONFIRMED)
    assert outcome.by_hand == WAY
    assert outcome.told.endswith(f". By hand: {WAY}.")
    assert "Look there by hand" not in outcome.told
    assert android(engine).last_outcome == outcome
    assert engine.snapshot.events[0].text == outcome.told


async def test_the_events_of_an_action_are_found_in_the_audit_log(world: World) -> None:
    engine = await looking(world)
    assert (await act(engine)).ending is Ending.DONE
    told = [event for event in engine.snapshot.events if event.kind is EventKind.ACTION]
    links = [await engine.past.audited(event) for event in told]
    assert [None if sought.line is None else sought.line.number for sought in links] == [2, 1]
    state = next(event for event in engine.snapshot.events if event.kind is EventKind.STATE)
    unsigned = await engine.past.audited(replace(state, at=state.at + 1))
    assert unsigned.why_not == "the audit log has no line of that moment"


async def test_an_audit_log_that_cannot_be_read_is_not_said_to_lack_the_line(world: World) -> None:
    engine = await looking(world)
    assert (await act(engine)).ending is Ending.DONE
    told = next(event for event in engine.snapshot.events if event.kind is EventKind.ACTION)
    log = audit_file(world.path)
    log.rename(log.with_suffix(".away"))
    log.mkdir()
    assert (await engine.past.audited(told)).why_not == f"the audit log cannot be read: {log}: is a directory"
