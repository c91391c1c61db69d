"""The rehearsed Prometheus: the shapes and the errors that a real one was recorded with, and its arithmetic."""

from __future__ import annotations

import json
import math
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollout_tui.rehearsal.faults import Faults
from rollout_tui.rehearsal.prometheus.api import make_app
from rollout_tui.rehearsal.prometheus.evaluate import evaluate
from rollout_tui.rehearsal.prometheus.syntax import PromError, parse
from rollout_tui.rehearsal.telemetry import Series, Telemetry
from tests.rehearsal.stagehand import HOUR, NOW, Set, set_up

FIXTURES = Path(__file__).parents[3] / "shared" / "specs" / "prometheus" / "fixtures"
BUILD = '{platform="android",build="4201"}'
SESSIONS = f"app_sessions_total{BUILD}"
CRASHED = f"app_crashed_sessions_total{BUILD}"


@pytest.fixture(scope="module")
def scene() -> Set:
    return set_up("healthy")


@pytest.fixture
async def http(scene) -> AsyncIterator[httpx.AsyncClient]:
    app = make_app(scene.stage.telemetry, scene.stage.clock, Faults())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://prometheus") as client:
        yield client


def recorded(name: str) -> str:
    path = FIXTURES / name
    if not path.exists():
        pytest.skip("the recorded answers are not beside this checkout")
    return path.read_text()


async def ask(http: httpx.AsyncClient, query: str, **more: Any) -> Any:
    answer = await http.get("/api/v1/query", params={"query": query, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["result"]


async def number(http: httpx.AsyncClient, query: str, **more: Any) -> float:
    (element,) = await ask(http, query, **more)
    return float(element["value"][1])


def shape(value: Any) -> Any:
    """An answer without its contents: kinds, and the keys that are the protocol's."""
    if isinstance(value, dict):
        return {key: "labels" if key == "metric" else shape(inside) for key, inside in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], int | float):
        return ["time", type(value[1]).__name__]
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return value


RANGE = {"start": NOW - 600, "end": NOW, "step": "60"}
AS_RECORDED = [
    ("scalar.json", "query", {"query": "1"}),
    ("string.json", "query", {"query": '"hello"'}),
    ("vector_up.json", "query", {"query": "up"}),
    ("vector_crash_rate.json", "query", {"query": f"{CRASHED} / {SESSIONS}"}),
    ("connect_failure_ratio.json", "query", {"query": f"sum({CRASHED}) / sum({SESSIONS})"}),
    ("vector_nan_div0.json", "query", {"query": f"({SESSIONS} - {SESSIONS}) / ({SESSIONS} - {SESSIONS})"}),
    ("vector_nan.json", "query", {"query": "vector(NaN)"}),
    ("vector_inf.json", "query", {"query": "vector(Inf)"}),
    ("absent.json", "query", {"query": "absent(nosuch_metric)"}),
    ("vector_empty_nosuch.json", "query", {"query": "nosuch_metric"}),
    ("vector_old_time.json", "query", {"query": "up", "time": NOW - 400 * 24 * HOUR}),
    ("range_selector_matrix_instant.json", "query", {"query": f"{SESSIONS}[1m]"}),
    ("matrix_sessions_rate.json", "query_range", {"query": f"sum(rate({SESSIONS}[5m]))", **RANGE}),
    ("matrix_empty.json", "query_range", {"query": "nosuch_metric", **RANGE}),
    ("matrix_three_series.json", "query_range", {"query": "app_sessions_total", **RANGE}),
    ("labels.json", "labels", {}),
]


@pytest.mark.parametrize(("fixture", "path", "parameters"), AS_RECORDED, ids=[case[0] for case in AS_RECORDED])
async def test_answers_have_the_shape_of_the_recorded_ones(http, fixture, path, parameters):
    wanted = json.loads(recorded(fixture))
    answer = await http.get(f"/api/v1/{path}", params=parameters)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    given_one = answer.json()
    if isinstance(wanted["data"], dict):
        assert shape(given_one) == shape(wanted)
    else:
        assert {type(name) for name in given_one["data"]} == {str}
        assert given_one["status"] == wanted["status"]


@pytest.mark.parametrize("fixture", ["vector_nan.json", "vector_inf.json", "vector_nan_div0.json", "absent.json"])
async def test_special_numbers_are_written_as_recorded(http, fixture):
    wanted = json.loads(recorded(fixture))["data"]["result"][0]["value"][1]
    query = next(parameters["query"] for name, _, parameters in AS_RECORDED if name == fixture)
    (element,) = await ask(http, str(query))
    assert element["value"][1] == wanted


SAME_WORDS = [
    ("err400_badstep.json", "query_range", {"query": "up", **RANGE, "step": "0"}),
    ("err400_end_before_start.json", "query_range", {"query": "up", "start": NOW, "end": NOW - 1, "step": "1"}),
    ("err400_too_many_points.json", "query_range", {"query": "up", "start": NOW - 86400, "end": NOW, "step": "1"}),
    ("err400_noquery.json", "query", {}),
    ("err400_parse.json", "query", {"query": "rate(app_sessions_total"}),
    ("err400_badtimeout.json", "query", {"query": "up", "timeout": "abc"}),
    ("err422_dup_labelset.json", "query", {"query": 'rate({__name__=~"app_.+",build="4201"}[5m])'}),
]


@pytest.mark.parametrize(("fixture", "path", "parameters"), SAME_WORDS, ids=[case[0] for case in SAME_WORDS])
async def test_errors_are_the_recorded_ones_word_for_word(http, fixture, path, parameters):
    wanted = json.loads(recorded(fixture))
    answer = await http.get(f"/api/v1/{path}", params=parameters)
    assert answer.json() == wanted
    assert answer.status_code == int(recorded(fixture.replace(".json", ".hdr")).split()[1])


async def test_an_ambiguous_match_is_told_as_recorded(http):
    wanted = json.loads(recorded("err422_many_to_many.json"))
    both = '{__name__=~"app_sessions_total|app_connects_total",build="4201"}'
    answer = await http.get("/api/v1/query", params={"query": f"{both} * {both}"})
    given_one = answer.json()
    assert answer.status_code == 422
    assert given_one["errorType"] == wanted["errorType"]
    start, end = "found duplicate series for the match group {", ";many-to-many matching not allowed: "
    assert wanted["error"].startswith(start)
    assert given_one["error"].startswith(start)
    assert given_one["error"].partition(end)[2] == wanted["error"].partition(end)[2]
    assert '[{__name__="app_' in given_one["error"]


async def test_an_unknown_path_is_text_and_no_json(http):
    answer = await http.get("/prometheus/api/v1/query")
    assert (answer.status_code, answer.text) == (404, "404 page not found\n")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


async def test_it_is_ready_and_says_its_version(http):
    assert (await http.get("/-/ready")).text.startswith("Prometheus Server is Ready")
    told = (await http.get("/api/v1/status/buildinfo")).json()
    assert set(told["data"]) == set(json.loads(recorded("buildinfo.json"))["data"])
    assert told["data"]["version"].startswith("2.")


async def test_a_form_is_answered_like_a_query(http):
    asked = {"query": SESSIONS, "time": str(NOW)}
    assert (await http.post("/api/v1/query", data=asked)).json() == (
        await http.get("/api/v1/query", params=asked)
    ).json()


# --- arithmetic --------------------------------------------------------------------------------------------------


async def test_a_counter_is_what_the_world_counted(http, scene):
    counted = scene.stage.android.counters("4201", NOW)
    assert counted is not None
    assert await number(http, SESSIONS) == counted.sessions
    assert await number(http, f"{SESSIONS} offset 1h") == scene.stage.android.counters("4201", NOW - HOUR).sessions
    assert await number(http, f"{SESSIONS} @ {NOW - HOUR:.0f}") == await number(http, SESSIONS, time=NOW - HOUR)
    assert await number(http, f"timestamp({SESSIONS})") == math.floor(NOW / 15) * 15


async def test_an_increase_is_extrapolated_to_the_window(http, scene):
    counted = scene.happened("android", "4201", NOW - HOUR, NOW)
    increase = await number(http, f"increase({SESSIONS}[1h])")
    assert increase == pytest.approx(counted, rel=0.01)
    assert await number(http, f"rate({SESSIONS}[1h]) * 3600") == pytest.approx(increase)


async def test_an_increase_does_not_reach_before_a_counter_began(http, scene):
    first = scene.stage.android.first_seen("4201")
    assert first is not None
    whole = await number(http, f"increase({SESSIONS}[1h])", time=first + 600)
    counted = scene.stage.android.counters("4201", first + 600)
    assert counted is not None
    assert whole <= counted.sessions * 1.05


@pytest.mark.parametrize(
    ("samples", "window", "increase", "resets"),
    [
        # Three intervals of 15 s; a second of the window before the first sample is made up for.
        ({-45: 10.0, -30: 20.0, -15: 30.0, 0: 40.0}, 46, 30 * 46 / 45, 0),
        # A fall is a restart from zero: 10, then 5 and 10 more.
        ({-45: 10.0, -30: 20.0, -15: 5.0, 0: 15.0}, 46, 25 * 46 / 45, 1),
        # Half a second ago, at this pace, the counter was 0: nothing is made up for beyond that.
        ({-30: 1.0, -15: 31.0, 0: 61.0}, 60, 61.0, 0),
        # Far from the window's begin half an interval is made up for.
        ({-30: 1000.0, -15: 1030.0, 0: 1060.0}, 60, 60 * 37.5 / 30, 0),
    ],
)
def test_increases_are_those_of_prometheus_by_hand(samples, window, increase, resets):
    now = NOW - NOW % 15
    telemetry = Telemetry([], {}, now - HOUR, lambda: now)
    telemetry.series.append(Series({"__name__": "c"}, lambda at: samples.get(at - now)))
    for query, wanted in ((f"increase(c[{window}s])", increase), (f"resets(c[{window}s])", resets)):
        (element,) = evaluate(parse(query), telemetry, now)
        assert element.value == pytest.approx(wanted), query


async def test_sums_and_groups_are_those_of_the_series(http):
    by_build = {
        row["metric"]["build"]: float(row["value"][1]) for row in await ask(http, "sum by (build) (app_sessions_total)")
    }
    assert set(by_build) == {"4201", "4130", "87", "82"}
    assert await number(http, "sum(app_sessions_total)") == sum(by_build.values())
    assert await number(http, "max(app_sessions_total)") == max(by_build.values())
    assert await number(http, "count(app_sessions_total)") == 4
    without = await ask(http, "sum without (build, version, instance, job) (app_sessions_total)")
    assert [row["metric"] for row in without] == [{"platform": "android"}, {"platform": "ios"}]


async def test_matchers_take_what_they_say(http):
    for matcher, builds in (
        ('build="4201"', {"4201"}),
        ('build!="4201"', {"4130", "87", "82"}),
        ('build=~"42.+|8."', {"4201", "87", "82"}),
        ('build!~"4.*"', {"87", "82"}),
        ('nosuch=""', {"4201", "4130", "87", "82"}),
    ):
        found = await ask(http, f"app_sessions_total{{{matcher}}}")
        assert {row["metric"]["build"] for row in found} == builds, matcher


async def test_comparisons_filter_and_bool_answers_0_and_1(http):
    assert await ask(http, f"{SESSIONS} < 1") == []
    assert len(await ask(http, f"{SESSIONS} > 1")) == 1
    assert await number(http, f"{SESSIONS} < bool 1") == 0
    assert await number(http, "vector(2) * 3 + 4 / 2 - 1") == 7
    assert await number(http, "vector(1e-7)") == 1e-7
    assert (await ask(http, "vector(0.0000001)"))[0]["value"][1] == "0.0000001"


async def test_a_missing_series_can_be_given_a_default(http):
    assert await number(http, "nosuch_metric or vector(0)") == 0
    assert await ask(http, f"absent({SESSIONS})") == []


async def test_a_curve_has_a_point_for_every_step_and_no_point_before_the_series(http, scene):
    first = scene.stage.android.first_seen("4201")
    assert first is not None
    asked = {"query": SESSIONS, "start": first - 600, "end": first + 600, "step": "1m"}
    data = (await http.get("/api/v1/query_range", params=asked)).json()["data"]
    (line,) = data["result"]
    times = [at for at, _ in line["values"]]
    assert times[0] >= first
    assert [b - a for a, b in pairwise(times)] == [60] * (len(times) - 1)


async def test_while_the_target_is_down_a_rate_goes_on_and_up_is_0():
    scene = set_up("ios-phased")
    app = make_app(scene.stage.telemetry, scene.stage.clock, Faults())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://prometheus") as http:
        scene.stage.telemetry.scrapes.down_from(NOW)
        scene.clock.time = NOW + 60
        assert await number(http, "up") == 0
        assert await ask(http, SESSIONS) == []
        assert await number(http, f"rate({SESSIONS}[5m])") > 0
        scene.clock.time = NOW + 400
        assert await ask(http, f"rate({SESSIONS}[5m])") == []


# --- whatever is asked -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "sum(",
        "rate(up)",
        "sum(up[5m])",
        "up[5m] + 1",
        "histogram_quantile(0.9, up)",
        'up{job=~"("}',
        r'up{job="\d"}',
        "up{job}",
        "up @ start()",
        "up offset up",
        "1 +",
        "up[5",
        "up)",
        "é",
        "sum(1)",
        "vector(up)",
    ],
)
async def test_what_it_does_not_take_is_an_error_in_the_vendors_shape(http, query):
    answer = await http.get("/api/v1/query", params={"query": query})
    assert answer.status_code == 400
    told = answer.json()
    assert set(told) == {"status", "errorType", "error"}
    assert (told["status"], told["errorType"]) == ("error", "bad_data")
    assert told["error"].startswith('invalid parameter "query": ')


@pytest.mark.parametrize("parameters", [{"query": "up", "time": "yesterday"}, {"query": "up", "time": "NaN"}])
async def test_a_time_that_is_none_is_refused(http, parameters):
    answer = await http.get("/api/v1/query", params=parameters)
    assert answer.status_code == 400
    assert 'invalid parameter "time": cannot parse' in answer.json()["error"]


async def test_a_curve_of_a_range_is_refused(http):
    answer = await http.get("/api/v1/query_range", params={"query": f"{SESSIONS}[5m]", **RANGE})
    assert answer.status_code == 400
    assert "must be Scalar or instant Vector" in answer.json()["error"]


WORDS = [
    *("up", "app_sessions_total", '{build="4201"}', "[5m]", "offset 1m", "@ 1795443771", "rate", "sum", "by (build)"),
    *("(", ")", "+", "-", "*", "/", "or", "== bool", "<", "1", "0", '"text"', "absent", "label_replace", ",", "vector"),
    *("time()", "last_over_time", "timestamp", "without (job)", "NaN", '=~"("', "{", "}", "["),
]


def refusal(query: str, scene: Set | None = None) -> PromError | None:
    """How a query is refused; None where it is taken."""
    try:
        node = parse(query)
        if scene is not None:
            evaluate(node, scene.stage.telemetry, NOW)
    except PromError as refused:
        return refused
    return None


@given(st.lists(st.sampled_from(WORDS), max_size=9))
def test_every_query_is_either_answered_or_refused_in_prometheus_words(scene, words):
    refused = refusal(" ".join(words), scene)
    assert refused is None or refused.kind in ("bad_data", "execution")


@given(st.text(max_size=40))
def test_any_text_is_either_a_query_or_a_parse_error(text):
    refused = refusal(text)
    assert refused is None or "parse error" in str(refused)
