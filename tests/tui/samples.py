"""Snapshots to draw: the invented release of the plan, quiet (as at 14:32:07) and with a crash spike."""

from __future__ import annotations

from dataclasses import replace

from rollout_tui.domain.assess import assess
from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.facts import RolloutFacts
from rollout_tui.domain.plan import BugScope, Plan
from rollout_tui.domain.quantities import Proportion
from rollout_tui.domain.readings import NoReading, Scope
from rollout_tui.domain.recommend import recommend
from rollout_tui.domain.releases import PhaseKind, Platform, ReleaseState, StateWord
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Curve, Observed, Requested, Rollout, Snapshot
from rollout_tui.domain.verdicts import BugCount, PointJudge
from tests.unit.domain.builders import (
    ANDROID,
    CRASH,
    HOUR,
    IOS,
    METRICS,
    NOW,
    android_facts,
    apple,
    good_quantity,
    play,
    reading,
)

PLAN = Plan("acme-connect", "4.2.0", (ANDROID, IOS))
LEVELS = {"crash_rate": 0.003, "connect_failure_rate": 0.006, "avg_connection_time": 4.1, "session_duration": 444.0}


def curves(known_until: float = NOW, **ends: float) -> dict[str, Curve]:
    """A day of steady values; `ends` replaces the last bucket of a metric."""
    end = (NOW // 450 + 1) * 450
    lost = int((end - known_until) // 450)
    return {
        metric: Curve(450.0, end, (*((level,) * (191 - lost)), ends.get(metric, level), *((None,) * lost)), known_until)
        for metric, level in LEVELS.items()
    }


def android(**changes: object) -> Rollout:
    """Android at 50 %, 31 of 48 h."""
    facts = android_facts(
        requested=Requested("50 %", NOW - 31 * HOUR, "mara@rel-01"),
        observed=Observed(Proportion(43, 100), NOW - 840, "prometheus"),
        curves=curves(),
    )
    return assess(replace(facts, **changes), NOW, PointJudge())  # type: ignore[arg-type]  # RolloutFacts' own names


def ios(**changes: object) -> Rollout:
    """iOS on day 3 of the phased release."""
    began = NOW - 63 * HOUR
    state = replace(apple(PhaseKind.PHASED, NOW - 15), share=play("0.05", NOW).share, day=3, next_step_at=NOW + 33120)
    facts = RolloutFacts(
        IOS,
        "App Store",
        state=state,
        states=(
            apple(PhaseKind.TESTERS, began - 57 * HOUR, status="IN_BETA_TESTING"),
            apple(PhaseKind.REVIEW, began - 21 * HOUR, StateWord.IN_REVIEW, "IN_REVIEW"),
            replace(state, as_of=began),
        ),
        recent={m.id: reading(m, good_quantity(m), build="87") for m in METRICS},
        phase={m.id: reading(m, good_quantity(m), scope=Scope.PHASE, build="87") for m in METRICS},
        curves=curves(),
        stale_after={m.id: 180.0 for m in METRICS} | {"tracker": 900.0},
        bugs={BugScope.ANY: BugCount(0, NOW - 180, "GitHub")},
    )
    return assess(replace(facts, **changes), NOW, PointJudge())  # type: ignore[arg-type]  # RolloutFacts' own names


EVENTS = (
    Event(NOW - 29, EventKind.SEVERITY, "Connect failures left the target", Platform.ANDROID, Severity.INFO),
    Event(NOW - 1325, EventKind.STATE, "Google Play: committed 10 % to 50 %", Platform.ANDROID),
)


def snapshot(*rollouts: Rollout, events: tuple[Event, ...] = EVENTS) -> Snapshot:
    """A Snapshot of these rollouts."""
    shown = rollouts or (android(), ios())
    plan = replace(PLAN, rollouts=tuple(rollout.plan for rollout in shown))
    return Snapshot(NOW, plan, shown, events, recommend(shown, NOW), NOW - 1)


def incident() -> Snapshot:
    """Android's crash rate beyond the critical line; iOS without a source."""
    bad = Proportion(241, 10_002)
    facts = android_facts()
    spike = android(
        recent={**facts.recent, CRASH.id: reading(CRASH, bad)},
        phase={**facts.phase, CRASH.id: reading(CRASH, Proportion(390, 63_200), scope=Scope.PHASE)},
        curves=curves(crash_rate=0.0241),
        was={CRASH.id: (0.003, NOW - 2500)},
    )
    gone = {m.id: NoReading(m.id, Scope.RECENT, "87", "Sentry: HTTP 503", NOW, "sentry") for m in METRICS}
    old = {m.id: reading(m, good_quantity(m), build="87", as_of=NOW - 1600) for m in METRICS}
    return snapshot(spike, ios(recent=gone, phase=gone, last_good=old, curves=curves(NOW - 1600)))


def store_state(rollout: Rollout, state: ReleaseState | None, **changes: object) -> Rollout:
    """The rollout with another answer of its store."""
    return replace(rollout, store=replace(rollout.store, state=state, **changes))  # type: ignore[arg-type]  # StoreStanding's own names
