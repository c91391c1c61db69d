"""What a section may hold, and what its mistakes are called."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import ValidationError

from providers.prometheus import PROVIDER

URL = "http://127.0.0.1:9090"
GOOD = {"bad": "x_bad", "total": "x_total"}


def mistakes(**section: object) -> str:
    with pytest.raises(ValidationError) as caught:
        PROVIDER.options.model_validate({"url": URL, "metrics": {}, **section})
    return str(caught.value)


@pytest.mark.parametrize(
    "queries",
    [
        GOOD,
        {"good": "a", "total": "b"},
        {"sum": "a", "count": "b"},
        {"sum": "a", "count": "b", "squares": "c"},
        {"value": "sum(x)"},
    ],
)
def test_each_shape_is_taken(queries: dict[str, str]) -> None:
    PROVIDER.options.model_validate({"url": URL, "metrics": {"m": queries}})


@pytest.mark.parametrize(
    ("queries", "found"),
    [
        ({}, "found nothing"),
        ({"bad": "a"}, "found bad"),
        ({"bad": "a", "count": "b"}, "found bad and count"),
        ({**GOOD, "value": "c"}, "found bad and total and value"),
        ({**GOOD, "good": "c"}, "found bad and good and total"),
        ({**GOOD, "squares": "c"}, "found bad and squares and total"),
        ({"good": "a"}, "found good"),
    ],
)
def test_a_metric_has_exactly_one_shape(queries: dict[str, str], found: str) -> None:
    words = mistakes(metrics={"m": queries})
    shapes = "bad and total, good and total, sum and count (and squares), histogram (and within), or value alone"
    assert f"{found}; expected {shapes}" in words


def test_counters_are_plain_selectors() -> None:
    assert "expected a plain selector" in mistakes(metrics={"m": {**GOOD, "bad": "increase(x[1h])"}})


def test_placeholders_are_checked_before_anything_is_asked() -> None:
    assert "unknown placeholder $number" in mistakes(metrics={"m": {**GOOD, "bad": 'x{build="$number"}'}})


@pytest.mark.parametrize("url", ["prom:9090", "ftp://prom", "http://user:word@prom", "http://prom?x=1", ""])
def test_an_address_is_plain_and_holds_no_secret(url: str) -> None:
    assert "url" in mistakes(url=url)


@pytest.mark.parametrize(
    "section",
    [
        {"token": "hunter2"},
        {"password": "hunter2", "username": "mara"},
        {"headers": {"X-Scope-OrgID": "hunter2"}},
        {"headers": {"X Bad\n": "env:A"}},
        {"username": "mara"},
        {"token": "env:A", "username": "mara", "password": "env:B"},
        {"token": "env:A", "headers": {"Authorization": "env:B"}},
        {"unknown": 1},
    ],
)
def test_secrets_are_references_and_there_is_one_way_to_sign_in(section: dict[str, object]) -> None:
    assert mistakes(**section)


def test_the_provider_is_light_to_import() -> None:
    heavy = ("httpx", "stamina", "structlog")
    code = f"import sys, providers.prometheus, providers.github; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
