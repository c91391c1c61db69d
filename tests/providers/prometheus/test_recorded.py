"""Answers that a real Prometheus gave: each becomes series or words, never a crash."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from providers.prometheus.client import TAG, PrometheusClient, Series
from rollout_tui.ports import Misconfigured, ProviderError, Unreachable

ClientOf = Callable[[httpx.AsyncBaseTransport], httpx.AsyncClient]
FOLDER = Path(__file__).parents[4] / "shared/specs/prometheus/fixtures"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the recorded answers are not at hand (../shared/specs)")


def recorded() -> list[tuple[str, int]]:
    if not FOLDER.is_dir():
        return []
    with (FOLDER / "INDEX.tsv").open(encoding="utf-8") as lines:
        return [(row["body"], int(row["status"].split()[0])) for row in csv.DictReader(lines, delimiter="\t")]


def body_of(name: str) -> bytes:
    """The recorded body; its series wear the label that the question would have given them."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    try:
        answer = json.loads(text)
        for item in answer["data"]["result"]:
            item["metric"][TAG] = "0"
    except (ValueError, KeyError, TypeError):
        return text.encode()
    return json.dumps(answer).encode()


async def ask(client_of: ClientOf, name: str, status: int) -> list[Series] | ProviderError:
    kind = "application/json" if name.endswith(".json") else "text/plain"
    answer = httpx.Response(status, content=body_of(name), headers={"Content-Type": kind})
    http = client_of(httpx.MockTransport(lambda _: answer))
    try:
        return (await PrometheusClient(http, "http://prom", {}, "Prometheus").instant(["x"], 0.0))["x"]
    except ProviderError as error:
        return error


ONE = (
    "absent connect_avg_sec connect_failure_ratio connect_p95 matrix_gap_after_exporter_down matrix_sessions_rate"
    " matrix_vanished push_time pushed range_selector_matrix_instant rate_after_exporter_down up_after_exporter_down"
    " vector_crash_rate vector_inf vector_nan vector_nan_div0"
)
NONE = "matrix_empty vector_empty_after_exporter_down vector_empty_nosuch vector_empty_vanished_stale vector_old_time"
SERIES = {
    **dict.fromkeys(ONE.split(), 1),
    **dict.fromkeys(NONE.split(), 0),
    **dict.fromkeys(["matrix_three_series", "post_query", "vector_up"], 3),
}
"""How many series an answer to a question holds; the other recordings answer no question, or are errors."""


@pytest.mark.parametrize(("name", "status"), recorded())
async def test_every_recorded_answer_is_series_or_words(client_of: ClientOf, name: str, status: int) -> None:
    found = await ask(client_of, name, status)
    if isinstance(found, ProviderError):
        assert name.partition(".")[0] not in SERIES
        assert found.message.startswith("Prometheus")
        assert found.message.isprintable()
    else:
        assert status == 200
        assert len(found) == SERIES[name.partition(".")[0]]
        assert all(series.points for series in found)


async def test_a_dead_target_shows_in_up_while_its_rate_goes_on(client_of: ClientOf) -> None:
    rate = await ask(client_of, "rate_after_exporter_down.json", 200)
    up = await ask(client_of, "up_after_exporter_down.json", 200)
    assert isinstance(rate, list)
    assert isinstance(up, list)
    assert rate[0].points[-1][1] > 0
    assert up[0].points[-1][1] == 0
    assert rate[0].label("job") == "" or rate[0].label("instance") == up[0].label("instance")


async def test_a_pushed_value_has_an_age_of_its_own(client_of: ClientOf) -> None:
    pushed = await ask(client_of, "pushed.json", 200)
    age = await ask(client_of, "push_time.json", 200)
    assert isinstance(pushed, list)
    assert isinstance(age, list)
    assert set(age[0].labels) <= set(pushed[0].labels), "how a push is told from another"
    assert age[0].points[-1][1] > 0


async def test_doctor_is_told_what_the_server_is(client_of: ClientOf) -> None:
    answer = httpx.Response(200, content=(FOLDER / "buildinfo.json").read_bytes())
    http = client_of(httpx.MockTransport(lambda _: answer))
    assert await PrometheusClient(http, "http://prom", {}, "Prometheus").what_it_is() == "2.42.0+ds"


@pytest.mark.parametrize(
    ("name", "status", "kind", "words"),
    [
        ("err400_parse.json", 400, Misconfigured, "parse error: unclosed left parenthesis"),
        ("err400_too_many_points.json", 400, Misconfigured, "exceeded maximum resolution of 11,000 points"),
        ("err422_many_to_many.json", 422, Misconfigured, "found duplicate series"),
        ("err422_too_many_samples.json", 422, Misconfigured, "too many samples"),
        ("err503_timeout.json", 503, Unreachable, "query timed out"),
        ("err404.txt", 404, Misconfigured, "404 page not found"),
        ("scalar.json", 200, Unreachable, "no query result"),
        ("string.json", 200, Unreachable, "no query result"),
        ("ready.txt", 200, Unreachable, "no query result"),
    ],
)
async def test_errors_keep_prometheus_own_words(
    client_of: ClientOf, name: str, status: int, kind: type[ProviderError], words: str
) -> None:
    found = await ask(client_of, name, status)
    assert isinstance(found, kind)
    assert words in found.message


@pytest.mark.parametrize(
    "name", ["vector_empty_nosuch", "vector_empty_after_exporter_down", "vector_old_time", "matrix_empty"]
)
async def test_an_empty_answer_is_no_series(client_of: ClientOf, name: str) -> None:
    assert await ask(client_of, f"{name}.json", 200) == []


async def test_numbers_that_are_none_arrive_as_such(client_of: ClientOf) -> None:
    nan = await ask(client_of, "vector_nan_div0.json", 200)
    inf = await ask(client_of, "vector_inf.json", 200)
    assert isinstance(nan, list)
    assert isinstance(inf, list)
    assert math.isnan(nan[0].points[-1][1])
    assert math.isinf(inf[0].points[-1][1])


async def test_a_range_keeps_its_gap(client_of: ClientOf) -> None:
    found = await ask(client_of, "matrix_three_series.json", 200)
    assert isinstance(found, list)
    assert len(found) == 3
