"""The body of a query. One without a version code measures the whole app: it cannot be built (stores.md 1, 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from providers.play_vitals.options import CohortName
from providers.play_vitals.rows import VERSION_CODE
from providers.play_vitals.times import PERIODS
from providers.play_vitals.vitals import USERS, PeriodName

_COHORTS: Mapping[CohortName, str] = {"public": "OS_PUBLIC", "os_beta": "OS_BETA", "testers": "APP_TESTERS"}
_MOST_ROWS = 10_000
_LARGEST_CODE = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Slice:
    """What one query can answer together: a set, a period, a cohort, one build."""

    metric_set: str
    period: PeriodName
    cohort: CohortName
    build: str

    def body(self, vitals: Iterable[str], start: float, end: float) -> dict[str, Any]:
        """The query from `start` to `end`, begins of periods. Raises ValueError without a version code."""
        period = PERIODS[self.period]
        return {
            "timelineSpec": {
                "aggregationPeriod": period.google,
                "startTime": period.civil(start),
                "endTime": period.civil(end),
            },
            "dimensions": [VERSION_CODE],
            "metrics": [*sorted(set(vitals)), USERS],
            "filter": of_build(self.build),
            "userCohort": _COHORTS[self.cohort],
            "pageSize": _MOST_ROWS,
        }


def of_build(build: str) -> str:
    """The filter on one build. Raises ValueError where that is no version code."""
    if not (build.isascii() and build.isdigit() and 0 < int(build) <= _LARGEST_CODE):
        raise ValueError(f"{build!r} is no version code")
    return f"{VERSION_CODE} = {int(build)}"
