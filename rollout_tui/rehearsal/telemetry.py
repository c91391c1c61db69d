"""The app's telemetry: the crowds' counters as named, labelled series, and whether the exporter can be scraped."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from rollout_tui.rehearsal.world import SCRAPE, Crowd

Labels = dict[str, str]


@dataclass(frozen=True, slots=True)
class _Family:
    """What the exporter tells under one name: samples as (suffix, `le` label or none, attribute of the counters)."""

    name: str
    type: str
    about: str
    samples: tuple[tuple[str, str, str], ...]


def _counter(name: str, attribute: str, about: str) -> _Family:
    return _Family(name, "counter", about, (("", "", attribute),))


_FAMILIES = (
    _counter("app_sessions_total", "sessions", "Sessions that ended."),
    _counter("app_crashed_sessions_total", "crashed", "Sessions that ended in a crash."),
    _counter("app_connects_total", "connects", "Attempts to connect."),
    _counter("app_connect_failures_total", "connect_failures", "Attempts to connect that failed."),
    _Family(
        "app_connect_seconds",
        "histogram",
        "Seconds that successful connects took.",
        (
            ("_bucket", "10", "connects_in_10s"),
            ("_bucket", "20", "connects_in_20s"),
            ("_bucket", "+Inf", "connect_count"),
            ("_sum", "", "connect_seconds"),
            ("_count", "", "connect_count"),
        ),
    ),
    _Family(
        "app_session_seconds",
        "summary",
        "Seconds that sessions lasted.",
        (("_sum", "", "session_seconds"), ("_count", "", "sessions")),
    ),
)
JOB = "app"
_TOLD = ("platform", "version", "build", "le")
"""Labels that the exporter writes itself; the others come from the scrape."""
_LOOKBACK = 300.0
"""Seconds for which Prometheus looks back for the newest sample."""


@dataclass(frozen=True, slots=True)
class Series:
    """One series: its labels, its name among them, and its value at a scrape time; None where there is no sample."""

    labels: Labels
    value_at: Callable[[float], float | None]


@dataclass(slots=True)
class Scrapes:
    """When the exporter could be scraped: times (epoch seconds) at which it went down and came back."""

    outages: list[tuple[float, float]] = field(default_factory=list)

    def up(self, at: float) -> bool:
        """Whether the scrape at that time worked."""
        return not self.outages or not any(start <= at < end for start, end in self.outages)

    def down_from(self, at: float) -> None:
        """The exporter is gone from now on."""
        self.outages.append((at, math.inf))

    def back_at(self, at: float) -> None:
        """The exporter answers again."""
        self.outages = [(start, min(end, at)) for start, end in self.outages]


class Telemetry:
    """All series of the rehearsed app."""

    def __init__(
        self,
        crowds: Sequence[Crowd],
        versions: dict[str, str],
        start: float,
        now: Callable[[], float],
        withheld: frozenset[str] = frozenset(),
    ) -> None:
        """`versions` maps builds to versions; builds in `withheld` send no telemetry at all. Nothing is told ahead."""
        self.crowds = crowds
        self._now = now
        self.scrapes = Scrapes()
        self.selections: dict[object, list[Series]] = {}
        """Series by the matchers that selected them, for the query API."""
        self._start = start
        instance = {"job": JOB, "instance": "telemetry:9100"}
        self.series: list[Series] = [Series({"__name__": "up", **instance}, self._up)]
        for crowd in crowds:
            for build in crowd.builds:
                if build in withheld:
                    continue
                labels = {"platform": crowd.platform, "version": versions[build], "build": build, **instance}
                for family in _FAMILIES:
                    for suffix, edge, attribute in family.samples:
                        named = {"__name__": family.name + suffix, **({"le": edge} if edge else {})}
                        self.series.append(Series({**named, **labels}, self._reader(crowd, build, attribute)))

    def exposition(self, now: float) -> str:
        """The text format of `/metrics`: every counter as it stands now."""
        return "\n".join(self._exposition(now)) + "\n"

    def scraped(self, series: Series, at: float) -> tuple[float, float] | None:
        """(time, value) of the newest scrape at or before `at`; None when that scrape failed or saw no such series."""
        now = self._now()
        if at > now + _LOOKBACK:
            return None
        time = math.floor(min(at, now) / SCRAPE) * SCRAPE
        value = series.value_at(time)
        return None if value is None else (time, value)

    def samples(self, series: Series, after: float, until: float) -> list[tuple[float, float]]:
        """All samples in (after, until]."""
        found = []
        until = min(until, self._now())
        number = math.floor(after / SCRAPE) + 1
        while (time := number * SCRAPE) <= until:
            value = series.value_at(time)
            if value is not None:
                found.append((time, value))
            number += 1
        return found

    def _up(self, at: float) -> float | None:
        if at < self._start:
            return None
        return 1.0 if self.scrapes.up(at) else 0.0

    def _reader(self, crowd: Crowd, build: str, attribute: str) -> Callable[[float], float | None]:
        def value(at: float) -> float | None:
            if not self.scrapes.up(at):
                return None
            return crowd.counter(build, attribute, at)

        return value

    def _exposition(self, now: float) -> Iterator[str]:
        at = math.floor(now / SCRAPE) * SCRAPE
        for family in _FAMILIES:
            yield f"# HELP {family.name} {family.about}"
            yield f"# TYPE {family.name} {family.type}"
            names = {family.name + suffix for suffix, _, _ in family.samples}
            for series in self.series:
                value = series.value_at(at) if series.labels["__name__"] in names else None
                if value is not None:
                    kept = {key: series.labels[key] for key in _TOLD if key in series.labels}
                    inside = ",".join(f'{key}="{text}"' for key, text in kept.items())
                    yield f"{series.labels['__name__']}{{{inside}}} {value:.17g}"
