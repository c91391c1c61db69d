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


@pytest.mark.parametrize(("name", "status"), recorded())
async def test_every_recorded_answer_is_series_or_words(client_of: ClientOf, name: str, status: int) -> None:
    found = await ask(client_of, name, status)
    if isinstance(found, ProviderError):
        assert found.message.startswith("Prometheus")
        assert found.message.isprintable()
    else:
        assert status == 200
        assert all(series.points for series in found)


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
