"""Readings, states and journal entries for the tests of history."""

from __future__ import annotations

from decimal import Decimal

from rollout_tui.domain.actions import ActionKind, Change, Expectation, FieldChange
from rollout_tui.domain.metrics import Metric
from rollout_tui.domain.quantities import Proportion, Quantity
from rollout_tui.domain.readings import Reading, Scope, Window
from rollout_tui.domain.releases import Grant, PhaseKind, Platform, ReleaseState, StateWord, Trial
from rollout_tui.history.journal import Entry
from tests.unit.domain.builders import CRASH, NOW


def poll(
    at: float = NOW,
    quantity: Quantity | None = None,
    *,
    metric: Metric = CRASH,
    build: str = "4201",
    scope: Scope = Scope.RECENT,
    source: str = "prometheus",
    lag: float = 3.5,
) -> Reading:
    """One answer that arrived at `at`."""
    counted = Proportion(23, 7930) if quantity is None else quantity
    as_of = at - lag
    return Reading(metric.id, scope, build, metric.population, counted, Window(as_of - 3600, as_of), as_of, at, source)


def halted(at: float = NOW) -> ReleaseState:
    """Google Play after a pause at half of the users, with everything that a state can hold."""
    return ReleaseState(
        "4201",
        "4.2.0",
        StateWord.PAUSED,
        "halted",
        at,
        PhaseKind.SHARE,
        "production",
        Decimal("0.50"),
        at - 60,
        notes=("manual “notes”\nand more",),
        trial=Trial(4210, 5, 11, at - 3600),
        grant=Grant(3, "of pause", "what follows is not known"),
    )


def pause(intent: str = "intent-1", at: float = NOW, platform: Platform = Platform.ANDROID) -> Entry:
    """The intent to pause, with the provider's own arguments."""
    change = Change(
        "Google Play",
        "Google Play: production release 4.2.0 (4201) becomes halted.",
        (FieldChange("state", "inProgress", "halted"),),
        ("Resume later (r) reaches the same users first.",),
        "resume",
        Expectation(StateWord.PAUSED, "halted", Decimal("0.5")),
        arguments=(("track", "production"),),
    )
    return Entry(
        intent, platform, "4.2.0", "4201", ActionKind.PAUSE, "halted", change, halted(at - 9), "jkim@rel-01", "", at
    )
