"""Metrics and the lines drawn across them: target, alert and, where written, critical."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Direction(StrEnum):
    """Which way is better. Everything that sorts, colours or says "worse" obeys it."""

    LOWER = "lower"
    HIGHER = "higher"


class Kind(StrEnum):
    """How the value comes about: bad / total, or sum / count."""

    RATIO = "ratio"
    MEAN = "mean"


class Unit(StrEnum):
    """Unit of the value: a ratio 0..1 (shown as per cent) or seconds."""

    RATIO = "ratio"
    SECONDS = "seconds"


class Population(StrEnum):
    """Of whom the metric speaks. Figures of different populations are different metrics (rollout-plan.md 9.2)."""

    SESSIONS = "sessions"
    CONNECTS = "connects"
    USERS = "users"
    TESTERS = "testers"


class Operator(StrEnum):
    """How a value is compared with a limit; each boundary belongs to exactly one side."""

    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    EQ = "=="


_COMPARE: dict[Operator, Callable[[Fraction, Fraction], bool]] = {
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
    Operator.EQ: operator.eq,
}


@dataclass(frozen=True, slots=True)
class Line:
    """A written condition such as `< 0.5 %`: operator and limit in the metric's base unit, exact."""

    operator: Operator
    limit: Fraction

    def holds(self, value: Fraction) -> bool:
        """Whether the condition is met, boundary as written."""
        return _COMPARE[self.operator](value, self.limit)


@dataclass(frozen=True, slots=True)
class Metric:
    """A measured quantity with its lines (rollout-plan.md 5 and 6).

    `target` is met inside the good range; `alert` and `critical` are met beyond their line. Limits are in the base
    unit (ratio 0..1, seconds). `window` is the span in seconds that the shown value covers.
    """

    id: str
    label: str
    kind: Kind
    unit: Unit
    better: Direction
    population: Population
    target: Line
    alert: Line
    critical: Line | None = None
    complement: str | None = None
    """Name under which gates may speak of 1 - value: `crash_free_sessions` for `crash_rate`."""
    window: float = 3600.0
    lag: float = 0.0
    """Seconds by which bad events may arrive later than the sessions they belong to (gates.md 6)."""
    dispersion: float = 1.0
    """By how much bad events come in bursts, >= 1: counts are divided by it (gates.md 6)."""
    cap: float | None = None
    """Largest possible observation in seconds, such as a timeout; only with it can a mean be proven under a limit."""
    assumed_sessions: int | None = None
    """Sample size that a person answers for, where the source gives none."""
    approximate_by: Population | None = None
    """Another population whose rate a person lets stand for this one, told beside the value wherever it does."""

    @property
    def populations(self) -> tuple[Population, ...]:
        """Whose figures may answer for this metric: its own, and the one that is let stand for it."""
        return (self.population,) if self.approximate_by is None else (self.population, self.approximate_by)
