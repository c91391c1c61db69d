"""Whoever is asked, in whatever role: an answer that is none is said in words, and nothing is left behind."""

from __future__ import annotations

import asyncio

import pytest

from rollout_tui.conformance.bench import HttpStage
from rollout_tui.conformance.line import ELSEWHERE, RETRY_AFTER
from rollout_tui.conformance.situations import WITHOUT_ANSWER, Situation
from rollout_tui.conformance.table import Outcome, Seat, Table
from rollout_tui.ports import Denied, Misconfigured, ProviderError, Unreachable

MOST_READ = 32 * 1024 * 1024
"""Bytes of an answer without end that may be read before it is given up."""
PASSES = (Situation.TIME_OUT, Situation.UNREACHABLE, Situation.BROKEN, Situation.LIMITED)
"""What waiting may cure."""


def test_a_good_answer_is_taken(table: Table) -> None:
    outcome = table.ask(Situation.GOOD)
    assert outcome.error is None
    assert not outcome.nothing


@pytest.mark.parametrize("situation", WITHOUT_ANSWER)
def test_no_answer_is_said_and_never_taken_for_one(table: Table, situation: Situation) -> None:
    assert table.ask(situation).nothing


@pytest.mark.parametrize("situation", PASSES)
def test_what_waiting_may_cure_does_not_ask_for_a_person(table: Table, situation: Situation) -> None:
    error = table.ask(situation).error
    assert not isinstance(error, Denied | Misconfigured)


@pytest.mark.parametrize("situation", [Situation.UNAUTHORIZED, Situation.FORBIDDEN])
def test_a_refused_sign_in_asks_for_a_person(table: Table, situation: Situation) -> None:
    error = table.ask(situation).error
    assert error is None or isinstance(error, Denied | Misconfigured)


@pytest.mark.parametrize("situation", [Situation.LIMITED])
def test_a_server_that_asks_for_time_gets_it(table: Table, situation: Situation) -> None:
    error = table.ask(situation).error
    assert isinstance(error, Unreachable), "the engine waits only where this is raised"
    assert error.retry_after == RETRY_AFTER


@pytest.mark.parametrize("situation", [Situation.HUGE])
def test_an_answer_without_end_is_given_up(table: Table, situation: Situation) -> None:
    async def read(seat: Seat) -> int:
        await seat.ask(situation)
        bodies = seat.stage.line.bodies if isinstance(seat.stage, HttpStage) else []
        return max((body.given for body in bodies), default=0)

    assert table.run(read) <= MOST_READ


@pytest.mark.parametrize("situation", [Situation.REDIRECTED])
def test_a_redirect_takes_nothing_to_another_host(table: Table, situation: Situation) -> None:
    async def hosts(seat: Seat) -> set[str]:
        await seat.ask(situation)
        return (
            {request.url.host for request in seat.stage.line.requests} if isinstance(seat.stage, HttpStage) else set()
        )

    assert ELSEWHERE not in table.run(hosts)


@pytest.mark.parametrize("situation", [Situation.HANGS])
def test_a_call_that_is_cancelled_leaves_nothing_open_and_the_next_one_is_answered(
    table: Table, situation: Situation
) -> None:
    async def cancelled(seat: Seat) -> tuple[list[str], int, Outcome]:
        seat.stage.become(situation)
        asked = asyncio.create_task(seat.ask())
        async with asyncio.timeout(20):
            await seat.stage.reached()
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        await asyncio.sleep(0)
        left = list(seat.stage.left_open())
        return left, len(asyncio.all_tasks()), await seat.ask(Situation.GOOD)

    left, tasks, after = table.run(cancelled)
    assert left == []
    assert tasks == 1, "a task goes on though nobody waits for it"
    assert not after.nothing


@pytest.mark.parametrize("situation", WITHOUT_ANSWER)
def test_what_went_wrong_once_is_over_when_it_is_over(table: Table, situation: Situation) -> None:
    async def twice(seat: Seat) -> Outcome:
        await seat.ask(situation)
        seat.clock.time += 60.0
        return await seat.ask(Situation.GOOD)

    assert not table.run(twice).nothing


@pytest.mark.parametrize("situation", [Situation.HOSTILE])
def test_hostile_text_beside_good_data_is_made_plain(table: Table, situation: Situation) -> None:
    table.ask(situation)  # the table looks at every word


def test_it_can_be_closed_twice_and_without_having_been_asked(table: Table) -> None:
    async def close(seat: Seat) -> None:
        await seat.provider.close()

    table.run(close)  # the table closes it again


def test_opening_asks_nobody(table: Table) -> None:
    async def asked(seat: Seat) -> int:
        return len(seat.stage.line.requests) if isinstance(seat.stage, HttpStage) else 0

    assert table.run(asked) == 0


def test_a_secret_that_cannot_be_read_is_a_mistake_of_the_configuration(table: Table) -> None:
    def unset(reference: str) -> str:
        asked.append(reference)
        raise Misconfigured(f"{reference} is not set")

    asked: list[str] = []
    outcome: Outcome | None = None
    try:
        outcome = table.run(lambda seat: seat.ask(), secret=unset)
    except Misconfigured:
        return
    except ProviderError as error:
        outcome = Outcome(error=error)
    assert not asked or outcome.nothing, "it went on without its secret"
