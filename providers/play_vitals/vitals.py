"""Which vitals there are: the metric set that holds each, and the periods in which it is given (stores.md 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PeriodName = Literal["daily", "hourly"]

USERS = "distinctUsers"
"""In every set: over how many users a rate was taken. Rounded, and never to be added up over periods."""


@dataclass(frozen=True, slots=True)
class Vital:
    """A share of users. `periods` are those in which its set is aggregated."""

    name: str
    metric_set: str
    periods: tuple[PeriodName, ...]


def _family(metric_set: str, name: str, *periods: PeriodName) -> tuple[Vital, ...]:
    """A rate and its rolling averages, which are given by the day alone."""
    rolling = (Vital(f"{name}{days}dUserWeighted", metric_set, ("daily",)) for days in (7, 28))
    return Vital(name, metric_set, periods), *rolling


VITALS = {
    vital.name: vital
    for vital in (
        *_family("crashRateMetricSet", "crashRate", "daily", "hourly"),
        *_family("crashRateMetricSet", "userPerceivedCrashRate", "daily", "hourly"),
        *_family("anrRateMetricSet", "anrRate", "daily", "hourly"),
        *_family("anrRateMetricSet", "userPerceivedAnrRate", "daily", "hourly"),
        *_family("lmkRateMetricSet", "userPerceivedLmkRate", "daily"),
        *_family("excessiveWakeupRateMetricSet", "excessiveWakeupRate", "daily"),
        *_family("stuckBackgroundWakelockRateMetricSet", "stuckBgWakelockRate", "daily"),
    )
}
"""The rates that need no dimension beside the version code; the sets of start times and memory are left out."""
