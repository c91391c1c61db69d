"""Severity: where the current value stands to the written lines, literally (gates.md 1, rollout-plan.md 10)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from rollout_tui.domain.metrics import Metric
from rollout_tui.domain.quantities import Quantity, flaw


class Severity(StrEnum):
    """OK to CRITICAL by the lines; UNKNOWN without a usable reading: neither OK nor an alarm of the plan."""

    OK = "OK"
    INFO = "INFO"
    WARNING = "WARNING"
    CRITICAL = "CRITICAL"
    UNKNOWN = "UNKNOWN"


_RANK = {Severity.OK: 0, Severity.INFO: 1, Severity.UNKNOWN: 2, Severity.WARNING: 3, Severity.CRITICAL: 4}
"""For "worst first": a metric that nobody can read sorts above INFO (screens.md 12), below a proven alarm."""


def severity_of(metric: Metric, quantity: Quantity | None) -> Severity:
    """The first of critical, alert and missed target that holds; statistics never delay it."""
    if quantity is None or flaw(quantity) is not None:
        return Severity.UNKNOWN
    value = quantity.value()
    if metric.critical is not None and metric.critical.holds(value):
        return Severity.CRITICAL
    if metric.alert.holds(value):
        return Severity.WARNING
    return Severity.OK if metric.target.holds(value) else Severity.INFO


def worst(severities: Iterable[Severity]) -> Severity:
    """The most urgent one; UNKNOWN when there is none at all."""
    return max(severities, key=_RANK.__getitem__, default=Severity.UNKNOWN)


def rank(severity: Severity) -> int:
    """Sort key, the worst highest."""
    return _RANK[severity]
