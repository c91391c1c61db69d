"""Snapshots to draw: one invented release, quiet (14:32:07, phase 2 and phased day 3) and with a crash spike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from rollout_tui.domain.assess import assess
from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.facts import RolloutFacts
from rollout_tui.domain.metrics import Metric
from rollout_tui.domain.plan import BugScope, Gate, GateKind, Plan
from rollout_tui.domain.quantities import Mean, Proportion, Quantity
from rollout_tui.domain.readings import NoReading, Reading, Scope
from rollout_tui.domain.recommend import recommend
from rollout_tui.domain.releases import PhaseKind, Platform, ReleaseState, StateWord
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Curve, Observed, Requested, Rollout, Snapshot
from rollout_tui.domain.verdicts import Bug, BugCount, SignOff
from tests.evidence import by_evidence
from tests.unit.domain.builders import (
    ANDROID,
    BUGS_GATE,
    CONNECT,
    CONNECT_GATE,
    CONNECT_TIME,
    CRASH,
    CRASH_FREE_GATE,
    DURATION,
    HOUR,
    IOS,
    METRICS,
    NOW,
    TIME_LIMIT_GATE,
    apple,
    play,
    reading,
)

STEP = 450.0
FEEDBACK_GATE = Gate("signoff:feedback", "TestFlight feedback", GateKind.SIGNOFF, "signoff: feedback", signers=())
IPHONES = replace(
    IOS,
    phases=(
        *IOS.phases[:2],
        replace(IOS.phases[2], gates=(CRASH_FREE_GATE, CONNECT_GATE, TIME_LIMIT_GATE, BUGS_GATE, FEEDBACK_GATE)),
    ),
)
PLAN = Plan("acme-connect", "4.2.0", (ANDROID, IPHONES))
SIGNED_FEEDBACK = SignOff(FEEDBACK_GATE.id, "phased", "4.2.0", "87", "mara", NOW - 50 * HOUR)

Counts = Mapping[Metric, Quantity]


def mean(value: float, count: int, spread: float = 0.4) -> Mean:
    """A mean with sum and sum of squares; `spread` is the standard deviation as a share of it."""
    return Mean(value * count, count, value * value * (1 + spread * spread) * count)


QUIET_ANDROID: Counts = {
    CRASH: Proportion(23, 7930),
    CONNECT: Proportion(99, 8840),
    CONNECT_TIME: mean(4.1, 8744),
    DURATION: mean(444, 7930),
}
QUIET_ANDROID_PHASE: Counts = {
    CRASH: Proportion(664, 214_300),
    CONNECT: Proportion(2224, 239_100),
    CONNECT_TIME: mean(4.2, 236_800),
    DURATION: mean(444, 214_300),
}
READY_PHASE: Counts = {
    CRASH: Proportion(1027, 331_400),
    CONNECT: Proportion(3323, 369_200),
    CONNECT_TIME: mean(4.2, 365_900),
    DURATION: mean(444, 331_400),
}
QUIET_IOS: Counts = {
    CRASH: Proportion(1, 640),
    CONNECT: Proportion(4, 655),
    CONNECT_TIME: mean(3.8, 651),
    DURATION: mean(486, 640),
}
QUIET_IOS_PHASE: Counts = {
    CRASH: Proportion(24, 12_400),
    CONNECT: Proportion(75, 12_900),
    CONNECT_TIME: mean(3.9, 12_800),
    DURATION: mean(486, 12_400),
}
SPIKE: Counts = {
    CRASH: Proportion(241, 10_002),
    CONNECT: Proportion(157, 11_240),
    CONNECT_TIME: mean(5.2, 11_080),
    DURATION: mean(252, 10_002),
}
SPIKE_PHASE: Counts = {
    CRASH: Proportion(390, 63_200),
    CONNECT: Proportion(646, 70_200),
    CONNECT_TIME: mean(4.3, 69_800),
    DURATION: mean(430, 63_200),
}
LEVELS = {"crash_rate": 0.003, "connect_failure_rate": 0.006, "avg_connection_time": 4.1, "session_duration": 444.0}
WAVE = (1.0, 1.02, 0.97, 1.05, 1.0, 0.94, 0.98, 1.03)


def curves(known_until: float = NOW, **ends: Iterable[float]) -> dict[str, Curve]:
    """A day of nearly steady values; `ends` replaces the last buckets of a metric."""
    end = (NOW // STEP + 1) * STEP
    lost = int((end - known_until) // STEP)
    found: dict[str, Curve] = {}
    for metric, level in LEVELS.items():
        tail = tuple(ends.get(metric, ()))
        known = 192 - lost - len(tail)
        values = (*(level * WAVE[n % len(WAVE)] for n in range(known)), *tail, *((None,) * lost))
        found[metric] = Curve(STEP, end, values, known_until)
    return found


def readings(counts: Counts, scope: Scope, build: str, as_of: float) -> dict[str, Reading]:
    """One answer a metric."""
    return {m.id: reading(m, quantity, scope=scope, build=build, as_of=as_of) for m, quantity in counts.items()}


STALE_AFTER = {metric.id: 180.0 for metric in METRICS} | {"tracker": 900.0}


def android(**changes: object) -> Rollout:
    """Android at 50 %, 31 of 48 h."""
    facts = RolloutFacts(
        ANDROID,
        "Google Play",
        state=play("0.5", NOW - 12),
        states=(play("0.1", NOW - 88 * HOUR), play("0.5", NOW - 31 * HOUR)),
        requested=Requested("50 %", NOW - 31 * HOUR, "mara@rel-01"),
        observed=Observed(Proportion(43, 100), NOW - 840, "prometheus"),
        recent=readings(QUIET_ANDROID, Scope.RECENT, "4201", NOW - 41),
        phase=readings(QUIET_ANDROID_PHASE, Scope.PHASE, "4201", NOW - 41),
        curves=curves(connect_failure_rate=(0.0105, 0.0112, 0.0111, 0.0112)),
        stale_after=STALE_AFTER,
        bugs={BugScope.ANY: BugCount(0, NOW - 180, "GitHub")},
    )
    return assess(by_evidence(replace(facts, **changes), changes), NOW)  # type: ignore[arg-type]  # RolloutFacts' own names


def ready(signoff: SignOff) -> Rollout:
    """The same 49 h into the phase, signed: every gate holds."""
    return android(
        states=(play("0.1", NOW - 90 * HOUR), play("0.5", NOW - 49 * HOUR)),
        signoffs=(signoff,),
        phase=readings(READY_PHASE, Scope.PHASE, "4201", NOW - 38),
    )


def ios(**changes: object) -> Rollout:
    """iOS on day 3 of the phased release."""
    began = NOW - 63 * HOUR
    phased = apple(PhaseKind.PHASED, NOW - 15)
    state = replace(phased, share=Decimal("0.05"), day=3, next_step_at=NOW + 33_120)
    facts = RolloutFacts(
        IPHONES,
        "App Store",
        state=state,
        states=(
            apple(PhaseKind.TESTERS, began - 57 * HOUR, status="IN_BETA_TESTING"),
            apple(PhaseKind.REVIEW, began - 21 * HOUR, StateWord.IN_REVIEW, "IN_REVIEW"),
            replace(state, as_of=began),
        ),
        requested=Requested("phased", NOW - 73 * HOUR, "jkim@rel-01"),
        observed=Observed(Proportion(6, 100), NOW - 1320, "prometheus"),
        recent=readings(QUIET_IOS, Scope.RECENT, "87", NOW - 55),
        phase=readings(QUIET_IOS_PHASE, Scope.PHASE, "87", NOW - 55),
        curves=curves(),
        stale_after=STALE_AFTER,
        bugs={BugScope.ANY: BugCount(0, NOW - 180, "GitHub")},
        signoffs=(SIGNED_FEEDBACK,),
    )
    return assess(by_evidence(replace(facts, **changes), changes), NOW)  # type: ignore[arg-type]  # RolloutFacts' own names


EVENTS = (
    Event(
        NOW - 29,
        EventKind.SEVERITY,
        "Connect failures left the target: 1.12 % of 8,840 (target < 1 %)",
        Platform.ANDROID,
        Severity.INFO,
    ),
    Event(NOW - 1325, EventKind.STATE, "Observed share 41 % to 43 %", Platform.ANDROID),
    Event(NOW - 6468, EventKind.VERDICT, "Gate Connect fail ≤ 1 %: UNDECIDED to PASS", Platform.IOS, Severity.OK),
)
LOUD_EVENTS = (
    Event(NOW - 28, EventKind.VERDICT, "Gate Crash-free ≥ 99.5 %: FAIL", Platform.ANDROID, Severity.CRITICAL),
    Event(NOW - 240, EventKind.SOURCE, "GitHub: #2214 “Crash on reconnect” opened", None, Severity.WARNING),
    Event(NOW - 1556, EventKind.SOURCE, "Sentry answers HTTP 503", Platform.IOS, Severity.UNKNOWN),
)


def snapshot(*rollouts: Rollout, events: tuple[Event, ...] = EVENTS) -> Snapshot:
    """A Snapshot of these rollouts."""
    shown = rollouts or (android(), ios())
    plan = replace(PLAN, rollouts=tuple(rollout.plan for rollout in shown))
    return Snapshot(NOW, plan, shown, events, recommend(shown, NOW), NOW - 1)


def incident() -> Snapshot:
    """Android's crash rate beyond the critical line after 9 h of phase 2; iOS without its source."""
    bug = BugCount(1, NOW - 240, "GitHub", (Bug("#2214", "Crash on reconnect after sleep"),))
    spike = android(
        states=(play("0.1", NOW - 66 * HOUR), play("0.5", NOW - 9 * HOUR)),
        requested=Requested("50 %", NOW - 9 * HOUR, "mara@rel-01"),
        observed=Observed(Proportion(31, 100), NOW - 720, "prometheus"),
        recent=readings(SPIKE, Scope.RECENT, "4201", NOW - 38),
        phase=readings(SPIKE_PHASE, Scope.PHASE, "4201", NOW - 38),
        curves=curves(
            crash_rate=(0.004, 0.007, 0.011, 0.021, 0.0241),
            connect_failure_rate=(0.011, 0.013, 0.014),
            session_duration=(400.0, 280.0, 252.0),
        ),
        was={CRASH.id: (0.003, NOW - 2520)},
        bugs={BugScope.ANY: bug},
    )
    lost = NOW - 1580
    gone = {m.id: NoReading(m.id, Scope.RECENT, "87", "Sentry: HTTP 503", NOW, "sentry") for m in METRICS}
    blind = ios(
        recent=gone,
        phase=gone,
        last_good=readings(QUIET_IOS, Scope.RECENT, "87", lost),
        curves=curves(lost),
        observed=None,
        bugs={BugScope.ANY: bug},
    )
    return snapshot(spike, blind, events=LOUD_EVENTS)


def store_state(rollout: Rollout, state: ReleaseState | None, **changes: object) -> Rollout:
    """The rollout with another answer of its store."""
    return replace(rollout, store=replace(rollout.store, state=state, **changes))  # type: ignore[arg-type]  # StoreStanding's own names
