"""Setting a scenario up: users, telemetry and stores that agree about who is offered what, from the past on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from rollout_tui.rehearsal.changes import ChangeLog
from rollout_tui.rehearsal.clock import RehearsalClock
from rollout_tui.rehearsal.exposure import ExposureLog
from rollout_tui.rehearsal.scenarios import BUNDLE, HOUR, OLD_VERSION, PACKAGE, VERSION, Behaviour, Scenario
from rollout_tui.rehearsal.stores.apple import AppleBook
from rollout_tui.rehearsal.stores.github import IssueBook
from rollout_tui.rehearsal.stores.play import PlayBook
from rollout_tui.rehearsal.stores.play_vitals import VitalsBook
from rollout_tui.rehearsal.stores.sentry import Project, SentryBook
from rollout_tui.rehearsal.telemetry import Telemetry
from rollout_tui.rehearsal.world import Crowd, Health, HealthAt, Turn, steady

_OLD = Health(crash_rate=0.0013, connect_failure_rate=0.004)
_BEFORE = 4.0
"""Hours that the world lives before the rollout's first phase."""
_LONGEST = -160.0
"""Hours beyond which Android's users need not have lived for the sake of an older iOS release."""
SHARES = (Decimal("0.1"), Decimal("0.5"))
"""Android's shares in phases 1 and 2; phase 3 is all users."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything of one running scenario."""

    scenario: Scenario
    clock: RehearsalClock
    play: PlayBook
    apple: AppleBook
    github: IssueBook
    telemetry: Telemetry
    log: ChangeLog
    android: Crowd
    ios: Crowd
    vitals: VitalsBook
    sentry: SentryBook


def set_stage(scenario: Scenario, clock: RehearsalClock, seed: int) -> Stage:
    """The scenario at its start: `clock.origin`."""
    origin = clock.origin
    android_offers, ios_offers = ExposureLog(), ExposureLog()
    for share, hours in zip(SHARES, scenario.android_phases, strict=True):
        android_offers.set(origin + hours * HOUR, scenario.play.version_code, share)
    script = [(origin + cue.hours * HOUR, cue.change) for cue in scenario.play_cues]
    play = PlayBook(scenario.play, android_offers, clock.now, lag=scenario.play_lag, script=script)
    play.settle()
    apple = AppleBook(scenario.app_store, ios_offers, origin, clock.now)
    released = scenario.app_store.stage == "phased"
    began = min(scenario.android_phases[0], scenario.app_store.since if released else scenario.app_store.tested_since)
    start = origin + (began - _BEFORE) * HOUR
    android = Crowd(
        "android",
        scenario.android_users,
        android_offers,
        {
            scenario.play.old_version_code: steady(_OLD),
            scenario.play.version_code: _health(scenario.android, origin),
        },
        old_build=scenario.play.old_version_code,
        start=max(start, origin + _LONGEST * HOUR),
        seed=seed,
        settle=lambda _now: play.settle(),
    )
    newer = (
        {} if scenario.app_store.newer is None else {scenario.app_store.newer.build: scenario.app_store.newer.version}
    )
    ios = Crowd(
        "ios",
        scenario.ios_users,
        ios_offers,
        {
            scenario.app_store.old_build: steady(_OLD),
            scenario.app_store.build: _health(scenario.ios, origin),
            **dict.fromkeys(newer, steady(_OLD)),
        },
        old_build=scenario.app_store.old_build,
        start=start,
        seed=seed,
        settle=apple.settle,
    )
    versions = {
        scenario.play.version_code: VERSION,
        scenario.app_store.build: VERSION,
        scenario.play.old_version_code: OLD_VERSION,
        scenario.app_store.old_build: OLD_VERSION,
        **newer,
    }
    silent = frozenset({scenario.play.version_code, scenario.app_store.build}) if scenario.silent else frozenset()
    telemetry = Telemetry([android, ios], versions, start, clock.now, silent)
    issues = IssueBook(scenario.github, origin, clock.now)
    vitals = VitalsBook(android, silent, clock.now)
    projects = (
        Project(1, "connect-android", PACKAGE, android, versions, scenario.play.old_version_code, silent),
        Project(2, "connect-ios", BUNDLE, ios, versions, scenario.app_store.old_build, silent),
    )
    sentry = SentryBook(projects, clock.now)
    return Stage(scenario, clock, play, apple, issues, telemetry, ChangeLog(), android, ios, vitals, sentry)


def _health(behaviour: Behaviour, origin: float) -> HealthAt:
    if behaviour.turned is None:
        return steady(behaviour.health)
    back = None if behaviour.turns_back is None else origin + behaviour.turns_back * HOUR
    return Turn(behaviour.health, behaviour.turned, origin + behaviour.turns_at * HOUR, back)
