"""A source: counts of the build that was asked about, fresh, in the order of the questions, or no reading."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rollout_tui.conformance.situations import UNUSABLE, WITHOUT_ANSWER, Situation
from rollout_tui.conformance.subject import CRASHES, HOUR
from rollout_tui.conformance.table import Outcome, Seat, Table
from rollout_tui.domain.quantities import fits, flaw
from rollout_tui.domain.readings import NoReading, Reading, Scope, Window
from rollout_tui.ports import ProviderError, Query

UNKNOWN = replace(CRASHES, id="a_metric_that_nobody_has")
NOTHING_THERE = (Situation.EMPTY, Situation.OTHER_BUILD, *UNUSABLE)


def readings(outcome: Outcome) -> list[Reading]:
    """The answers that are readings."""
    return [answer for answer in outcome.answers if isinstance(answer, Reading)]


def test_it_says_which_metrics_it_gives(table: Table) -> None:
    async def given(seat: Seat) -> frozenset[str]:
        metrics: frozenset[str] = seat.provider.metrics()
        return metrics

    assert {metric.id for metric in table.bench.metrics} <= table.run(given)


def test_a_reading_is_about_what_was_asked_and_says_how_old_it_is(table: Table) -> None:
    found = readings(table.ask(Situation.GOOD))
    bench = table.bench
    metrics = {metric.id: metric for metric in bench.metrics}
    assert {reading.metric for reading in found if reading.scope is Scope.RECENT} == set(metrics)
    for reading in found:
        assert reading.build == bench.rollout.build
        assert reading.population in metrics[reading.metric].populations
        assert fits(metrics[reading.metric].kind, reading.quantity)
        assert flaw(reading.quantity) is None
        assert reading.window.start < reading.window.end <= bench.now
        assert bench.now - bench.stale_after <= reading.as_of <= reading.taken_at
        assert reading.source == "conformance", "the section's name"


def test_there_is_one_answer_to_each_question_in_their_order(table: Table) -> None:
    async def ask(seat: Seat) -> tuple[list[Query], Outcome]:
        known = seat.queries()
        asked = [*reversed(known), replace(known[0], metric=UNKNOWN), *known]
        return asked, await seat.outcome(seat.provider.read(asked))

    asked, outcome = table.run(ask)
    assert outcome.error is None
    given = [(answer.metric, answer.scope, answer.build) for answer in outcome.answers]
    assert given == [(query.metric.id, query.scope, query.rollout.build) for query in asked]
    assert isinstance(outcome.answers[len(asked) // 2], NoReading), "a metric that it does not give"


def test_nothing_asked_is_nothing_answered(table: Table) -> None:
    async def ask(seat: Seat) -> Outcome:
        return await seat.outcome(seat.provider.read([]))

    assert list(table.run(ask).answers) == []


@pytest.mark.parametrize("situation", NOTHING_THERE)
def test_no_data_is_no_reading_and_no_zero(table: Table, situation: Situation) -> None:
    outcome = table.ask(situation)
    assert outcome.nothing, readings(outcome)
    assert all(answer.reason for answer in outcome.answers), "why there is none"


@pytest.mark.parametrize("situation", [Situation.EMPTY, Situation.OTHER_BUILD])
def test_a_server_that_answers_and_has_nothing_is_no_error(table: Table, situation: Situation) -> None:
    assert table.ask(situation).error is None


@pytest.mark.parametrize("situation", [Situation.STALE])
def test_old_data_is_no_reading_or_one_that_says_its_age(table: Table, situation: Situation) -> None:
    outcome = table.ask(situation)
    oldest_fresh = table.bench.now - table.bench.stale_after
    assert all(reading.as_of < oldest_fresh for reading in readings(outcome))


def past(seat: Seat, scope: Scope) -> Query:
    """The question about the last six hours."""
    now = seat.clock.now()
    window = Window(now - 6 * HOUR, now)
    return Query(seat.bench.metrics[0], scope, seat.bench.rollout, window, seat.bench.stale_after)


@pytest.mark.parametrize("scope", list(Scope))
def test_the_past_comes_oldest_first_and_holds_nothing_unusable(table: Table, scope: Scope) -> None:
    async def fill(seat: Seat) -> Outcome:
        return await seat.outcome(seat.provider.back_fill(past(seat, scope), 600.0))

    outcome = table.run(fill)
    assert outcome.error is None
    times = [reading.window.end for reading in outcome.answers]
    assert times == sorted(set(times))
    assert all(table.bench.now - 6 * HOUR < time <= table.bench.now for time in times)
    assert all(flaw(reading.quantity) is None for reading in outcome.answers)
    assert {reading.build for reading in outcome.answers} <= {table.bench.rollout.build}
    assert {reading.scope for reading in outcome.answers} <= {scope}


@pytest.mark.parametrize("situation", [*WITHOUT_ANSWER, *NOTHING_THERE])
def test_a_past_that_cannot_be_told_is_empty_or_an_error(table: Table, situation: Situation) -> None:
    async def fill(seat: Seat) -> Outcome:
        seat.stage.become(situation)
        return await seat.outcome(seat.provider.back_fill(past(seat, Scope.RECENT), 600.0))

    outcome = table.run(fill)
    assert isinstance(outcome.error, ProviderError) or list(outcome.answers) == []
