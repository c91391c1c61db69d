"""Actions: every ending, in the store's words; the journal before the first byte; pausing whatever else is broken."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from rollout_tui.domain.actions import ActionKind, Consent, Ending, Outcome, Proposal, Step, Terms
from rollout_tui.domain.quantities import Bare, Proportion
from rollout_tui.domain.releases import Platform, StateWord
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Snapshot
from rollout_tui.domain.verdicts import SignOff
from rollout_tui.engine import proposals
from rollout_tui.engine.engine import Engine
from rollout_tui.engine.lease import Lease
from rollout_tui.history import History
from rollout_tui.ports import Denied, NeedsConsent, OutcomeUnknown, Refused, StateDiffers, Unreachable
from tests.clocks import breathe, until
from tests.unit.domain.builders import NOW
from tests.unit.engine.fakes import World
from tests.unit.engine.test_watching import android, settled, texts

ANDROID = Platform.ANDROID
ROOT = Path(__file__).parents[3]


def lease_of(world: World) -> Lease:
    """That of another process on the same history."""
    return Lease.of("", world.path, "android", "mara@rel-01")


def raising(error: Exception) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


async def looking(world: World) -> Engine:
    engine = world.engine()
    await engine.poll_once()
    return engine


async def act(engine: Engine, kind: ActionKind = ActionKind.PAUSE) -> Outcome:
    """Propose, confirm."""
    return await engine.perform(engine.propose(ANDROID, kind), "because")


async def to_the_deadline(world: World, acting: asyncio.Task[Outcome]) -> Outcome:
    while not acting.done():
        await world.clock.advance(5)
        await asyncio.sleep(0.001)
    return acting.result()


def journalled(world: World) -> list[tuple[str, str | None]]:
    """Action and ending of every journal line."""
    history = History.reader(world.path)
    rows = history._connection.execute("SELECT action, ending FROM journal ORDER BY at").fetchall()
    history.close()
    return [tuple(row) for row in rows]


async def may_promote(world: World) -> Engine:
    """48 hours are over and mara signed."""
    world.state = replace(world.state, since=NOW - 49 * 3600)
    engine = world.engine()
    await engine._archive.call(
        lambda history: history.signoffs.add(
            ANDROID, SignOff("signoff:maintainer", "closed", "4.2.0", "4201", "mara", NOW, "go")
        )
    )
    engine.load()
    await engine.poll_once()
    return engine


# --- proposals -------------------------------------------------------------------------------------------------


async def test_a_pause_is_proposed_in_the_stores_words_with_what_the_person_sees(world: World) -> None:
    engine = await looking(world)
    proposal = engine.propose(ANDROID, ActionKind.PAUSE)
    assert proposal.possible
    assert proposal.title == "PAUSE ANDROID"
    assert proposal.change is not None
    assert proposal.change.headline == "Google Play: 4.2.0 (4201) becomes halted."
    assert proposal.seen == android(engine).store.state
    assert proposal.typed is None
    assert len(world.store.reads) == 1, "nothing is asked to open a dialog"


async def test_a_promotion_is_typed_with_platform_and_share_and_says_what_stands_against_it(world: World) -> None:
    engine = await looking(world)
    proposal = engine.propose(ANDROID, ActionKind.PROMOTE)
    assert proposal.typed == "android 100"
    assert proposal.target is not None
    assert proposal.target.id == "production"
    assert not proposal.possible
    assert [obstacle.reason.split(":")[0] for obstacle in proposal.obstacles] == [
        "48 h in this phase",
        "Maintainer sign-off",
    ]
    assert len(proposal.gates) == 6


async def test_a_pause_can_be_proposed_and_done_before_anything_was_read(world: World) -> None:
    engine = world.engine()
    proposal = engine.propose(ANDROID, ActionKind.PAUSE)
    assert proposal.possible
    assert proposal.seen is None
    outcome = await engine.perform(proposal)
    assert outcome.ending is Ending.DONE
    assert world.store.performed[0][1] is None, "nothing to compare with"


async def test_a_pause_of_a_store_that_cannot_be_read_compares_with_nothing(world: World) -> None:
    engine = await looking(world)
    world.store.on_read = raising(Unreachable("HTTP 503"))
    await engine.read_stores()
    proposal = engine.propose(ANDROID, ActionKind.PAUSE)
    assert proposal.possible
    assert proposal.seen is None
    assert not engine.propose(ANDROID, ActionKind.PROMOTE).possible


async def test_a_store_that_cannot_be_opened_is_the_reason_why_not(world: World) -> None:
    world.broken["play"] = Denied("the key is revoked", "make a new one")
    engine = world.engine()
    proposal = engine.propose(ANDROID, ActionKind.PAUSE)
    assert [(o.reason, o.remedy) for o in proposal.obstacles] == [("the key is revoked", "make a new one")]
    assert (await engine.perform(proposal)).ending is Ending.REFUSED


# --- endings ---------------------------------------------------------------------------------------------------


async def test_done_means_that_the_store_shows_it(world: World) -> None:
    engine = await looking(world)
    outcome = await act(engine)
    assert (outcome.ending, outcome.message) == (Ending.DONE, "Google Play shows it: halted.")
    assert outcome.journalled
    assert android(engine).store.state is not None
    assert android(engine).store.state.word is StateWord.PAUSED  # type: ignore[union-attr]
    assert journalled(world) == [("pause", "done")]
    requested = android(engine).store.requested
    assert requested is not None
    assert (requested.text, requested.by) == ("halted", "jkim@rel-01")
    assert texts(engine)[0] == "Pause done: Google Play shows it: halted."
    assert "Pause by jkim@rel-01: Google Play: 4.2.0 (4201) becomes halted." in texts(engine)
    assert android(engine).store.changed_elsewhere is None


async def test_a_pause_asks_the_store_for_nothing_before_the_change(world: World) -> None:
    engine = await looking(world)
    world.store.reads.clear()
    world.store.on_perform = lambda: world.store.reads.append((ANDROID, False))  # marks the moment
    await act(engine)
    assert world.store.reads[0] == (ANDROID, False)


async def test_the_intent_is_on_the_disk_before_the_store_hears_of_it(world: World) -> None:
    engine = await looking(world)
    seen: list[list[tuple[str, str | None]]] = []
    world.store.on_perform = lambda: seen.append(journalled(world))
    await act(engine)
    assert seen == [[("pause", None)]]


async def test_a_person_who_saw_something_else_is_shown_what_is(world: World) -> None:
    engine = await looking(world)
    world.store.takes_effect = False
    now = replace(world.state, share=Decimal("0.2"), as_of=NOW + 1)
    world.store.on_perform = raising(StateDiffers("The store now says 20 %.", now))
    outcome = await act(engine)
    assert (outcome.ending, outcome.state) == (Ending.DIFFERS, now)
    assert android(engine).store.state == now
    assert journalled(world) == [("pause", "store differs")]


async def test_what_the_store_already_shows_is_already_so(world: World) -> None:
    engine = await looking(world)
    world.store.takes_effect = False
    now = replace(world.state, word=StateWord.PAUSED, status="halted", as_of=NOW + 1)
    world.store.on_perform = raising(StateDiffers("It is halted.", now))
    assert (await act(engine)).ending is Ending.ALREADY


async def test_pausing_what_is_paused_changes_nothing_and_says_so(world: World) -> None:
    world.state = replace(world.state, word=StateWord.PAUSED, status="halted")
    engine = await looking(world)
    outcome = await act(engine)
    assert (outcome.ending, outcome.message) == (
        Ending.ALREADY,
        "The store already shows halted. Nothing was changed.",
    )
    assert world.store.performed == []


@pytest.mark.parametrize(
    "error", [Refused("no such release", "look there"), Denied("no right"), Unreachable("no route")]
)
async def test_a_refusal_is_told_with_its_remedy_and_a_failed_pause_loudly(world: World, error: Exception) -> None:
    engine = await looking(world)
    world.store.takes_effect = False
    world.store.on_perform = raising(error)
    outcome = await act(engine)
    assert outcome.ending is Ending.REFUSED
    assert outcome.message == f"{error} {getattr(error, 'remedy', '')}".strip()
    assert engine.snapshot.events[0].level is Severity.CRITICAL
    assert journalled(world) == [("pause", "refused")]
    assert android(engine).store.requested is None, "it never reached the store"
    assert android(engine).running is None


async def test_a_lost_answer_is_settled_by_reading(world: World) -> None:
    engine = await looking(world)
    world.store.on_perform = raising(OutcomeUnknown("the commit was not answered"))
    outcome = await act(engine)
    assert outcome.ending is Ending.DONE
    assert len(world.store.performed) == 1, "never sent twice"


async def test_a_lost_answer_without_effect_is_not_confirmed_and_not_repeated(world: World) -> None:
    engine = await looking(world)
    world.store.takes_effect = False
    world.store.on_perform = raising(OutcomeUnknown("the commit was not answered"))
    outcome = await to_the_deadline(world, asyncio.create_task(act(engine)))
    assert outcome.ending is Ending.UNCONFIRMED
    assert outcome.message.startswith("the commit was not answered Not confirmed by Google Play after 3 min")
    assert len(world.store.performed) == 1
    assert engine.snapshot.recommendation.headline.startswith("Check Android at Google Play by hand")


async def test_a_store_that_breaks_while_it_changes_is_read_back(world: World) -> None:
    engine = await looking(world)
    world.store.on_perform = raising(KeyError("s3cret"))
    outcome = await act(engine)
    assert outcome.ending is Ending.DONE


async def test_the_read_back_goes_on_while_the_store_is_unreachable(world: World) -> None:
    engine = await looking(world)

    def down() -> None:
        world.store.on_read = raising(Unreachable("HTTP 503"))

    world.store.on_perform = down
    acting = asyncio.create_task(act(engine))
    await until(lambda: android(engine).store.problem is not None, "the failed read-back")
    await world.clock.advance(4)
    world.store.on_read = lambda: None
    outcome = await to_the_deadline(world, acting)
    assert outcome.ending is Ending.DONE


async def test_a_change_that_shows_late_is_done_after_all(world: World) -> None:
    engine = await looking(world)
    world.store.takes_effect = False
    outcome = await to_the_deadline(world, asyncio.create_task(act(engine)))
    assert outcome.ending is Ending.UNCONFIRMED
    world.state = replace(world.state, word=StateWord.PAUSED, status="halted")
    await world.clock.advance(30)
    await engine.read_stores()
    await engine._works.upkeep.confirm_late()
    last = engine._assessor.assess().rollout(ANDROID).last_outcome
    assert last is not None
    assert (last.ending, last.message) == (Ending.DONE, "Google Play shows it now: halted.")
    assert journalled(world) == [("pause", "done")]
    assert android(engine).store.changed_elsewhere is None


# --- while it runs ---------------------------------------------------------------------------------------------


async def test_the_steps_are_shown_and_the_state_stays_what_the_store_says(world: World) -> None:
    engine = await looking(world)
    world.store.takes_effect = False
    seen: list[tuple[Step, ...]] = []

    def watch(snapshot: Snapshot) -> None:
        running = snapshot.rollout(ANDROID).running
        if running is not None and (not seen or seen[-1] != running.steps):
            seen.append(running.steps)
            assert snapshot.rollout(ANDROID).store.state is not None
            assert snapshot.rollout(ANDROID).store.state.word is StateWord.RUNNING  # type: ignore[union-attr]

    engine.listen(watch)
    acting = asyncio.create_task(act(engine))
    await until(lambda: seen and Step.READING_BACK in seen[-1], "the read-back")
    assert seen[-1] == (Step.JOURNALLED, Step.ACCEPTED, Step.READING_BACK)
    assert not engine.propose(ANDROID, ActionKind.RESUME).possible
    world.state = replace(world.state, word=StateWord.PAUSED, status="halted")
    assert (await to_the_deadline(world, acting)).ending is Ending.DONE


async def test_a_second_action_is_refused_while_one_runs(world: World) -> None:
    engine = await looking(world)
    world.store.takes_effect = False
    proposal = engine.propose(ANDROID, ActionKind.PAUSE)
    acting = asyncio.create_task(engine.perform(proposal))
    await breathe()
    second = await engine.perform(replace(proposal, id="second"))
    assert second.ending is Ending.REFUSED
    assert "another action is under way" in second.message
    assert len(world.store.performed) <= 1
    await to_the_deadline(world, acting)


async def test_an_action_goes_on_when_the_screen_that_asked_for_it_goes_away(world: World) -> None:
    engine = await looking(world)
    started = asyncio.Event()
    world.store.on_perform = started.set
    world.store.on_read = raising(Unreachable("HTTP 503"))
    asking = asyncio.create_task(act(engine))
    await started.wait()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await until(lambda: world.clock.sleeping, "the wait for the next look")
    world.store.on_read = lambda: None
    await world.clock.advance(10)
    await until(lambda: journalled(world) == [("pause", "done")], "the end of the action")


# --- promotions need everything --------------------------------------------------------------------------------


async def test_a_promotion_is_done_when_every_gate_holds(world: World) -> None:
    engine = await may_promote(world)
    outcome = await act(engine, ActionKind.PROMOTE)
    assert outcome.ending is Ending.DONE
    change, seen = world.store.performed[0]
    assert change.expects.share == Decimal(1)
    assert seen is not None
    requested = android(engine).store.requested
    assert requested is not None
    assert requested.text == "100 %"


async def test_a_gate_that_fails_between_dialog_and_confirmation_stops_the_promotion(world: World) -> None:
    engine = await may_promote(world)
    proposal = engine.propose(ANDROID, ActionKind.PROMOTE)
    assert proposal.possible
    world.tracker.open = 1
    await engine._works.tracker_pollers[0].poll_once()
    outcome = await engine.perform(proposal)
    assert outcome.ending is Ending.REFUSED
    assert outcome.message.startswith("Not any more: No critical bugs: 1 open")
    assert world.store.performed == []


async def test_data_that_became_stale_between_dialog_and_confirmation_stops_the_promotion(world: World) -> None:
    engine = await may_promote(world)
    proposal = engine.propose(ANDROID, ActionKind.PROMOTE)
    await world.clock.advance(200)
    outcome = await engine.perform(proposal)
    assert outcome.ending is Ending.REFUSED
    assert "no data (STALE" in outcome.message


@pytest.mark.parametrize("kind", list(ActionKind))
async def test_nothing_is_possible_read_only(world: World, kind: ActionKind) -> None:
    engine = world.engine(read_only="started with --read-only by jkim")
    await engine.poll_once()
    proposal = engine.propose(ANDROID, kind)
    assert [o.reason for o in proposal.obstacles] == ["read-only: started with --read-only by jkim"]
    forged = replace(proposal, obstacles=(), change=engine_change(world, proposal))
    assert (await engine.perform(forged)).ending is Ending.REFUSED
    assert world.store.performed == []


def engine_change(world: World, proposal: Proposal) -> object:
    writing = world.engine()
    return writing.propose(ANDROID, ActionKind.PAUSE).change


# --- when the journal fails ------------------------------------------------------------------------------------


async def without_history(world: World) -> Engine:
    world.path.parent.mkdir()
    world.path.write_bytes(b"no database " * 99)
    engine = world.engine()
    await engine.poll_once()
    return engine


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


# --- on what terms ---------------------------------------------------------------------------------------------


async def test_what_the_store_asks_about_is_told_with_the_outcome_and_nothing_is_open(world: World) -> None:
    world.store.on_perform = raising(NeedsConsent("a review is running", Consent("cancel-review", "It is cancelled.")))
    engine = await looking(world)
    outcome = await act(engine)
    assert (outcome.ending, outcome.consent) == (Ending.REFUSED, Consent("cancel-review", "It is cancelled."))
    assert outcome.message == "Nothing was changed. a review is running It is cancelled."
    assert journalled(world) == [("pause", "refused")]


async def test_what_a_person_allows_reaches_the_stores_plan(world: World) -> None:
    engine = await looking(world)
    proposal = engine.propose(ANDROID, ActionKind.PAUSE, Terms(allowed=("cancel-review",)))
    assert world.store.intents[-1].allowed == ("cancel-review",)
    assert proposal.terms.allowed == ("cancel-review",)


async def test_a_resume_offers_the_shares_up_to_the_one_that_was_paused(world: World) -> None:
    world.state = replace(world.state, word=StateWord.PAUSED, status="halted")
    engine = await looking(world)
    assert engine.propose(ANDROID, ActionKind.RESUME).shares == (Decimal("0.5"), Decimal("0.1"))
    engine.propose(ANDROID, ActionKind.RESUME, Terms(share=Decimal("0.1")))
    assert world.store.intents[-1].share == Decimal("0.1")


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


async def test_a_resume_never_goes_beyond_the_share_that_was_paused(world: World) -> None:
    """More users are a promotion: its gates, its typed text, its second person."""
    world.state = replace(world.state, word=StateWord.PAUSED, status="halted", share=Decimal("0.1"))
    engine = await looking(world)
    beyond = engine.propose(ANDROID, ActionKind.RESUME, Terms(share=Decimal(1)))
    assert not beyond.possible
    assert beyond.obstacles[0].reason == "100 % is beyond the 10 % that was paused"
    assert (await engine.perform(beyond)).ending is Ending.REFUSED
    assert engine.propose(ANDROID, ActionKind.RESUME, Terms(share=Decimal("0.05"))).possible
    world.state = replace(world.state, share=None)
    await engine.read_stores()
    assert not engine.propose(ANDROID, ActionKind.RESUME, Terms(share=Decimal(1))).possible
    assert world.store.performed == []


async def test_a_share_between_two_phases_can_be_promoted_to_but_none_beyond_the_next(world: World) -> None:
    engine = await may_promote(world)
    raised = engine.propose(ANDROID, ActionKind.PROMOTE, Terms(share=Decimal("0.75")))
    assert (raised.possible, raised.typed, raised.share) == (True, "android 75", Decimal("0.75"))
    assert world.store.intents[-1].share == Decimal("0.75")
    world.state = replace(world.state, share=Decimal("0.1"))
    engine = await looking(world)
    beyond = engine.propose(ANDROID, ActionKind.PROMOTE, Terms(share=Decimal("0.75")))
    assert "75 % is beyond Closed testing (50 %)" in [obstacle.reason for obstacle in beyond.obstacles]


async def test_a_build_that_is_out_is_not_restarted(world: World) -> None:
    proposal = (await looking(world)).propose(ANDROID, ActionKind.RESTART)
    assert [obstacle.reason for obstacle in proposal.obstacles] == [
        "4201 is out already (inProgress); a restart is for a new build"
    ]


async def test_a_build_that_nobody_gets_begins_at_the_first_phase(world: World) -> None:
    world.state = replace(world.state, word=StateWord.UNKNOWN, status="not on the track", kind=None, share=None)
    engine = await looking(world)
    proposal = engine.propose(ANDROID, ActionKind.RESTART)
    assert (proposal.possible, proposal.typed) == (True, "android 10")
    assert (world.store.intents[-1].phase.id, world.store.intents[-1].share) == ("internal", Decimal("0.1"))
    assert (await engine.perform(proposal)).ending is Ending.DONE


# --- other processes -------------------------------------------------------------------------------------------


async def test_one_action_per_platform_across_processes(world: World) -> None:
    engine = await may_promote(world)
    with lease_of(world).held("resume", 60):
        outcome = await act(engine, ActionKind.PROMOTE)
    assert outcome.ending is Ending.REFUSED
    assert outcome.message.startswith("an action on android is under way by mara@rel-01, process")
    assert world.store.performed == []


async def test_a_pause_is_not_stopped_by_somebody_elses_read_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = await looking(world)
    actions = engine._works.actions[ANDROID]
    monkeypatch.setattr(actions, "_rules", replace(actions._rules, patience=0.05))
    with lease_of(world).held("resume", 60):
        assert (await act(engine)).ending is Ending.DONE


async def test_what_another_program_of_ours_did_is_no_change_made_elsewhere(world: World) -> None:
    watching = await looking(world)
    await act(await looking(world))
    await world.clock.advance(60)
    await watching.read_stores()
    assert android(watching).store.state is not None
    assert android(watching).store.state.word is StateWord.PAUSED  # type: ignore[union-attr]
    assert android(watching).store.changed_elsewhere is None
    assert android(watching).store.requested is not None


# --- after a kill ----------------------------------------------------------------------------------------------

KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from rollout_tui.domain.actions import ActionKind
from rollout_tui.domain.releases import Platform
from tests.unit.engine.fakes import World

async def main():
    world = World(Path(sys.argv[1]))
    engine = world.engine()
    await engine.poll_once()
    world.store.on_perform = lambda: os.kill(os.getpid(), signal.SIGKILL)
    await engine.perform(engine.propose(Platform.ANDROID, ActionKind.PAUSE))

asyncio.run(main())
"""


def killed_mid_change(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(folder)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == -9, done.stderr.decode()


async def restarted(world: World) -> Engine:
    engine = world.engine()
    await engine.start()
    return engine


async def later(world: World, engine: Engine, ending: str) -> None:
    """Half a minute after the other, until the open intent has ended that way."""
    for _ in range(60):
        await world.clock.advance(31)
        await settled(engine)
        if journalled(world) != [("pause", None)]:
            break
    assert journalled(world) == [("pause", ending)]


async def test_a_kill_after_the_change_is_settled_as_done(world: World, tmp_path: Path) -> None:
    killed_mid_change(tmp_path)
    assert journalled(world) == [("pause", None)]
    world.state = replace(world.state, word=StateWord.PAUSED, status="halted")
    engine = await restarted(world)
    await until(lambda: journalled(world) == [("pause", "done")], "settling")
    told = "Pause done: The pause of jkim@rel-01 took effect: the store shows halted."
    await until(lambda: told in texts(engine), "telling")
    assert world.store.performed == []


async def test_a_kill_before_the_change_is_settled_as_not_done_when_it_can_be_told(
    world: World, tmp_path: Path
) -> None:
    killed_mid_change(tmp_path)
    engine = await restarted(world)
    await until(lambda: len(world.store.reads) >= 2, "reading the store")
    await settled(engine)
    assert journalled(world) == [("pause", None)], "a moment after the intent it may still take effect"
    await later(world, engine, "refused")
    said = "did not happen: the store still shows inProgress"
    await until(lambda: any(said in text for text in texts(engine)), "the event")
    assert world.store.performed == [], "never repeated"


async def test_an_open_intent_waits_for_a_store_that_can_be_read(world: World, tmp_path: Path) -> None:
    killed_mid_change(tmp_path)
    world.store.on_read = raising(Unreachable("HTTP 503"))
    engine = await restarted(world)
    await world.clock.advance(400)
    await settled(engine)
    assert journalled(world) == [("pause", None)]
    world.store.on_read = lambda: None
    world.state = replace(world.state, word=StateWord.PAUSED, status="halted")
    await later(world, engine, "done")


async def test_an_action_that_lives_in_another_process_is_left_to_it(world: World, tmp_path: Path) -> None:
    killed_mid_change(tmp_path)
    with lease_of(world).held("pause", 600):
        engine = await restarted(world)
        await until(lambda: world.store.reads, "the first poll")
        for _ in range(30):
            await world.clock.advance(31)
            await settled(engine)
        assert journalled(world) == [("pause", None)]
    await later(world, engine, "refused")


async def test_a_store_that_shows_something_third_is_for_a_person_to_look_at(world: World, tmp_path: Path) -> None:
    killed_mid_change(tmp_path)
    world.state = replace(world.state, share=Decimal("0.2"))
    await world.clock.advance(600)
    engine = await restarted(world)
    await until(lambda: journalled(world) == [("pause", "not confirmed")], "settling")
    by_hand = "Check Android at Google Play by hand"
    await until(lambda: engine.snapshot.recommendation.headline.startswith(by_hand), "telling")
