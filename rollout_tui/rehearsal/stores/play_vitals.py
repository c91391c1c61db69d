"""Android vitals of the simulated users: shares of distinct users by version code, late as Google's are (stores.md 3).

The world counts sessions. Users are made of them: who uses the app in an hour or a day has some sessions then, and is
hit when one of them crashes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from rollout_tui.rehearsal.arrivals import minute_random
from rollout_tui.rehearsal.stores.play_bodies import Document
from rollout_tui.rehearsal.stores.play_vitals_bodies import HOUR, ZONES, Known, Question, begin, periods, written
from rollout_tui.rehearsal.world import Counters, Crowd

CRASHES, ANRS, ERRORS = "crashRateMetricSet", "anrRateMetricSet", "errorCountMetricSet"
_USERS = "distinctUsers"
_BUILD, _TYPE = "versionCode", "reportType"
_SESSIONS_EACH = {"HOURLY": 1.25, "DAILY": 3.0}
"""Sessions of a user in a period."""
_LATE = {"HOURLY": 3 * HOUR, "DAILY": 24 * HOUR}
"""How long after its end a period's rates are given out at the earliest."""
_ERRORS_LATE = HOUR
_FEWEST = 100
"""Users of a period below which its row is withheld."""
_WHILE_USED = 0.85
"""The share of crashes that a user sees."""
_ANRS, _ANRS_SEEN = 0.0011, 0.7
_ROLLING = {"7dUserWeighted": 7, "28dUserWeighted": 28}
_DAY = 24 * HOUR


def _known(*rates: str) -> Known:
    hourly = frozenset({*rates, _USERS})
    rolling = {f"{rate}{days}" for rate in rates for days in _ROLLING}
    return Known({"HOURLY": hourly, "DAILY": hourly | rolling}, frozenset({_BUILD}))


_COUNTS = frozenset({"errorReportCount", _USERS})
SETS = {
    CRASHES: _known("crashRate", "userPerceivedCrashRate"),
    ANRS: _known("anrRate", "userPerceivedAnrRate"),
    ERRORS: Known({"HOURLY": _COUNTS, "DAILY": _COUNTS}, frozenset({_BUILD, _TYPE}), frozenset({_TYPE})),
}


@dataclass(frozen=True, slots=True)
class Span:
    """What happened to the users of some builds in one period."""

    period: str
    start: float
    sessions: float
    crashed: float

    @property
    def users(self) -> int:
        """Distinct users, before Google rounds them."""
        return round(self.sessions / _SESSIONS_EACH[self.period])

    def share(self, rate: str) -> float:
        """The share of users whom a rate speaks of, a ratio."""
        each = _SESSIONS_EACH[self.period]
        crashing = self.crashed / self.sessions if self.sessions else 0.0
        hit: float = 1 - (1 - crashing) ** each
        swing: float = minute_random(0, "anr", self.start).uniform(0.85, 1.15)
        hung = min(1.0, _ANRS * swing + 0.03 * crashing)
        return {
            "crashRate": hit,
            "userPerceivedCrashRate": hit * _WHILE_USED,
            "anrRate": hung,
            "userPerceivedAnrRate": hung * _ANRS_SEEN,
        }[rate]


class VitalsBook:
    """One app's vitals. Builds in `silent` have none; `now` is the rehearsal's clock."""

    def __init__(self, crowd: Crowd, silent: Collection[str], now: Callable[[], float]) -> None:
        self._crowd = crowd
        self._builds = tuple(build for build in crowd.builds if build not in silent)
        self.now = now

    def latest(self, metric_set: str) -> dict[str, float]:
        """Where the data of a set ends, by period."""
        late = dict.fromkeys(ZONES, _ERRORS_LATE) if metric_set == ERRORS else _LATE
        return {period: begin(self.now() - late[period], period) for period in ZONES}

    def freshness(self, metric_set: str) -> Document:
        """`freshnessInfo` of a set."""
        ends = self.latest(metric_set).items()
        listed = [{"aggregationPeriod": period, "latestEndTime": written(end, period)} for period, end in ends]
        return {"freshnesses": listed}

    def rows(self, metric_set: str, question: Question) -> list[Document]:
        """The rows of a question, oldest first; those of few users are withheld."""
        if question.cohort in ("OS_BETA", "APP_TESTERS"):
            return []
        found: list[Document] = []
        for start, end in periods(question.start, question.end, question.period):
            for dimensions, builds in self._parts(question):
                span = self.span(builds, question.period, start, end)
                if metric_set == ERRORS:
                    found += _error_rows(question, span, dimensions)
                elif span.users >= _FEWEST:
                    values = [self._value(name, span, builds, end) for name in question.metrics]
                    found.append(_row(question.period, start, dimensions, values))
        return found

    def wanted(self, codes: Collection[str] | None) -> tuple[str, ...]:
        """The builds with vitals that a filter speaks of; None is all."""
        return tuple(build for build in self._builds if codes is None or build in codes)

    def span(self, builds: Collection[str], period: str, start: float, end: float) -> Span:
        """What happened to these builds' users between two times."""
        gone = [self._between(build, start, end) for build in builds]
        return Span(period, start, sum(sessions for sessions, _ in gone), sum(crashed for _, crashed in gone))

    def _parts(self, question: Question) -> Iterator[tuple[list[Document], tuple[str, ...]]]:
        """The builds of each row: one by one, or all that are asked for."""
        builds = self.wanted(question.only.get(_BUILD))
        if _BUILD not in question.dimensions:
            yield [], builds
            return
        for build in builds:
            yield [{"dimension": _BUILD, "int64Value": build, "valueLabel": build}], (build,)

    def _between(self, build: str, start: float, end: float) -> tuple[float, float]:
        nothing = Counters()
        first, last = self._crowd.counters(build, start) or nothing, self._crowd.counters(build, end) or nothing
        return last.sessions - first.sessions, last.crashed - first.crashed

    def _value(self, name: str, span: Span, builds: tuple[str, ...], end: float) -> Document:
        if name == _USERS:
            return {"metric": name, "decimalValue": {"value": str(_rounded(span.users))}}
        suffix = next((suffix for suffix in _ROLLING if name.endswith(suffix)), None)
        if suffix is None:
            return _rate(name, span.share(name), span.users)
        days = periods(begin(end - _ROLLING[suffix] * _DAY, "DAILY"), end, "DAILY")
        spans = [self.span(builds, "DAILY", start, until) for start, until in days]
        users = sum(each.users for each in spans)
        hit = sum(each.users * each.share(name.removesuffix(suffix)) for each in spans)
        return _rate(name, hit / users if users else 0.0, users)


def _row(period: str, start: float, dimensions: list[Document], metrics: list[Document]) -> Document:
    row = {"aggregationPeriod": period, "startTime": written(start, period), "metrics": metrics}
    return {**row, "dimensions": dimensions} if dimensions else row


def _error_rows(question: Question, span: Span, dimensions: list[Document]) -> Iterator[Document]:
    """Counts of errors, which are not withheld: a row for each kind that happened."""
    hung = round(span.users * span.share("anrRate"))
    for kind, reports in (("CRASH", round(span.crashed)), ("APPLICATION_NOT_RESPONDING", hung)):
        if not reports or kind not in question.only.get(_TYPE, {kind}):
            continue
        values = {"errorReportCount": reports, _USERS: users_of(reports)}
        metrics = [{"metric": name, "decimalValue": {"value": str(values[name])}} for name in question.metrics]
        yield _row(question.period, span.start, [*dimensions, {"dimension": _TYPE, "stringValue": kind}], metrics)


def users_of(reports: int) -> int:
    """How many users sent so many reports: some crash again."""
    return max(1, round(reports / 1.09)) if reports else 0


def _rate(name: str, share: float, users: int) -> Document:
    """A fraction with its 95 % interval."""
    half = 1.96 * math.sqrt(share * (1 - share) / users) if users else 0.0
    low, high = max(0.0, share - half), min(1.0, share + half)
    return {
        "metric": name,
        "decimalValue": {"value": _decimal(share)},
        "decimalValueConfidenceInterval": {
            "lowerBound": {"value": _decimal(low)},
            "upperBound": {"value": _decimal(high)},
        },
    }


def _decimal(number: float) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".") or "0"


def _rounded(users: int) -> int:
    """To the nearest multiple of 10, 100, 1,000 or 1,000,000, depending on the magnitude."""
    unit = next((unit for most, unit in ((1_000, 10), (10_000, 100), (10_000_000, 1_000)) if users < most), 1_000_000)
    return round(users / unit) * unit
