"""What an answer about sessions says: the window that was answered, its hours, and counts made of totals and rates.

Sentry gives a count and the share without a crash, a fraction; what crashed is the rest. Numbers may be null, which
is no data and never 0 (stores.md 7).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from typing import Any

from providers.answering import NoData
from providers.moments import iso_moment
from providers.sentry.errors import WHO
from providers.sentry.options import Counts
from rollout_tui.domain.quantities import Number, Proportion

ALL = "sum(session)"
FIELDS: Mapping[Counts, tuple[str, str]] = {
    "sessions": (ALL, "crash_free_rate(session)"),
    "users": ("count_unique(user)", "crash_free_rate(user)"),
    "adoption": (ALL, ""),
}
"""The field that counts all of them, and the share of those without a crash."""
_WHOLE = Decimal("0.000001")
"""How far a count that was made of a fraction may be off a whole number and still be one."""


@dataclass(frozen=True, slots=True)
class Hours:
    """The answer for one release, or for all: fields in total and by interval. Times epoch seconds UTC."""

    start: float
    end: float
    step: float
    totals: Mapping[str, Any]
    series: Mapping[str, Any]

    def total(self, counts: Counts) -> Proportion:
        """Crashed of all, over the whole window. Raises NoData."""
        every, without = FIELDS[counts]
        return _counted(self.totals.get(every), self.totals.get(without), counts)

    def count(self) -> Number:
        """All sessions of the window. Raises NoData."""
        return _some(self.totals.get(ALL), "sessions")

    def newest(self, counts: Counts) -> float | None:
        """The end of the newest interval in which anything was counted."""
        ends = [end for end, value in self.values(FIELDS[counts][0]) if value]
        return ends[-1] if ends else None

    def parts(self, counts: Counts) -> Iterator[tuple[float, Proportion | None]]:
        """End and counts of each interval, oldest first; None where the counts are not known."""
        every, without = FIELDS[counts]
        for (end, total), (_, rate) in zip(self.values(every), self.values(without), strict=False):
            if total == 0:
                yield end, Proportion(0, 0)
                continue
            try:
                yield end, _counted(total, rate, counts)
            except NoData:
                yield end, None

    def values(self, name: str) -> Iterator[tuple[float, Number | None]]:
        """End and value of each interval of a field."""
        listed = self.series.get(name)
        for index, value in enumerate(listed if isinstance(listed, list) else ()):
            yield self.start + (index + 1) * self.step, _number(value)


def hours(document: Mapping[str, Any], release: str | None, step: float) -> Hours | None:
    """The group of a release, or the one of all releases (None); None where there is no such group.

    Raises NoData for an answer that does not say what window it is about.
    """
    start, end = (iso_moment(document.get(key), UTC) for key in ("start", "end"))
    if start is None or end is None or start >= end:
        raise NoData(f"{WHO} does not say which window it answered")
    listed = document.get("groups")
    for group in listed if isinstance(listed, list) else ():
        by = group.get("by") if isinstance(group, dict) else None
        if isinstance(by, dict) and by.get("release") == release:
            return Hours(start, end, step, _object(group.get("totals")), _object(group.get("series")))
    return None


def _counted(total: object, rate: object, counts: Counts) -> Proportion:
    """What crashed, made of the share that did not; a broken fraction is rounded so that no gate is helped."""
    every, free = _some(total, counts), _number(rate)
    if free is None:
        raise NoData(f"{WHO} gives {every} {counts}, and no crash-free rate of them")
    if free > 1:
        raise NoData(f"{WHO} gives a crash-free rate of {free}; expected a fraction up to 1")
    crashed = Decimal(every) * (1 - Decimal(free))
    nearest = round(crashed)
    return Proportion(nearest if abs(crashed - nearest) <= _WHOLE else math.ceil(crashed), every)


def _some(total: object, counts: str) -> Number:
    """A count above 0. Raises NoData."""
    number = _number(total)
    if number is None:
        raise NoData(f"{WHO} gives no count of {counts}")
    if number == 0:
        raise NoData(f"{WHO} counted no {counts}")
    return int(number) if number == int(number) else number


def _number(value: object) -> Number | None:
    """A number from 0 on; None for null and for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return value if Decimal(value).is_finite() and value >= 0 else None


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
