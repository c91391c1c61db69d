"""What providers are asked about here: one release of one app, its metrics, a moment."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from rollout_tui.domain.metrics import Direction, Kind, Line, Metric, Operator, Population, Unit
from rollout_tui.domain.plan import Phase, RolloutPlan
from rollout_tui.domain.releases import PhaseKind, Platform

NOW = 1_795_443_771.0
"""Mon 23 Nov 2026 11:02:51 UTC, epoch seconds."""
HOUR = 3600.0

CRASHES = Metric(
    "crash_rate",
    "Crash rate",
    Kind.RATIO,
    Unit.RATIO,
    Direction.LOWER,
    Population.SESSIONS,
    Line(Operator.LT, Fraction(1, 200)),
    Line(Operator.GT, Fraction(1, 100)),
)
CONNECT_TIME = Metric(
    "avg_connection_time",
    "Connection time",
    Kind.MEAN,
    Unit.SECONDS,
    Direction.LOWER,
    Population.CONNECTS,
    Line(Operator.LT, Fraction(10)),
    Line(Operator.GT, Fraction(20)),
    cap=30.0,
)
ANDROID = RolloutPlan(
    Platform.ANDROID,
    "Android",
    "4.2.0",
    "4201",
    (
        Phase("first", "First users", PhaseKind.SHARE, (), share=Decimal("0.5"), track="production"),
        Phase("all", "Everybody", PhaseKind.SHARE, (), share=Decimal(1), track="production"),
    ),
    (CRASHES, CONNECT_TIME),
    "store",
    ("source",),
    "tracker",
)
IOS = RolloutPlan(
    Platform.IOS,
    "iOS",
    "4.2.0",
    "87",
    (Phase("phased", "App Store phased", PhaseKind.PHASED, ()),),
    (CRASHES, CONNECT_TIME),
    "store",
    ("source",),
    "tracker",
)
