"""What is sent, which pages are followed, and what is no answer."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest

from rollout_tui.domain.metrics import Population
from rollout_tui.domain.plan import BugScope
from rollout_tui.domain.quantities import Bare, Mean, Proportion
from rollout_tui.domain.readings import NoReading, Reading, Scope, Window
from rollout_tui.ports import Denied, Examined, Misconfigured, ProviderError, Unreachable
from tests.providers.http_json.desk import NOW, START, Desk, ask, counts
from tests.unit.domain.builders import ANDROID, CONNECT, CONNECT_TIME, CRASH, HOUR

GOOD = {"bad": 31, "total": 5000}


# --- requests ---------------------------------------------------------------------------------------------------------


async def test_placeholders_are_encoded_for_the_place_they_stand_in(desk: Desk) -> None:
    desk.api.answers = [GOOD]
    section = counts(
        url="https://api.example/v1/$version/${platform}s",
        query={"q": "v:$version & b=$build", "since": "$start", "till": "$end", "cost": "5$$"},
        headers={"X-Build": "b $build"},
        body='{"v": "é $version", "b": $build, "w": $window, "t": [$start_ms, "$end_iso"]}',
    )
    await desk.reading(section, ask(version="4.2 (1)/ü&x=1", build="4201"))
    (request,) = desk.api.asked
    assert request.method == "POST"
    assert request.url.raw_path.startswith(b"/v1/4.2%20%281%29%2F%C3%BC%26x%3D1/androids?")
    assert dict(request.url.params) == {
        "q": "v:4.2 (1)/ü&x=1 & b=4201",
        "since": f"{START:.0f}",
        "till": f"{NOW:.0f}",
        "cost": "5$",
    }
    assert request.headers["x-build"] == "b 4201"
    assert json.loads(request.content) == {
        "v": "é 4.2 (1)/ü&x=1",
        "b": "4201",
        "w": 3600,
        "t": [int(START * 1000), "2026-11-23T14:22:51Z"],
    }


async def test_headers_that_http_cannot_carry_are_told(desk: Desk) -> None:
    with pytest.raises(Misconfigured, match="characters that HTTP cannot carry"):
        await desk.read(counts(headers={"X-Version": "$version"}), ask(version="4.2ü"))


@pytest.mark.parametrize("version", ["4.2'0", '4.2"', "4.2\\", "4.2`", "4.2\n"])
async def test_a_version_that_could_end_a_quoted_text_is_not_sent(desk: Desk, version: str) -> None:
    reason = await desk.refusal(counts(), ask(version=version))
    assert reason == "api: the version holds a quote, a backslash or a control character"
    assert desk.api.asked == []


@pytest.mark.parametrize(
    ("section", "header"),
    [
        ({"token": "env:T"}, "Bearer T:vne"),
        ({"username": "me", "password": "env:P"}, "Basic bWU6UDp2bmU="),
        ({"headers": {"Authorization": "env:A"}}, "A:vne"),
    ],
)
async def test_each_way_to_sign_in(desk: Desk, section: dict[str, Any], header: str) -> None:
    desk.api.answers = [GOOD]
    await desk.reading(counts(**section))
    assert desk.api.asked[0].headers["authorization"] == header


async def test_equal_questions_are_asked_once_and_others_apart(desk: Desk) -> None:
    desk.api.answers = [GOOD]
    section = counts(metrics={name: {"bad": "bad", "total": "total"} for name in (CRASH.id, CONNECT.id)})
    answers = await desk.read(section, ask(CRASH), ask(CONNECT), ask(CRASH, Scope.PHASE, 2 * HOUR))
    assert all(isinstance(answer, Reading) for answer in answers)
    assert sorted(request.url.params["since"] for request in desk.api.asked) == [f"{NOW - 7200:.0f}", f"{START:.0f}"]


# --- numbers ----------------------------------------------------------------------------------------------------------


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


# --- the past ---------------------------------------------------------------------------------------------------------


async def test_the_phase_so_far_is_asked_for_as_it_stood_at_some_past_moments(desk: Desk) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        desk.api.asked.append(request)
        hours = (int(request.url.params["till"]) - int(request.url.params["since"])) // 3600
        return httpx.Response(200, json={"bad": hours, "total": 1000 * hours, "at": NOW, "build": "4201"})

    metric = {"bad": "bad", "total": "total"}
    query = {"since": "$start", "till": "$end"}
    section = counts(
        metrics={CRASH.id: metric, CONNECT.id: metric}, query=query, as_of="at", build="build", look_back=3
    )
    phase = ask(scope=Scope.PHASE, since=8 * HOUR)
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as desk.http:
        source = desk.source(section)
        past = await source.back_fill(phase, 300.0)
        assert [(reading.quantity, reading.window) for reading in past] == [
            (Proportion(hours, 1000 * hours), Window(NOW - 8 * HOUR, NOW - (8 - hours) * HOUR)) for hours in (2, 4, 6)
        ]
        assert [reading.as_of for reading in past] == [reading.window.end for reading in past]
        await source.back_fill(replace(phase, metric=CONNECT), 300.0)
        assert len(desk.api.asked) == 3, "metrics of the same answer share it"
        assert await source.back_fill(ask(), 300.0) == [], "a chart would cost a request for each of its cells"


async def test_what_cannot_be_asked_about_the_past_has_none(desk: Desk) -> None:
    desk.api.answers = [GOOD]
    phase = ask(scope=Scope.PHASE, since=8 * HOUR)
    until_now = desk.source(counts())
    ends = {"since": "$start", "till": "$end"}
    assert await until_now.back_fill(phase, 300.0) == []
    assert await desk.source(counts(query=ends, look_back=0)).back_fill(phase, 300.0) == []
    assert await desk.source(counts(query=ends, metric={"covers": "24h"})).back_fill(phase, 300.0) == []
    assert desk.api.asked == []
    desk.api.answers = [httpx.Response(503)]
    assert await desk.source(counts(query=ends)).back_fill(phase, 300.0) == []


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


# --- pages ------------------------------------------------------------------------------------------------------------

PAGED: dict[str, Any] = {"metric": {"bad": "sum([].bad)", "total": "sum([].total)"}}


async def test_numbered_pages_go_on_until_one_is_empty(desk: Desk) -> None:
    row = {"bad": 1, "total": 10}
    desk.api.answers = [{"rows": [1, 2], **row}, {"rows": [3], **row}, {"rows": [], "bad": 0, "total": 0}]
    query = {"since": "$start", "page": "$page", "skip": "$offset"}
    section = counts(**PAGED, query=query, paging={"items": "rows", "first_page": 0})
    assert (await desk.reading(section)).quantity == Proportion(2, 20)
    asked = [(request.url.params["page"], request.url.params["skip"]) for request in desk.api.asked]
    assert asked == [("0", "0"), ("1", "2"), ("2", "3")]


async def test_pages_without_end_or_in_circles_are_no_data(desk: Desk) -> None:
    section = counts(**PAGED, paging={"next": "next", "most_pages": 3})
    desk.api.answers = [{**GOOD, "next": f"/4201?page={n}"} for n in range(9)]
    with pytest.raises(Misconfigured, match="api: more than 3 pages"):
        await desk.read(section)
    assert len(desk.api.asked) == 3
    desk.api.answers = [{**GOOD, "next": "/4201?page=1"}]
    with pytest.raises(Unreachable, match="its pages go in circles"):
        await desk.read(section)


@pytest.mark.parametrize(
    "following", ["https://evil.example/4201", "//evil.example/", "http://api.example/4201", "https://api.example:444/"]
)
async def test_a_next_page_on_another_server_never_gets_the_credentials(desk: Desk, following: str) -> None:
    desk.api.answers = [{**GOOD, "next": following}]
    with pytest.raises(Unreachable, match="names a next page on another server"):
        await desk.read(counts(**PAGED, paging={"next": "next"}, token="env:T"))
    assert len(desk.api.asked) == 1


async def test_parameters_of_a_next_page_stay_as_they_are_and_the_secret_one_is_added_once(desk: Desk) -> None:
    query = {"since": "$start", "key": "env:K"}
    for following in ("/4201?a=1&a=2&b=x%20y", "/4201?a=1&a=2&b=x%20y&key=K:vne"):
        desk.api.answers = [{**GOOD, "next": following}, {"bad": 0, "total": 0}]
        await desk.reading(counts(**PAGED, paging={"next": "next"}, query=query))
        assert desk.api.asked[-1].url.params.multi_items() == [("a", "1"), ("a", "2"), ("b", "x y"), ("key", "K:vne")]


@pytest.mark.parametrize(
    ("paging", "answer"),
    [({"cursor": "next"}, {"next": [1]}), ({"items": "rows"}, {"rows": {"a": 1}}), ({"next": "next"}, {"next": True})],
)
async def test_pages_that_cannot_be_followed_are_no_data(desk: Desk, paging: dict[str, str], answer: Any) -> None:
    desk.api.answers = [{**GOOD, **answer}]
    query = {
        "since": "$start",
        **({"c": "$cursor"} if "cursor" in paging else {"p": "$page"} if "items" in paging else {}),
    }
    assert (await desk.refusal(counts(**PAGED, query=query, paging=paging))).startswith("api: ")


# --- what goes wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (httpx.Response(401, json={"error": "bad token T:vne"}), Denied, 'not allowed: “{"error":"bad token …"}”'),
        (httpx.Response(400, text="no such field T:vne \x1b[1m"), Misconfigured, "HTTP 400 “no such field … ·[1m”"),
        (
            httpx.Response(302, headers={"Location": "https://evil.example"}),
            Misconfigured,
            "redirects are not followed",
        ),
        (httpx.Response(429, headers={"Retry-After": "7"}), Unreachable, "HTTP 429"),
        (httpx.Response(503, text="busy"), Unreachable, "HTTP 503 “busy”"),
        (httpx.Response(200, text="<html>Sign in</html>"), Unreachable, "something that is no JSON"),
        (httpx.Response(200, text=""), Unreachable, "something that is no JSON"),
        (httpx.ConnectError("refused T:vne"), Unreachable, "cannot be reached"),
        (httpx.ReadTimeout("T:vne"), Unreachable, "no answer"),
    ],
)
@pytest.mark.parametrize("body", [None, "{}"])
async def test_a_refusal_is_told_in_words_without_secrets(
    desk: Desk, answer: Any, kind: type[ProviderError], words: str, body: str | None
) -> None:
    desk.api.answers = [answer]
    with pytest.raises(ProviderError) as caught:
        await desk.read(counts(headers={"X-Key": "env:T"}, **({} if body is None else {"body": body})))
    assert type(caught.value) is kind
    if not (body and "no answer" in words):
        assert words in caught.value.message
    assert "T:vne" not in caught.value.message + caught.value.remedy


async def test_a_secret_that_an_answer_repeats_is_not_shown(desk: Desk) -> None:
    desk.api.answers = [{"bad": "your key T:vne", "total": 9}]
    assert await desk.refusal(counts(token="env:T")) == "api: bad is a text, no number: your key …"


async def test_one_request_that_fails_takes_no_other_metric_along(desk: Desk) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(400) if request.url.path.endswith("/broken") else httpx.Response(200, json=GOOD)

    two = {CRASH.id: {"bad": "bad", "total": "total"}}
    two[CONNECT.id] = {**two[CRASH.id], "url": "https://api.example/$build/broken"}
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as desk.http:
        crash, connect = await desk.read(counts(metrics=two), ask(CRASH), ask(CONNECT))
    assert isinstance(crash, Reading)
    assert isinstance(connect, NoReading)
    assert connect.reason == "api: HTTP 400"


async def test_a_pause_that_the_server_asks_for_is_kept(desk: Desk) -> None:
    source = desk.source(counts())
    desk.api.answers = [httpx.Response(429, headers={"Retry-After": "30"}), GOOD]
    for left in (30, 20):
        with pytest.raises(Unreachable) as caught:
            await source.read([ask()])
        assert caught.value.retry_after == left
        desk.clock.time += 10
    assert len(desk.api.asked) == 1
    desk.clock.time += 20
    (found,) = await source.read([replace(ask(), window=Window(START, desk.clock.time))])
    assert isinstance(found, Reading)


async def test_the_checkup_tells_which_data_has_no_age(desk: Desk) -> None:
    source = desk.source(counts())
    assert isinstance(source, Examined)
    (remark,) = await source.examine([ANDROID])
    assert remark.text.startswith("crash_rate: nothing says how old the data is")
    aged = desk.source(counts(as_of="at"))
    assert isinstance(aged, Examined)
    assert list(await aged.examine([ANDROID])) == []


# --- trackers ---------------------------------------------------------------------------------------------------------

BUGS: dict[str, Any] = {
    "url": "https://bugs.example/search",
    "query": {"q": "$filter", "page": "$page"},
    "paging": {"items": "bugs"},
    "bugs": {
        "critical": "critical $version",
        "blocking": "blocker",
        "issues": "[].bugs[]",
        "id": "id",
        "title": "title",
        "opened": "opened",
        "reopened": "reopened",
    },
}


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"bugs": None},
        {"bugs": {"1": {}}},
        {"bugs": [1]},
        {"bugs": [{"id": 1, "title": None, "opened": NOW}]},
        {"bugs": [{"id": 1, "title": "x", "opened": None}]},
        {"bugs": [{"id": 1, "title": "x", "opened": "soon"}]},
        {"bugs": [{"id": 1, "title": "x", "opened": NOW, "reopened": "2026-11-23T10:00:00"}]},
    ],
)
async def test_what_is_no_list_of_bugs_is_no_zero(desk: Desk, answer: Any) -> None:
    desk.api.answers = [answer, {"bugs": []}]
    with pytest.raises(Unreachable, match=r"^api: "):
        await desk.tracker(BUGS).count(ANDROID, BugScope.NEW, START)


async def test_titles_cannot_reach_the_terminal(desk: Desk) -> None:
    desk.api.answers = [{"bugs": [{"id": 1, "title": "\x1b[2J \u202e" + "x" * 300, "opened": NOW}]}, {"bugs": []}]
    found = await desk.tracker(BUGS).count(ANDROID, BugScope.ANY, None)
    assert found.listed[0].title.isprintable()
    assert len(found.listed[0].title) == 100
    assert desk.api.asked[0].url.params["q"] == "critical 4.2.0"


async def test_a_section_of_the_other_kind_cannot_be_opened(desk: Desk) -> None:
    with pytest.raises(Misconfigured, match="api has no metrics"):
        desk.source(BUGS)
    with pytest.raises(Misconfigured, match="api has no bugs"):
        desk.tracker(counts())
