"""What a value rests on: interval and n; few sessions their counts; no counts "n unknown" (screens.md 8)."""

from __future__ import annotations

from rollout_tui.domain.estimates import short_count
from rollout_tui.domain.quantities import Mean, Proportion, Quantity, exact
from rollout_tui.domain.snapshot import MetricStanding
from rollout_tui.domain.words import SHARE_OF, count, interval, sample

_FEW = 100
"""Observations below which the counts stand in place of an interval."""
_LONGEST = 11
"""Cells of an interval such as `4.1–4.3 min`."""


def basis(standing: MetricStanding, room: int, *, column: int = 0) -> str:
    """The longest form that fits `room` whole; n ends at `column` where it can."""
    for bounds, n in _forms(standing):
        text = f"{bounds}{n:>{max(len(n) + 1, column - len(bounds))}}" if bounds else n
        if len(text) <= room:
            return text
    return ""


def basis_beside(standing: MetricStanding, room: int) -> str:
    """The same with n in a column of its own, for rows over the whole width."""
    for bounds, n in _forms(standing):
        text = f"{bounds:<{_LONGEST}}  {n}" if bounds else n
        if len(text) <= room:
            return text
    return ""


def _forms(standing: MetricStanding) -> list[tuple[str, str]]:
    """Interval and sample size, the longest first."""
    if standing.reading is None:
        return []
    quantity = standing.reading.quantity
    n = sample(quantity)
    if quantity.n is None:
        share = SHARE_OF.get(standing.reading.population)
        return [("", n)] if share is None else [("", f"{share}, {n}"), ("", share)]
    short = ("", f"n {short_count(int(exact(quantity.n)))}")
    if quantity.n < _FEW:
        return [("", _counts(quantity)), short]
    if standing.interval is None:
        return [("", n), short]
    bounds = interval(standing.metric, quantity, standing.interval)
    shortened = [(bounds, n), (bounds, short[1]), ("", n), short]
    return [(f"{bounds} approx.", n), *shortened] if isinstance(quantity, Mean) else shortened


def _counts(quantity: Quantity) -> str:
    if isinstance(quantity, Proportion):
        return f"{count(quantity.bad)} of {count(quantity.total)}"
    return sample(quantity)
