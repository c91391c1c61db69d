"""Boundaries of rollout-plan.md 10, in exact arithmetic on counts."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollout_tui.domain.evidence.gate import unusable
from rollout_tui.domain.metrics import Metric
from rollout_tui.domain.plan import Gate
from rollout_tui.domain.quantities import Bare, Mean, Proportion, Quantity, exact, flaw
from rollout_tui.domain.severity import Severity, severity_of, worst
from rollout_tui.domain.verdicts import Verdict
from tests.unit.domain import vectors
from tests.unit.domain.builders import (
    CONNECT,
    CONNECT_GATE,
    CONNECT_TIME,
    CRASH,
    CRASH_FREE_GATE,
    DURATION,
    TIME_LIMIT_GATE,
)


@pytest.mark.parametrize(
    ("metric", "bad", "severity"),
    [
        (CRASH, 499, Severity.OK),
        (CRASH, 500, Severity.INFO),
        (CRASH, 501, Severity.INFO),
        (CRASH, 1000, Severity.INFO),
        (CRASH, 1001, Severity.WARNING),
        (CRASH, 2000, Severity.WARNING),
        (CRASH, 2001, Severity.CRITICAL),
        (CONNECT, 999, Severity.OK),
        (CONNECT, 1000, Severity.INFO),
        (CONNECT, 1001, Severity.INFO),
        (CONNECT, 2000, Severity.INFO),
        (CONNECT, 2001, Severity.WARNING),
        (CONNECT, 5000, Severity.WARNING),
        (CONNECT, 5001, Severity.CRITICAL),
    ],
)
def test_a_ratio_has_the_severity_that_the_plan_writes(metric: Metric, bad: int, severity: Severity) -> None:
    assert severity_of(metric, Proportion(bad, 100_000)) is severity


@pytest.mark.parametrize(
    ("metric", "value", "severity"),
    [
        (CONNECT_TIME, "9.999", Severity.OK),
        (CONNECT_TIME, "10", Severity.INFO),
        (CONNECT_TIME, "20", Severity.INFO),
        (CONNECT_TIME, "20.001", Severity.WARNING),
        (CONNECT_TIME, "9000", Severity.WARNING),
        (DURATION, "300.001", Severity.OK),
        (DURATION, "300", Severity.INFO),
        (DURATION, "60", Severity.INFO),
        (DURATION, "59.999", Severity.WARNING),
        (DURATION, "0.001", Severity.WARNING),
    ],
)
def test_a_mean_has_the_severity_that_the_plan_writes_and_is_never_critical(
    metric: Metric, value: str, severity: Severity
) -> None:
    assert severity_of(metric, Mean(Decimal(value) * 1000, 1000)) is severity
    assert severity_of(metric, Bare(Decimal(value))) is severity


@pytest.mark.parametrize(
    "quantity",
    [
        None,
        Proportion(0, 0),
        Proportion(3, 2),
        Proportion(-1, 10),
        Proportion(float("nan"), 10),
        Proportion(1, float("inf")),
        Mean(10, 0),
        Mean(float("nan"), 3),
        Bare(float("nan")),
        Bare(float("-inf")),
        Proportion(True, 10),
        Proportion("1", 10),  # type: ignore[arg-type]  # what a careless source might hand over
    ],
)
def test_counts_that_cannot_be_used_are_unknown_and_never_ok(quantity: Quantity | None) -> None:
    assert severity_of(CRASH, quantity) is Severity.UNKNOWN


@pytest.mark.parametrize(
    ("gate", "quantity", "verdict"),
    [
        (CRASH_FREE_GATE, Proportion(500, 100_000), Verdict.PASS),
        (CRASH_FREE_GATE, Proportion(501, 100_000), Verdict.FAIL),
        (CONNECT_GATE, Proportion(1000, 100_000), Verdict.PASS),
        (CONNECT_GATE, Proportion(1001, 100_000), Verdict.FAIL),
        (TIME_LIMIT_GATE, Mean(9999, 1000), Verdict.PASS),
        (TIME_LIMIT_GATE, Mean(10000, 1000), Verdict.FAIL),
    ],
)
def test_a_gate_s_line_includes_or_excludes_its_boundary_as_it_is_written(
    gate: Gate, quantity: Quantity, verdict: Verdict
) -> None:
    assert gate.line is not None
    assert gate.line.holds(quantity.value()) is (verdict is Verdict.PASS)


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_the_crash_rate_lines_are_the_integer_comparisons(bad: int, total: int) -> None:
    if bad > total:
        assert flaw(Proportion(bad, total)) is not None
        return
    expected = (
        Severity.CRITICAL
        if 50 * bad > total
        else Severity.WARNING
        if 100 * bad > total
        else Severity.INFO
        if 200 * bad >= total
        else Severity.OK
    )
    assert severity_of(CRASH, Proportion(bad, total)) is expected


@given(st.decimals(0, 1000, places=4), st.decimals(Decimal("0.0001"), 1000, places=4))
def test_fractional_counts_mean_the_decimal_that_was_written(bad: Decimal, total: Decimal) -> None:
    assert exact(float(bad)) == Fraction(bad)
    if bad <= total:
        assert Proportion(float(bad), float(total)).value() == Fraction(bad) / Fraction(total)


_ODD = st.sampled_from([0, 1, -1, 1e-13, 1e-12, 10**15, 10**15 + 1, 10**400, math.inf, math.nan, True, 0.5])


@given(_ODD | st.integers() | st.floats(), _ODD | st.integers() | st.floats())
def test_counts_that_are_looked_at_fast_are_judged_as_those_that_are_looked_at_slowly(bad: float, total: float) -> None:
    slow = [number if isinstance(number, bool) else Decimal(number) for number in (bad, total)]
    assert (flaw(Proportion(bad, total)) is None) is (flaw(Proportion(*slow)) is None)
    assert (unusable(bad, total) is None) is (unusable(*slow) is None)


def test_the_worst_severity_wins_and_unknown_is_above_info_but_below_an_alarm() -> None:
    assert worst([Severity.OK, Severity.INFO, Severity.UNKNOWN]) is Severity.UNKNOWN
    assert worst([Severity.UNKNOWN, Severity.WARNING]) is Severity.WARNING
    assert worst([]) is Severity.UNKNOWN


@vectors.needed
@pytest.mark.parametrize("vector", vectors.vectors("severity"), ids=lambda v: "-".join(map(str, v.values())))
def test_severity_and_the_point_of_a_gate_are_the_designs(vector: dict[str, Any]) -> None:
    metric, gate = _NAMED[vector["metric"]]
    quantity: Quantity = Bare(vector["value"]) if "value" in vector else Proportion(vector["bad"], vector["total"])
    assert severity_of(metric, quantity).value.lower() == vector["severity"]
    if gate is not None:
        usable = flaw(quantity) is None
        holds = gate.line.holds(quantity.value()) if usable and gate.line is not None else None
        assert holds == vector["gate_point_ok"]


_NAMED: dict[str, tuple[Metric, Gate | None]] = {
    "crash_rate": (CRASH, CRASH_FREE_GATE),
    "connect_failure_rate": (CONNECT, CONNECT_GATE),
    "avg_connect_s": (CONNECT_TIME, TIME_LIMIT_GATE),
    "avg_session_s": (DURATION, None),
}


@pytest.mark.parametrize("number", [10**400, Decimal("sNaN"), Decimal("NaN"), float("inf"), True, "5"])
def test_what_no_count_can_be_is_said_and_never_raised(number: object) -> None:
    for quantity in (Proportion(number, number), Mean(number, 5), Bare(number)):  # type: ignore[arg-type]  # on purpose
        assert "is not a number" in (flaw(quantity) or "")
