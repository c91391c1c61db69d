"""One metric's past for a large chart: buckets, the build before at the same hour of its phase, what happened when."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from rollout_tui.domain.events import Event
from rollout_tui.domain.metrics import Metric
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.words import DAY, HOUR

_STEPS = (1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
_SPANS = ((HOUR, "1 h"), (6 * HOUR, "6 h"), (12 * HOUR, "12 h"), (DAY, "24 h"), (3 * DAY, "3 d"), (7 * DAY, "7 d"))


@dataclass(frozen=True, slots=True)
class Span:
    """A window of time that a chart may show: its name and its beginning (epoch seconds UTC)."""

    label: str
    start: float


@dataclass(frozen=True, slots=True)
class CloseUp:
    """The worst value in each bucket of `step` seconds from `start` on (epoch seconds UTC), None for a hole.

    `ghost` are the buckets of the build before, `ghost_build`, shifted so that its phase begins where this one does.
    `marks` are events of this rollout in the window, oldest first; `began` the current phase's beginning.
    """

    metric: Metric
    start: float
    step: float
    values: tuple[float | None, ...]
    ghost: tuple[float | None, ...] = ()
    ghost_build: str = ""
    marks: tuple[Event, ...] = ()
    began: float | None = None

    @property
    def end(self) -> float:
        """The end of the last bucket."""
        return self.start + self.step * len(self.values)

    def middle(self, bucket: int) -> float:
        """The moment in the middle of a bucket."""
        return self.start + self.step * (bucket + 0.5)


def spans(rollout: Rollout, now: float) -> tuple[Span, ...]:
    """The windows from an hour to the whole rollout, shortest first; those longer than the rollout are left out."""
    known = [phase.began for phase in rollout.phases if phase.began is not None]
    first = min(known, default=now - DAY)
    found = [Span(label, now - seconds) for seconds, label in _SPANS if now - seconds > first]
    current = rollout.current
    if current is not None and current.began is not None and current.began > first:
        found.append(Span("phase", current.began))
    found = sorted(found, key=lambda span: -span.start)
    return (*found, Span("whole rollout", first))


def top_of_scale(metric: Metric, values: Iterable[float | None], at_least: float = 0.0) -> float:
    """The next of 1, 1.5, 2, 3, 5 x 10^k over the critical line (else 1.5 x alert) and over the largest value.

    In the metric's base unit. `at_least` keeps a scale that has grown (screens.md 5).
    """
    line = float(metric.critical.limit) if metric.critical is not None else 1.5 * float(metric.alert.limit)
    largest = max((value for value in values if value is not None), default=0.0)
    wanted = max(line, largest, 1.2 * float(metric.target.limit))
    power = 10.0 ** math.floor(math.log10(wanted)) if wanted > 0 else 1.0
    return max(at_least, next(step * power for step in (*_STEPS, 15.0) if step * power > wanted))
