"""A store: what it said is what is told; a change is compared first, sent once, and never again by itself."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from rollout_tui.conformance.bench import HttpStage
from rollout_tui.conformance.situations import Situation
from rollout_tui.conformance.table import Outcome, Seat, Table
from rollout_tui.domain.actions import ActionKind, Change, Intent
from rollout_tui.domain.releases import ReleaseState, StateWord
from rollout_tui.ports import OutcomeUnknown, ProviderError, StateDiffers


def pause(seat: Seat, seen: ReleaseState | None) -> Change:
    """The plan of a pause of the first phase."""
    change: Change = seat.provider.plan(
        seat.bench.rollout, Intent(ActionKind.PAUSE, seat.bench.rollout.phases[0]), seen
    )
    return change


def changes(seat: Seat) -> list[httpx.Request]:
    """What was sent that could change something."""
    return seat.stage.line.changes if isinstance(seat.stage, HttpStage) else []


async def paused(seat: Seat, situation: Situation) -> Outcome:
    """Look, plan, and send a pause in that situation."""
    (seen,) = (await seat.ask()).answers
    change = pause(seat, seen)
    seat.stage.become(situation)

    async def perform() -> list[Any]:
        await seat.provider.perform(seat.bench.rollout, change, seen)
        return []

    return await seat.outcome(perform())


def test_a_state_is_of_the_build_that_was_asked_about_and_in_both_languages(table: Table) -> None:
    (state,) = table.ask(Situation.GOOD).answers
    assert (state.build, state.version) == (table.bench.rollout.build, table.bench.rollout.version)
    assert state.word is StateWord.RUNNING
    assert state.status, "the store's own word"
    assert state.as_of <= table.bench.now


def test_a_usual_look_changes_nothing(table: Table) -> None:
    async def look(seat: Seat) -> tuple[ReleaseState, list[httpx.Request]]:
        state = await seat.provider.read(seat.bench.rollout, share=False)
        return state, changes(seat)

    state, sent = table.run(look)
    assert isinstance(state, ReleaseState)
    assert sent == []


@pytest.mark.parametrize("situation", [Situation.EMPTY, Situation.OTHER_BUILD])
def test_a_build_that_the_store_does_not_have_is_not_running(table: Table, situation: Situation) -> None:
    outcome = table.ask(situation)
    assert outcome.error is not None or outcome.answers[0].word is StateWord.UNKNOWN


def test_a_plan_says_what_it_does_in_the_stores_words_and_asks_nobody(table: Table) -> None:
    async def plan(seat: Seat) -> tuple[Change, int, int]:
        (seen,) = (await seat.ask()).answers
        before = len(seat.stage.line.requests) if isinstance(seat.stage, HttpStage) else 0
        change = pause(seat, seen)
        return change, before, len(seat.stage.line.requests) if isinstance(seat.stage, HttpStage) else 0

    change, before, after = table.run(plan)
    assert before == after
    assert change.headline
    assert change.way_back
    assert change.store == change.store.strip() != ""


def test_a_pause_can_be_planned_while_the_store_cannot_be_read(table: Table) -> None:
    async def plan(seat: Seat) -> Change:
        return pause(seat, None)

    assert table.run(plan).headline


def test_a_pause_is_sent_once_and_is_what_the_store_shows_afterwards(table: Table) -> None:
    async def act(seat: Seat) -> tuple[Outcome, int, Change, ReleaseState]:
        (seen,) = (await seat.ask()).answers
        outcome = await paused(seat, Situation.GOOD)
        sent = len(changes(seat))
        (shown,) = (await seat.ask()).answers
        return outcome, sent, pause(seat, seen), shown

    outcome, sent, change, shown = table.run(act)
    assert outcome.error is None
    assert sent == 1
    assert change.expects.met_by(shown)
    assert shown.word is StateWord.PAUSED


@pytest.mark.parametrize("situation", [Situation.CHANGE_LOST])
def test_a_change_whose_answer_is_lost_is_left_open_and_not_repeated(table: Table, situation: Situation) -> None:
    async def act(seat: Seat) -> tuple[Outcome, int]:
        return await paused(seat, situation), len(changes(seat))

    outcome, sent = table.run(act)
    assert isinstance(outcome.error, OutcomeUnknown)
    assert sent == 1


@pytest.mark.parametrize("situation", [Situation.CHANGE_BROKEN])
def test_a_change_that_a_broken_server_answered_is_not_repeated(table: Table, situation: Situation) -> None:
    async def act(seat: Seat) -> tuple[Outcome, int]:
        return await paused(seat, situation), len(changes(seat))

    outcome, sent = table.run(act)
    assert isinstance(outcome.error, OutcomeUnknown), "HTTP 503 does not say that nothing was changed"
    assert sent == 1


@pytest.mark.parametrize("situation", [Situation.CHANGE_UNSENT])
def test_a_change_that_was_surely_not_sent_is_said_to_be_so(table: Table, situation: Situation) -> None:
    async def act(seat: Seat) -> Outcome:
        return await paused(seat, situation)

    error = table.run(act).error
    assert isinstance(error, ProviderError)
    assert not isinstance(error, OutcomeUnknown)


@pytest.mark.parametrize("situation", [Situation.PAUSED_BY_ANOTHER, Situation.MOVED_BY_ANOTHER])
def test_a_store_that_is_no_longer_what_the_person_saw_is_left_alone(table: Table, situation: Situation) -> None:
    async def act(seat: Seat) -> tuple[Outcome, int]:
        return await paused(seat, situation), len(changes(seat))

    outcome, sent = table.run(act)
    assert isinstance(outcome.error, StateDiffers)
    assert (outcome.error.now.word is StateWord.PAUSED) is (situation is Situation.PAUSED_BY_ANOTHER)
    assert sent == 0
