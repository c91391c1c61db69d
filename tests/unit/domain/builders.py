"""The shipped plan's metrics and a small Android and iOS plan, for tests of the rules."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from rollout_tui.domain.evidence.finding import Finding, Latch
from rollout_tui.domain.facts import RolloutFacts
from rollout_tui.domain.metrics import Direction, Kind, Line, Metric, Operator, Population, Unit
from rollout_tui.domain.plan import BugScope, Gate, GateKind, Phase, RolloutPlan
from rollout_tui.domain.quantities import Proportion, Quantity, flaw
from rollout_tui.domain.readings import Reading, Scope, Window
from rollout_tui.domain.releases import PhaseKind, Platform, ReleaseState, StateWord
from rollout_tui.domain.verdicts import BugCount, Verdict

HOUR = 3600.0
NOW = 1_773_239_527.0  # Wed 11 Mar 2026 14:32:07 UTC

CRASH = Metric(
    "crash_rate",
    "Crash rate",
    Kind.RATIO,
    Unit.RATIO,
    Direction.LOWER,
    Population.SESSIONS,
    Line(Operator.LT, Fraction(1, 200)),
    Line(Operator.GT, Fraction(1, 100)),
    Line(Operator.GT, Fraction(2, 100)),
    "crash_free_sessions",
)
CONNECT = Metric(
    "connect_failure_rate",
    "Connect failures",
    Kind.RATIO,
    Unit.RATIO,
    Direction.LOWER,
    Population.CONNECTS,
    Line(Operator.LT, Fraction(1, 100)),
    Line(Operator.GT, Fraction(2, 100)),
    Line(Operator.GT, Fraction(5, 100)),
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
DURATION = Metric(
    "session_duration",
    "Session duration",
    Kind.MEAN,
    Unit.SECONDS,
    Direction.HIGHER,
    Population.SESSIONS,
    Line(Operator.GT, Fraction(300)),
    Line(Operator.LT, Fraction(60)),
)
METRICS = (CRASH, CONNECT, CONNECT_TIME, DURATION)

CRASH_FREE_GATE = Gate(
    "crash_free_sessions",
    "Crash-free ≥ 99.5 %",
    GateKind.METRIC,
    "crash_free_sessions >= 99.5%",
    "crash_rate",
    Line(Operator.LE, Fraction(1, 200)),
    complement=True,
)
CONNECT_GATE = Gate(
    "connect_failure_rate",
    "Connect fail ≤ 1 %",
    GateKind.METRIC,
    "connect_failure_rate <= 1%",
    "connect_failure_rate",
    Line(Operator.LE, Fraction(1, 100)),
)
TIME_LIMIT_GATE = Gate(
    "avg_connection_time",
    "Connect time < 10 s",
    GateKind.METRIC,
    "avg_connection_time < 10s",
    "avg_connection_time",
    Line(Operator.LT, Fraction(10)),
)
BUGS_GATE = Gate(
    "critical_bugs",
    "No critical bugs",
    GateKind.BUGS,
    "critical_bugs == 0",
    line=Line(Operator.EQ, Fraction(0)),
    bugs=BugScope.ANY,
)
SIGNOFF_GATE = Gate(
    "signoff:maintainer", "Maintainer sign-off", GateKind.SIGNOFF, "signoff: maintainer", signers=("mara", "tom")
)
TIME_GATE = Gate("time", "48 h in this phase", GateKind.TIME, "48h")

ANDROID = RolloutPlan(
    Platform.ANDROID,
    "Android",
    "4.2.0",
    "4201",
    (
        Phase(
            "internal",
            "Internal testing",
            PhaseKind.SHARE,
            (CRASH_FREE_GATE, CONNECT_GATE, BUGS_GATE, replace(TIME_GATE, label="24 h in this phase")),
            24 * HOUR,
            share=Decimal("0.1"),
            track="production",
        ),
        Phase(
            "closed",
            "Closed testing",
            PhaseKind.SHARE,
            (CRASH_FREE_GATE, CONNECT_GATE, TIME_LIMIT_GATE, BUGS_GATE, TIME_GATE, SIGNOFF_GATE),
            48 * HOUR,
            share=Decimal("0.5"),
            track="production",
        ),
        Phase("production", "Production", PhaseKind.SHARE, (), share=Decimal(1), track="production"),
    ),
    METRICS,
    "play",
    ("prometheus",),
    "github",
)
IOS = RolloutPlan(
    Platform.IOS,
    "iOS",
    "4.2.0",
    "87",
    (
        Phase("testflight", "TestFlight", PhaseKind.TESTERS, (CRASH_FREE_GATE,), 24 * HOUR, 48 * HOUR, testers=100),
        Phase("review", "App Review", PhaseKind.REVIEW, (CRASH_FREE_GATE,)),
        Phase("phased", "App Store phased", PhaseKind.PHASED, (CRASH_FREE_GATE,)),
    ),
    METRICS,
    "app_store",
    ("prometheus",),
    "github",
)


def play(share: str, at: float, word: StateWord = StateWord.RUNNING, status: str = "inProgress") -> ReleaseState:
    """What Google Play says of build 4201 at a share."""
    return ReleaseState("4201", "4.2.0", word, status, at, PhaseKind.SHARE, "production", Decimal(share), at)


def apple(kind: PhaseKind, at: float, word: StateWord = StateWord.RUNNING, status: str = "ACTIVE") -> ReleaseState:
    """What the App Store says of build 87 in one kind of phase."""
    return ReleaseState("87", "4.2.0", word, status, at, kind)


def reading(
    metric: Metric,
    quantity: Quantity,
    *,
    scope: Scope = Scope.RECENT,
    as_of: float = NOW - 40,
    build: str = "4201",
) -> Reading:
    """An answer of Prometheus about the last hour, or since the phase began."""
    window = Window(as_of - 3600, as_of)
    return Reading(metric.id, scope, build, metric.population, quantity, window, as_of, as_of, "Prometheus")


def android_facts(**changes: object) -> RolloutFacts:
    """Android in phase 2, running for 31 of 48 h, all metrics fresh and good, no bugs, not signed."""
    good = Proportion(23, 7930)
    facts = RolloutFacts(
        ANDROID,
        "Google Play",
        state=play("0.5", NOW - 12),
        states=(play("0.1", NOW - 60 * HOUR), play("0.5", NOW - 31 * HOUR)),
        recent={metric.id: reading(metric, good_quantity(metric)) for metric in METRICS},
        phase={metric.id: reading(metric, good_quantity(metric), scope=Scope.PHASE) for metric in METRICS},
        last_good={CRASH.id: reading(CRASH, good)},
        stale_after={metric.id: 180.0 for metric in METRICS} | {"tracker": 900.0},
        bugs={BugScope.ANY: BugCount(0, NOW - 180, "GitHub")},
    )
    return by_point(replace(facts, **changes), changes)  # type: ignore[arg-type]  # RolloutFacts' own names


def by_point(facts: RolloutFacts, given: Container[str] = ()) -> RolloutFacts:
    """With findings that repeat where each value stands, as if there were evidence enough, unless some are `given`."""
    if "findings" in given:
        return facts
    gates = {gate.id: gate for phase in facts.plan.phases for gate in phase.gates if gate.kind is GateKind.METRIC}
    return replace(facts, findings={name: found for name, gate in gates.items() if (found := _found(gate, facts))})


def _found(gate: Gate, facts: RolloutFacts) -> Finding | None:
    answer = facts.phase.get(gate.metric or "")
    if not isinstance(answer, Reading) or gate.line is None or flaw(answer.quantity) is not None:
        return None
    if gate.line.holds(answer.quantity.value()):
        return Finding(Verdict.PASS, "proven inside the limit", lean=1.0, polls=60)
    return Finding(Verdict.FAIL, "proven outside the limit", lean=-1.0, failed=Latch(NOW - 600, 5.0), polls=60)


def good_quantity(metric: Metric) -> Quantity:
    """Counts well inside the metric's target."""
    from rollout_tui.domain.quantities import Mean

    if metric.kind is Kind.RATIO:
        return Proportion(23, 7930)
    return Mean(4.1 * 8744, 8744) if metric is CONNECT_TIME else Mean(444 * 7930, 7930)


def proven_quantity(metric: Metric) -> Quantity:
    """Counts of a phase that prove every gate of the plan."""
    from rollout_tui.domain.quantities import Mean

    if metric.kind is Kind.RATIO:
        return Proportion(180, 96_000)
    return (
        replace(good, squares=9 * 8744 + 4.1 * 4.1 * 8744) if isinstance(good := good_quantity(metric), Mean) else good
    )
