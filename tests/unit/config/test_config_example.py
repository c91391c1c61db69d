"""config.example.toml is the whole plan, as it stands."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from rollout_tui.config.reading import load
from rollout_tui.config.settings import Settings
from rollout_tui.domain.metrics import Direction, Kind, Line, Operator, Population
from rollout_tui.domain.plan import BugScope, GateKind, Phase
from rollout_tui.domain.releases import PhaseKind, Platform
from tests.unit.config.standins import EXAMPLE, changed, load_text, lookup

HOUR = 3600.0


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load(EXAMPLE, lookup)


def phases(settings: Settings, platform: Platform) -> tuple[Phase, ...]:
    return settings.plan.rollout(platform).phases


def test_android_takes_three_phases_from_10_to_50_to_100_per_cent(settings):
    ladder = phases(settings, Platform.ANDROID)
    assert [(phase.label, phase.share, phase.minimum, phase.maximum) for phase in ladder] == [
        ("Internal testing", Decimal("0.1"), 24 * HOUR, None),
        ("Closed testing", Decimal("0.5"), 48 * HOUR, None),
        ("Production", Decimal(1), None, None),
    ]
    assert {phase.track for phase in ladder} == {"production"}
    assert ladder[0].also_tracks == ("internal",)


def test_ios_goes_from_100_testers_to_review_and_the_phased_release_is_an_option(settings, tmp_path):
    ladder = phases(settings, Platform.IOS)
    assert [(phase.kind, phase.minimum, phase.maximum) for phase in ladder] == [
        (PhaseKind.TESTERS, 24 * HOUR, 48 * HOUR),
        (PhaseKind.REVIEW, None, None),
    ]
    assert ladder[0].testers == 100
    with_phased = changed("# [[platforms.ios.phases]]", "[[platforms.ios.phases]]")
    for row in ('id = "phased"', 'name = "App Store phased"', 'kind = "phased"', "gates = [", "]"):
        with_phased = with_phased.replace(f"# {row}\n", f"{row}\n")
    with_phased = with_phased.replace('#     "', '    "')
    optional = phases(load_text(tmp_path, with_phased).settings, Platform.IOS)[2]
    assert optional.kind is PhaseKind.PHASED
    assert [gate.text for gate in optional.gates] == [
        "crash_free_sessions >= 99.5%",
        "connect_failure_rate <= 1%",
        "critical_bugs == 0",
    ]


def test_the_address_that_users_write_to_is_there_for_drafts(settings):
    assert settings.plan.support == "support@acme.example"


def test_the_gates_of_the_plan_stand_in_the_order_of_the_screen(settings):
    labels = {
        (platform, phase.id): [gate.label for gate in phase.gates]
        for platform in Platform
        for phase in phases(settings, platform)
    }
    assert labels == {
        (Platform.ANDROID, "internal"): [
            "Crash-free ≥ 99.5 %",
            "Connect fail ≤ 1 %",
            "No critical bugs",
            "24 h in this phase",
        ],
        (Platform.ANDROID, "closed"): [
            "Crash-free ≥ 99.5 %",
            "Connect fail ≤ 1 %",
            "Connect time < 10 s",
            "No new critical bugs",
            "No blocking issues",
            "48 h in this phase",
            "Maintainer sign-off",
        ],
        (Platform.ANDROID, "production"): [],
        (Platform.IOS, "testflight"): [
            "Crash-free ≥ 99.5 %",
            "Connect fail ≤ 1 %",
            "No critical bugs",
            "No blocking issues",
            "24 h in this phase",
            "TestFlight feedback",
        ],
        (Platform.IOS, "review"): [
            "Crash-free ≥ 99.5 %",
            "Connect fail ≤ 1 %",
            "No critical bugs",
            "No blocking issues",
        ],
    }


def test_a_gate_on_the_complement_is_judged_on_the_metric_itself_exactly(settings):
    gate = phases(settings, Platform.ANDROID)[0].gates[0]
    assert (gate.id, gate.kind, gate.metric, gate.complement) == (
        "crash_free_sessions",
        GateKind.METRIC,
        "crash_rate",
        True,
    )
    assert gate.line == Line(Operator.LE, Fraction(1, 200))


def test_gates_on_bugs_know_what_they_count_and_sign_offs_who_may_sign(settings):
    closed = {gate.id: gate for gate in phases(settings, Platform.ANDROID)[1].gates}
    assert closed["new_critical_bugs"].bugs is BugScope.NEW
    assert closed["blocking_issues"].bugs is BugScope.BLOCKING
    assert closed["signoff:maintainer"].signers == ("mara", "tom")
    assert phases(settings, Platform.ANDROID)[0].gates[2].bugs is BugScope.ANY


def test_the_four_metrics_have_the_lines_of_the_plan(settings):
    lower, higher = Direction.LOWER, Direction.HIGHER
    half, one, two, five = (Fraction(tenths, 1000) for tenths in (5, 10, 20, 50))
    assert [
        (m.label, m.kind, m.better, m.population, m.target, m.alert, m.critical)
        for m in settings.plan.rollout(Platform.ANDROID).metrics
    ] == [
        (
            "Crash rate",
            Kind.RATIO,
            lower,
            Population.SESSIONS,
            Line(Operator.LT, half),
            Line(Operator.GT, one),
            Line(Operator.GT, two),
        ),
        (
            "Connect failures",
            Kind.RATIO,
            lower,
            Population.CONNECTS,
            Line(Operator.LT, one),
            Line(Operator.GT, two),
            Line(Operator.GT, five),
        ),
        (
            "Connection time",
            Kind.MEAN,
            lower,
            Population.CONNECTS,
            Line(Operator.LT, Fraction(10)),
            Line(Operator.GT, Fraction(20)),
            None,
        ),
        (
            "Session duration",
            Kind.MEAN,
            higher,
            Population.SESSIONS,
            Line(Operator.GT, Fraction(300)),
            Line(Operator.LT, Fraction(60)),
            None,
        ),
    ]


def test_the_evidence_reckons_with_late_crash_reports_and_with_the_timeout_of_a_connect(settings):
    metrics = {metric.id: metric for metric in settings.plan.rollout(Platform.ANDROID).metrics}
    assert {name: (m.lag, m.dispersion, m.cap, m.assumed_sessions) for name, m in metrics.items()} == {
        "crash_rate": (HOUR, 1.0, None, None),
        "connect_failure_rate": (0.0, 1.0, None, None),
        "avg_connection_time": (0.0, 1.0, 30.0, None),
        "session_duration": (0.0, 1.0, None, None),
    }
    gate = phases(settings, Platform.ANDROID)[0].gates[0]
    assert (gate.alpha, gate.beta) == (0.01, 0.01)
    assert phases(settings, Platform.IOS)[0].sessions_per_tester_per_day == 4


@pytest.mark.parametrize(
    ("kind", "population", "lag"),
    [("ratio", "sessions", HOUR), ("ratio", "users", HOUR), ("ratio", "testers", HOUR), ("ratio", "connects", 0.0)],
)
def test_a_rate_of_sessions_or_people_waits_an_hour_for_late_reports(tmp_path, kind, population, lag):
    text = changed('lag = "60 min"', "").replace('population = "sessions"', f'population = "{population}"', 1)
    crash = load_text(tmp_path, text).settings.plan.rollouts[0].metric("crash_rate")
    assert (crash.kind, crash.population, crash.lag) == (kind, population, lag)


def test_what_a_metric_says_of_its_evidence_is_kept(tmp_path):
    text = changed('lag = "60 min"', 'lag = "4h"\ndispersion = 3\nassumed_sessions = 5000')
    crash = load_text(tmp_path, text).settings.plan.rollouts[0].metric("crash_rate")
    assert (crash.lag, crash.dispersion, crash.assumed_sessions) == (4 * HOUR, 3.0, 5000)


def test_every_gate_on_a_metric_gets_the_promises_of_the_file(tmp_path):
    text = changed("alpha = 0.01", "alpha = 0.02").replace("beta = 0.01", "beta = 0.001")
    plan = load_text(tmp_path, text).settings.plan
    asked = {
        (gate.alpha, gate.beta)
        for rollout in plan.rollouts
        for phase in rollout.phases
        for gate in phase.gates
        if gate.kind is GateKind.METRIC
    }
    assert asked == {(0.02, 0.001)}
    alone = load_text(tmp_path, text.replace("beta = 0.001", "")).settings.plan
    assert alone.rollouts[0].phases[0].gates[0].beta == 0.02


def test_providers_get_their_own_keys_and_the_program_keeps_the_common_ones(settings):
    play = settings.stores["play"]
    assert (play.provider, play.label, play.interval, play.timeout, play.share_interval, play.stale_after) == (
        "google_play",
        "Google Play",
        60.0,
        10.0,
        900.0,
        180.0,
    )
    assert play.options.model_dump()["service_account"] == "file:/etc/rollout-tui/play.json"
    queries = settings.sources["prometheus"].options.model_dump()["metrics"]
    assert set(queries) == {metric.id for metric in settings.plan.rollouts[0].metrics} | {"observed_share"}
    assert settings.trackers["github"].interval == 300.0


def test_a_review_without_gates_takes_the_health_gates_of_the_first_phase(tmp_path):
    text = EXAMPLE.read_text(encoding="utf-8")
    review = text.index('kind = "review"')
    start, end = text.index("gates = [", review), text.index("]\n", text.index("gates = [", review)) + 2
    silent = load_text(tmp_path, text[:start] + text[end:]).settings
    assert [gate.id for gate in phases(silent, Platform.IOS)[1].gates] == [
        "crash_free_sessions",
        "connect_failure_rate",
        "critical_bugs",
    ]
    none = load_text(tmp_path, text[:start] + "gates = []\n" + text[end:]).settings
    assert phases(none, Platform.IOS)[1].gates == ()


def test_a_rehearsal_may_have_its_own_clock_and_begin_in_the_middle(tmp_path):
    text = changed(
        "[app]", 'rehearsal = "healthy 60x"\n[clock]\nspeed = 60\norigin = 1773239527.0\nanchor = 5.5\n[app]'
    )
    text = text.replace('id = "closed"', 'id = "closed"\nbegan = 2026-11-23T10:00:00+02:00').replace('"50%"', "0.5")
    loaded = load_text(tmp_path, text).settings
    assert (loaded.rehearsal, loaded.clock.speed, loaded.clock.anchor) == ("healthy 60x", 60.0, 5.5)
    closed = phases(loaded, Platform.ANDROID)[1]
    assert (closed.began, closed.share) == (1795420800.0, Decimal("0.5"))


def test_history_lies_in_the_users_data_directory_or_where_the_file_says(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    default = load_text(tmp_path, EXAMPLE.read_text(encoding="utf-8")).settings
    assert default.history.path == tmp_path / "data" / "rollout-tui" / "acme-connect" / "history.db"
    relative = load_text(tmp_path, changed("[history]", '[history]\npath = "here/h.db"')).settings
    assert relative.history.path == tmp_path / "here" / "h.db"
    assert relative.history.retention == 90 * 86400.0
