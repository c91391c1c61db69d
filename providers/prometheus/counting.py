"""What the counters of a metric come to: a proportion from bad or good events, a mean from sums."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from providers.answering import NoData
from providers.prometheus.expressions import bucket, suffixed
from providers.prometheus.options import MetricQueries
from rollout_tui.domain.metrics import Kind
from rollout_tui.domain.quantities import Mean, Proportion, Quantity

EXPECTED = {
    Kind.RATIO: "bad and total, good and total, histogram and within, or value",
    Kind.MEAN: "sum and count, histogram, or value",
}
"""What a metric of that kind needs in the configuration."""


@dataclass(frozen=True, slots=True)
class Counting:
    """Selectors of counters, and the quantity that their growths (in the same order) make, which raises NoData."""

    selectors: tuple[str, ...]
    quantity: Callable[[Sequence[float]], Quantity]


def counting(queries: MetricQueries, kind: Kind) -> Counting | None:
    """How a metric of that kind is counted; None where the queries hold no counters for it."""
    if queries.histogram is not None:
        return _of_histogram(queries.histogram, queries.within, kind)
    if kind is Kind.MEAN:
        sums = [text for text in (queries.sum, queries.count, queries.squares) if text is not None]
        return Counting(tuple(sums), _mean) if sums else None
    if queries.total is None:
        return None
    if queries.good is not None:
        return Counting((queries.good, queries.total), _from_good)
    return None if queries.bad is None else Counting((queries.bad, queries.total), _from_bad)


def _of_histogram(selector: str, within: float | None, kind: Kind) -> Counting | None:
    """A mean of its sum and count; with an edge, the share of what is beyond it."""
    count = suffixed(selector, "_count")
    if kind is Kind.MEAN and within is None:
        return Counting((suffixed(selector, "_sum"), count), _mean)
    if kind is Kind.RATIO and within is not None:
        return Counting((suffixed(selector, "_bucket", bucket(within)), count), _from_good)
    return None


def _from_bad(grown: Sequence[float]) -> Quantity:
    """Fractions are passed on unrounded; an excess of bad below 1 is cut (gates.md 8)."""
    bad, total = grown
    return Proportion(_whole(total if total < bad < total + 1 else bad), _whole(total))


def _from_good(grown: Sequence[float]) -> Quantity:
    """The rest is bad; an excess of good below 1 is cut. Raises NoData for more."""
    good, total = grown
    if good >= total + 1:
        raise NoData(f"more good than total: {good:,g} of {total:,g}")
    return Proportion(_whole(max(0.0, total - good)), _whole(total))


def _mean(grown: Sequence[float]) -> Quantity:
    return Mean(*map(_whole, grown))


def _whole(number: float) -> float | int:
    """Counts of whole events are whole; fractions are passed on as they are."""
    return int(number) if number == int(number) else number
