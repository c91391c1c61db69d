"""What waiting costs: how many more bad sessions come before the rollout goes on, at the pace of the last window."""

from __future__ import annotations

from rollout_tui.domain import words
from rollout_tui.domain.metrics import Direction, Kind, Population
from rollout_tui.domain.quantities import Proportion
from rollout_tui.domain.severity import rank
from rollout_tui.domain.snapshot import MetricStanding, Rollout

_NOUNS = {"crash_rate": "crashed sessions", "connect_failure_rate": "failed connects"}
"""How the plan's own rates are counted; others are told by population and name."""
_HOUR = 3600.0


def waiting(rollout: Rollout, now: float) -> str:
    """`about 280–340 more crashed sessions before the next tick (in 9 h)`; empty where n or the pace is not known.

    The bounds are those of the rate (gates.md 3); that the pace stays is why it is "about".
    """
    found = [standing for standing in rollout.metrics if _counts(standing)]
    worst = max(found, key=lambda standing: rank(standing.severity), default=None)
    if worst is None or worst.reading is None or worst.interval is None:
        return ""
    quantity, window = worst.reading.quantity, worst.reading.window
    if not isinstance(quantity, Proportion) or window.end <= window.start:
        return ""
    seconds, until = _until(rollout, now)
    sessions = float(quantity.total) / (window.end - window.start) * seconds
    low, high = (bound * sessions for bound in worst.interval)
    return f"{_range(low, high)} more {_noun(worst)} {until}"


def _counts(standing: MetricStanding) -> bool:
    """A rate of bad ones, by counts, that is known now; a share of users at one moment has no pace."""
    metric, reading = standing.metric, standing.reading
    by_sessions = reading is not None and reading.population in (Population.SESSIONS, Population.CONNECTS)
    bad = metric.kind is Kind.RATIO and metric.better is Direction.LOWER
    return bad and by_sessions and standing.problem is None


def _until(rollout: Rollout, now: float) -> tuple[float, str]:
    """Seconds until more people get it, and what that is; an hour where nothing comes by itself."""
    state, current = rollout.store.state, rollout.current
    if state is not None and state.next_step_at is not None and state.next_step_at > now:
        left = state.next_step_at - now
        return left, f"before the next tick (in {words.span(left)})"
    if current is not None and current.left is not None and current.left > 0:
        return current.left, f"before it may be promoted (in {words.span(current.left)})"
    return _HOUR, "in each hour"


def _noun(standing: MetricStanding) -> str:
    metric = standing.metric
    return _NOUNS.get(metric.id, f"{metric.population.value} that count as bad ({metric.label})")


def _range(low: float, high: float) -> str:
    near, far = _rounded(low), _rounded(high)
    if far < 1:
        return "less than one"
    if near == far:
        return f"about {far:,}"
    return f"about {near:,}–{far:,}" if near else f"up to about {far:,}"


def _rounded(number: float) -> int:
    """Two significant digits: more would promise too much."""
    whole = int(number)
    size = int(10 ** max(0, len(str(whole)) - 2))
    return round(number / size) * size
