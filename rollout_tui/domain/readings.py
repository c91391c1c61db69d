"""Readings: one answer of a source, and what is known when there is none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rollout_tui.domain.metrics import Population
from rollout_tui.domain.quantities import Quantity


class Scope(StrEnum):
    """Which span a reading covers: the recent window (severity) or all since the phase began (gates)."""

    RECENT = "recent"
    PHASE = "phase"


@dataclass(frozen=True, slots=True)
class Window:
    """The span that was counted, epoch seconds UTC; start < end."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Reading:
    """Counts of one metric for one build, one window, one population, with the source's own time.

    `as_of` is the time of the newest data inside, as the source says it; `taken_at` is when we got the answer.
    Both epoch seconds UTC.
    """

    metric: str
    scope: Scope
    build: str
    population: Population
    quantity: Quantity
    window: Window
    as_of: float
    taken_at: float
    source: str


@dataclass(frozen=True, slots=True)
class NoReading:
    """No usable answer, and why, in words that name the source. Never a pass (design.md, rule 1)."""

    metric: str
    scope: Scope
    build: str
    reason: str
    taken_at: float
    source: str


Answer = Reading | NoReading
