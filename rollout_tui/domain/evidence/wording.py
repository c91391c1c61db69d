"""A finding in words: proven under, proven over, over the limit but not proven, not enough sessions (gates.md 10)."""

from __future__ import annotations

from math import exp

from rollout_tui.domain.metrics import Metric
from rollout_tui.domain.plan import Gate
from rollout_tui.domain.words import limit as limit_of

MOST = 1_000_000
"""Beyond this nobody needs the number."""


def odds(log_evidence: float) -> str:
    """`3.1:1`, `140:1`, `more than 1,000,000:1`; below `0.1:1` where the stake is all but lost."""
    if log_evidence > 20:
        return f"more than {MOST:,}:1"
    grown = exp(max(log_evidence, -20.0))
    if grown > MOST:
        return f"more than {MOST:,}:1"
    if grown < 0.1:
        return "below 0.1:1"
    return f"{grown:,.0f}:1" if grown >= 9.95 else f"{grown:.1f}:1"


def bound(log_evidence: float) -> str:
    """What decides: `100:1`."""
    return f"{exp(min(log_evidence, 700.0)):,.0f}:1"


def limit(gate: Gate, metric: Metric) -> str:
    """The limit on the metric's own value: `0.5 %`."""
    return "" if gate.line is None else limit_of(gate.line, metric.unit)


def sides(*, above: bool) -> tuple[str, str]:
    """Where the metric's own value lies when the gate passes, and when it fails."""
    return ("over", "under") if above else ("under", "over")
