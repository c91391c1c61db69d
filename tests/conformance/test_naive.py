"""The suite finds what a provider does wrong that was written in a hurry: each mistake by the test that is about it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from rollout_tui.conformance.bench import HttpBench, Service
from rollout_tui.conformance.situations import HOSTILE, Situation
from rollout_tui.conformance.subject import CRASHES, NOW
from rollout_tui.conformance.suite import test_asking, test_provider, test_source
from rollout_tui.conformance.table import Table
from rollout_tui.domain.quantities import Proportion
from rollout_tui.domain.readings import Answer, Reading, Scope, Window
from rollout_tui.ports import Provider, ProviderContext, ProviderError, Query


class Loose(BaseModel):
    """Takes every key, and a secret as it is."""

    url: str
    token: str


class Naive:
    """Asks as a script would: any answer is one, its age is now, and errors are passed on as they come."""

    def __init__(self, options: Loose, context: ProviderContext) -> None:
        self._url, self._http, self._clock = options.url, context.http, context.clock
        self._headers = {"Authorization": f"Bearer {context.secret(options.token)}"}
        self._tasks: list[asyncio.Task[None]] = []

    def metrics(self) -> frozenset[str]:
        return frozenset({CRASHES.id})

    async def read(self, queries: Sequence[Query]) -> Sequence[Answer]:
        self._tasks.append(asyncio.create_task(asyncio.sleep(3600)))
        answers = []
        for query in sorted(queries, key=lambda query: query.scope):
            response = await self._http.get(self._url, headers=self._headers, follow_redirects=True)
            if response.status_code >= 300:
                raise ProviderError(response.json()["message"])
            body = response.json()
            answers.append(self._reading(query, body))
        return answers

    async def back_fill(self, query: Query, step: float) -> Sequence[Reading]:
        now = self._clock.now()
        self._tasks.append(asyncio.create_task(asyncio.sleep(3600)))
        return [self._reading(query, {}, now), self._reading(query, {}, now - step)]

    async def close(self) -> None:
        self._tasks.pop().cancel()

    def _reading(self, query: Query, body: Mapping[str, Any], now: float = NOW) -> Reading:
        counts = Proportion(body.get("bad", 0), body.get("total", 1))
        build, window = query.rollout.build, Window(now - 60, now)
        return Reading(
            CRASHES.id, query.scope, build, query.metric.population, counts, window, now, now, body.get("name", "naive")
        )


class NaiveBench(HttpBench):
    """A service that answers every question in the same way."""

    provider = Provider("naive", "naive", Loose, open_source=lambda options, context: Naive(options, context))  # type: ignore[arg-type]

    def section(self) -> Mapping[str, object]:
        return {"url": "https://naive.example/", "token": "env:NAIVE"}

    def service(self) -> Service:
        return _answer


def _answer(request: httpx.Request, situation: Situation) -> httpx.Response:
    if situation is Situation.EMPTY:
        return httpx.Response(200, json={})
    odd: dict[Situation, Any] = {Situation.NAN: "NaN", Situation.NEGATIVE: -31, Situation.HOSTILE: 31}
    name = HOSTILE if situation is Situation.HOSTILE else "naive"
    return httpx.Response(200, json={"bad": odd.get(situation, 31), "total": 5000, "name": name})


@pytest.fixture
def table(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Table:
    return Table(NaiveBench(), "source", tmp_path, lambda: caplog.text)


MISTAKES: dict[str, tuple[Callable[..., object], *tuple[object, ...]]] = {
    "an empty answer becomes zero": (test_source.test_no_data_is_no_reading_and_no_zero, Situation.EMPTY),
    "NaN becomes a reading": (test_source.test_no_data_is_no_reading_and_no_zero, Situation.NAN),
    "a count below 0": (test_source.test_no_data_is_no_reading_and_no_zero, Situation.NEGATIVE),
    "old data is new": (test_source.test_old_data_is_no_reading_or_one_that_says_its_age, Situation.STALE),
    "an order of its own": (test_source.test_there_is_one_answer_to_each_question_in_their_order,),
    "the past backwards": (test_source.test_the_past_comes_oldest_first_and_holds_nothing_unusable, Scope.RECENT),
    "a page raises what it likes": (test_asking.test_no_answer_is_said_and_never_taken_for_one, Situation.PAGE),
    "the token in an error": (test_asking.test_no_answer_is_said_and_never_taken_for_one, Situation.ECHO),
    "an error that steers": (test_asking.test_no_answer_is_said_and_never_taken_for_one, Situation.HOSTILE_ERROR),
    "a name that steers": (test_asking.test_hostile_text_beside_good_data_is_made_plain, Situation.HOSTILE),
    "reads without end": (test_asking.test_an_answer_without_end_is_given_up, Situation.HUGE),
    "goes where it is sent": (test_asking.test_a_redirect_takes_nothing_to_another_host, Situation.REDIRECTED),
    "a task goes on": (
        test_asking.test_a_call_that_is_cancelled_leaves_nothing_open_and_the_next_one_is_answered,
        Situation.HANGS,
    ),
    "does not say how long to wait": (test_asking.test_a_server_that_asks_for_time_gets_it, Situation.LIMITED),
    "cannot be closed twice": (test_asking.test_it_can_be_closed_twice_and_without_having_been_asked,),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_suite_finds(table: Table, mistake: str) -> None:
    test, *situation = MISTAKES[mistake]
    with pytest.raises((AssertionError, ValueError, IndexError)):
        test(table, *situation)


@pytest.mark.parametrize(
    "test",
    [
        lambda bench: test_provider.test_a_key_that_it_does_not_know_is_refused(bench, Path()),
        lambda bench: test_provider.test_a_secret_must_be_a_reference(bench, Path()),
        test_provider.test_every_option_says_what_it_is_for,
        test_provider.test_it_is_found_through_the_entry_points,
    ],
    ids=["any key will do", "room for a secret", "no word about its options", "nobody finds it"],
)
def test_the_suite_finds_options_that_are_none(test: Callable[[HttpBench], object]) -> None:
    with pytest.raises((AssertionError, ValueError, pytest.fail.Exception)):
        test(NaiveBench())
