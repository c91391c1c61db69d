"""What in an answer is a number of ours, and what is no data, with its reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from rollout_tui.domain.metrics import Population
from rollout_tui.domain.quantities import Bare, Mean, Proportion
from rollout_tui.domain.readings import NoReading, Reading, Scope, Window
from tests.providers.http_json.desk import GOOD, NOW, Desk, ask, counts
from tests.unit.domain.builders import CONNECT_TIME, CRASH, HOUR


async def test_shapes_and_units(desk: Desk) -> None:
    desk.api.answers = [{"a": 4969, "n": 5000, "free": 99.38, "ms": 4100, "sq": 2e7}]

    async def found(metric: dict[str, Any], about: Any = CRASH) -> Any:
        return (await desk.reading(counts(metrics={about.id: metric}), ask(about))).quantity

    assert await found({"good": "a", "total": "n"}) == Proportion(31, 5000)
    assert (await found({"good_share": "free", "unit": "percent"})).value() == Bare(0.0062).value()
    assert (await found({"value": "ms", "unit": "ms"}, CONNECT_TIME)).value() == Bare(4.1).value()
    mean = await found({"sum": "ms", "count": "n", "squares": "sq", "unit": "ms"}, CONNECT_TIME)
    assert isinstance(mean, Mean)
    assert (float(mean.sum), mean.count, float(mean.squares or 0)) == (4.1, 5000, 20.0)


async def test_a_build_can_be_picked_out_of_an_answer_about_all(desk: Desk) -> None:
    builds = [{"n": "4200", "bad": 9, "total": 10}, {"n": "4201", "bad": 1, "total": 10}]
    desk.api.answers = [{"builds": builds}]
    pick = "builds[?n=='$build'].{} | [0]"
    section = counts(url="https://api.example/all", metric={"bad": pick.format("bad"), "total": pick.format("total")})
    assert (await desk.reading(section)).quantity == Proportion(1, 10)
    assert await desk.refusal(section, ask(build="4299")) == "api: bad is missing"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({}, "bad is missing"),
        ([], "bad is missing"),
        ({"bad": None, "total": 9}, "bad is missing"),
        ({"bad": "3", "total": 9}, "bad is a text, no number: 3"),
        ({"bad": True, "total": 9}, "bad is true or false, no number"),
        ({"bad": [3], "total": 9}, "bad is a list"),
        ({"bad": {"n": 3}, "total": 9}, "bad is a table"),
        ({"bad": -3, "total": 9}, "bad is negative"),
        ({"bad": 3, "total": 0}, "no sessions counted"),
        ({"bad": 10, "total": 9}, "more bad than total"),
        (httpx.Response(200, text='{"bad": NaN, "total": 9}'), "bad is not a number"),
        (httpx.Response(200, text='{"bad": 1, "total": Infinity}'), "total is not a number"),
        (httpx.Response(200, text='{"bad": 1e999, "total": 9}'), "bad is not a number"),
    ],
)
async def test_what_is_no_count_is_no_data_with_its_reason(desk: Desk, answer: Any, words: str) -> None:
    desk.api.answers = [answer]
    assert words in await desk.refusal(counts())


@pytest.mark.parametrize(
    ("beside", "words"),
    [
        ({"build": "4200"}, "the answer is about build 4200; asked about 4201"),
        ({"build": None}, "does not say which build"),
        ({"at": None}, "does not say how new its data is"),
        ({"at": "yesterday"}, "as_of cannot be read, it is neither an epoch nor a time in ISO 8601: yesterday"),
        ({"at": "2026-11-23T14:22:00"}, "a time without its zone"),
        ({"at": True}, "as_of cannot be read"),
        ({"at": 0}, "0 is no time"),
        ({"at": NOW - 181}, "newest data is 3 min old"),
        ({"at": NOW + 4000}, "in the future"),
        ({"error": "quota"}, "it says “quota”"),
        ({"status": "timeout"}, "the answer is not whole (status=='done' is not true)"),
    ],
)
async def test_an_answer_about_something_else_is_no_data(desk: Desk, beside: dict[str, Any], words: str) -> None:
    section = counts(build="build", as_of="at", error="error", complete="status=='done'")
    whole = {**GOOD, "build": 4201, "at": NOW, "error": None, "status": "done"}
    desk.api.answers = [whole]
    assert (await desk.reading(section)).quantity == Proportion(31, 5000)
    desk.api.answers = [{**whole, **beside}]
    assert words in await desk.refusal(section)


@pytest.mark.parametrize(
    "at",
    [
        NOW - 60,
        (NOW - 60) * 1000,
        int((NOW - 60) * 1e6),
        str(int(NOW - 60)),
        "2026-11-23T14:21:51Z",
        "2026-11-23T15:21:51+0100",
    ],
)
async def test_the_time_of_the_data_comes_in_every_usual_form(desk: Desk, at: object) -> None:
    desk.api.answers = [{**GOOD, "at": at}]
    assert (await desk.reading(counts(as_of="at"))).as_of == pytest.approx(NOW - 60)


async def test_an_expression_that_does_not_fit_the_answer_is_no_data(desk: Desk) -> None:
    desk.api.answers = [{"rows": None}]
    reason = await desk.refusal(counts(metric={"bad": "sum(rows)"}))
    assert reason.startswith("api: sum(rows) does not fit the answer: ")
    reason = await desk.refusal(counts(metric={"bad": "rows.b$build"}), ask(build="4.2"))
    assert reason.startswith("api: rows.b$build does not fit the answer: does not parse as JMESPath at character")


async def test_another_population_is_another_metric(desk: Desk) -> None:
    desk.api.answers = [GOOD]
    section = counts(metric={"population": "users"})
    assert await desk.refusal(section) == "api: it counts users, the metric sessions"
    stands_in = replace(CRASH, approximate_by=Population.USERS)
    assert (await desk.reading(section, ask(stands_in))).population is Population.USERS


async def test_counts_of_a_fixed_span_are_shown_and_prove_nothing(desk: Desk) -> None:
    desk.api.answers = [GOOD]
    section = counts(query={}, metric={"covers": "24h"})
    recent, phase = await desk.read(section, ask(), ask(scope=Scope.PHASE, since=48 * HOUR))
    assert isinstance(recent, Reading)
    assert recent.window == Window(NOW - 24 * HOUR, NOW)
    assert isinstance(phase, NoReading)
    assert phase.reason == "api: its counts are of the last 24 h, not of the whole phase"


# --- rows ------------------------------------------------------------------------------------------------------------


ROWS: dict[str, Any] = {"bad": "sum(rows[?build=='$build'].failed)", "total": "sum(rows[].attempts)"}


async def test_a_sum_over_rows_is_of_every_row(desk: Desk) -> None:
    rows = [{"build": "4201", "failed": 2, "attempts": 10}, {"build": "4200", "attempts": 30}]
    desk.api.answers = [{"rows": rows}]
    section = counts(url="https://api.example/all", metric=ROWS)
    assert (await desk.reading(section)).quantity == Proportion(2, 40), "what was not asked for may lack it"
    desk.api.answers = [{"rows": [{"build": "4200", "attempts": 30}]}]
    assert (await desk.reading(section)).quantity == Proportion(0, 30), "none such is a zero"


@pytest.mark.parametrize("row", [{"attempts": 10}, {"failed": None, "attempts": 10}, {"failures": 3, "attempts": 10}])
async def test_a_row_without_its_number_is_no_zero(desk: Desk, row: dict[str, Any]) -> None:
    """JMESPath leaves it out, and the sum of what is left says that nothing failed."""
    desk.api.answers = [{"rows": [{"build": "4201", **row}]}]
    section = counts(url="https://api.example/all", metric=ROWS)
    assert await desk.refusal(section) == "api: 1 of 1 rows hold no number"
    paged = counts(metric={"bad": "sum([].rows[].failed)", "total": "sum([].rows[].attempts)"}, paging={"next": "next"})
    assert await desk.refusal(paged) == "api: 1 of 1 rows hold no number"
    desk.api.answers = [{"next": "/4201?page=2", "rows": [{"failed": 1, "attempts": 9}]}, {"error": "busy"}]
    assert await desk.refusal(paged) == "api: 1 of 2 rows hold no number"
