"""Bare values: an expression of one's own, without counts."""

from __future__ import annotations

import httpx
import pytest

from rollout_tui.domain.quantities import Bare
from rollout_tui.domain.readings import Reading
from tests.providers.prometheus.desk import LABELS, NOW, SELECT, Canned, read_one, reason
from tests.unit.domain.builders import CRASH

RATE = {CRASH.id: {"value": f"sum(rate(app_crashes{SELECT}[$window])) / sum(rate(app_starts{SELECT}[$window]))"}}
FILLED_RATE = (
    '(sum(rate(app_crashes{platform="android",build="4201"}[3600s]))'
    ' / sum(rate(app_starts{platform="android",build="4201"}[3600s])))'
)
PARTS = tuple(f'timestamp({name}{{platform="android",build="4201"}})' for name in ("app_crashes", "app_starts"))


@pytest.fixture
def bare(server: Canned) -> Canned:
    server.instants = {text: [(LABELS, NOW - age)] for text, age in zip(PARTS, (10, 20), strict=True)}
    server.instants[FILLED_RATE] = [({}, "0.0123")]
    return server


async def test_a_bare_value_has_no_counts(bare: Canned, http: httpx.AsyncClient) -> None:
    answer = await read_one(http, metrics=RATE)
    assert isinstance(answer, Reading)
    assert answer.quantity == Bare(0.0123)
    assert answer.as_of == NOW - 20


async def test_a_bare_value_over_samples_that_ended_is_no_data(bare: Canned, http: httpx.AsyncClient) -> None:
    bare.instants.pop(PARTS[1])
    assert "has no series for build 4201: app_starts" in await reason(http, metrics=RATE)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([], "the expression has no value now"),
        ([({}, "NaN")], "the value is nan"),
        ([({}, "+Inf")], "the value is inf"),
        ([({}, "-0.5")], "value is negative: -0.5"),
        ([({}, "fine")], "the value is nan"),
        (
            [({"a": "1", "b": "x"}, "1"), ({"a": "2", "b": "x"}, "1")],
            "2 series where one is expected, they differ in a",
        ),
        ([({"pod": "1"}, "1"), ({}, "1")], "2 series where one is expected, they differ in pod"),
    ],
)
async def test_a_bare_value_that_is_none_is_no_data(
    bare: Canned, http: httpx.AsyncClient, found: list[tuple[dict[str, str], str]], words: str
) -> None:
    bare.instants[FILLED_RATE] = [*found]
    assert (await reason(http, metrics=RATE)).startswith(f"Prometheus: {words}")
