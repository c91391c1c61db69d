"""What a program that had been watching all along would remember: states, sign-offs, polls. Pure domain values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from rollout_tui.domain.metrics import Population
from rollout_tui.domain.quantities import Mean, Proportion, Quantity
from rollout_tui.domain.readings import Reading, Scope, Window
from rollout_tui.domain.releases import PhaseKind, Platform, ReleaseState, StateWord
from rollout_tui.domain.verdicts import SignOff
from rollout_tui.domain.words import plain_percent
from rollout_tui.rehearsal.scenarios import HOUR, VERSION
from rollout_tui.rehearsal.stage import SHARES, Stage
from rollout_tui.rehearsal.stores.apple_phased import LADDER
from rollout_tui.rehearsal.stores.apple_start import DAY, AppStoreStart
from rollout_tui.rehearsal.world import Counters, Crowd

INTERVAL = 60.0
_WINDOW = HOUR
_TESTED = (StateWord.RUNNING, "IN_BETA_TESTING")


def states(stage: Stage) -> Iterator[tuple[Platform, ReleaseState]]:
    """Every change of release state so far, oldest first on each platform; after each what its last poll saw."""
    changes = list(_changes(stage))
    ends = [
        state.as_of if next_one is platform else stage.clock.origin
        for (platform, _), (next_one, state) in pairwise(changes)
    ]
    for (platform, state), end in zip(changes, (*ends, stage.clock.origin), strict=True):
        yield platform, state
        polled = max(state.as_of, end - INTERVAL)
        yield platform, replace(state, as_of=polled, share_as_of=None if state.share_as_of is None else polled)


def _changes(stage: Stage) -> Iterator[tuple[Platform, ReleaseState]]:
    origin, scenario = stage.clock.origin, stage.scenario
    code = scenario.play.version_code
    for share, hours in zip(SHARES, scenario.android_phases, strict=True):
        at = origin + hours * HOUR
        state = ReleaseState(
            code, VERSION, StateWord.RUNNING, "inProgress", at, PhaseKind.SHARE, "production", share, at
        )
        yield Platform.ANDROID, state
    for state in _apple(scenario.app_store, origin):
        yield Platform.IOS, state


def _apple(start: AppStoreStart, origin: float) -> Iterator[ReleaseState]:
    """Through TestFlight and App Review up the ladder, as far as it went."""
    yield _testing(start, origin + start.tested_since * HOUR)
    if start.reviewed_since is None:
        return
    queued = origin + start.reviewed_since * HOUR
    for status, at in (("WAITING_FOR_REVIEW", queued), ("IN_REVIEW", queued + start.review.queue * HOUR)):
        if at <= origin:
            yield ReleaseState(start.build, VERSION, StateWord.IN_REVIEW, status, at, PhaseKind.REVIEW)
    if start.stage != "phased":
        return
    began = origin + start.since * HOUR
    paused = origin if start.paused is None else origin + start.paused * HOUR
    seen = None
    for day, share in enumerate(LADDER, 1):
        if (at := began + (day - 1) * DAY) <= paused:
            seen = _phased(start.build, at, day, share)
            yield seen
    if seen is not None and start.paused is not None:
        yield replace(seen, word=StateWord.PAUSED, status="PAUSED", as_of=paused, share_as_of=paused, next_step_at=None)


def requests(stage: Stage) -> Iterator[tuple[Platform, str, str, float]]:
    """What people asked the stores for last: platform, build, in the plan's words, when."""
    origin, scenario = stage.clock.origin, stage.scenario
    at = origin + scenario.android_phases[1] * HOUR
    yield Platform.ANDROID, scenario.play.version_code, plain_percent(SHARES[1]), at
    began = origin + scenario.app_store.since * HOUR
    asked = {"testflight": "TestFlight", "phased": "phased"}.get(scenario.app_store.stage, "App Review")
    yield Platform.IOS, scenario.app_store.build, asked, began


def signoffs(stage: Stage) -> Iterator[tuple[Platform, SignOff]]:
    """The answers of people that the scenario has already."""
    scenario, origin = stage.scenario, stage.clock.origin
    if scenario.signed:
        at = origin - 9 * HOUR
        yield (
            Platform.ANDROID,
            SignOff("signoff:maintainer", "closed", VERSION, scenario.play.version_code, "mara", at, "go"),
        )
        yield (
            Platform.IOS,
            SignOff(
                "signoff:testflight feedback positive",
                "testflight",
                VERSION,
                scenario.app_store.build,
                "mara",
                at,
                "two typos, nothing else",
            ),
        )


def polls(stage: Stage, count: int) -> Iterator[list[tuple[Platform, Reading]]]:
    """The last `count` polls before the start, oldest first; the recent window and the phase so far of each metric."""
    if stage.scenario.silent:
        return
    origin = stage.clock.origin
    crowds = (
        (Platform.ANDROID, stage.android, stage.scenario.play.version_code, stage.scenario.android_phases[1]),
        (Platform.IOS, stage.ios, stage.scenario.app_store.build, stage.scenario.app_store.since),
    )
    for number in range(count, 0, -1):
        at = origin - number * INTERVAL
        poll: list[tuple[Platform, Reading]] = []
        for platform, crowd, build, began in crowds:
            poll += [(platform, reading) for reading in _poll(crowd, build, at, origin + began * HOUR)]
        yield poll


def _poll(crowd: Crowd, build: str, at: float, began: float) -> Iterator[Reading]:
    now = crowd.counters(build, at)
    if now is None:
        return
    for scope, since in ((Scope.RECENT, at - _WINDOW), (Scope.PHASE, began)):
        if since >= at:
            continue
        before = crowd.counters(build, since) or Counters()
        for metric, population, quantity in _quantities(before, now):
            if quantity.n:
                window = Window(since, at)
                yield Reading(metric, scope, build, population, quantity, window, at, at, "prometheus")


def _quantities(before: Counters, now: Counters) -> Iterator[tuple[str, Population, Quantity]]:
    sessions = int(now.sessions - before.sessions)
    connects = int(now.connects - before.connects)
    timed = int(now.connect_count - before.connect_count)
    crashed = int(now.crashed - before.crashed)
    failed = int(now.connect_failures - before.connect_failures)
    yield "crash_rate", Population.SESSIONS, Proportion(crashed, sessions)
    yield "connect_failure_rate", Population.CONNECTS, Proportion(failed, connects)
    yield (
        "avg_connection_time",
        Population.CONNECTS,
        Mean(round(now.connect_seconds - before.connect_seconds, 3), timed),
    )
    yield (
        "session_duration",
        Population.SESSIONS,
        Mean(round(now.session_seconds - before.session_seconds, 3), sessions),
    )


def _testing(start: AppStoreStart, at: float) -> ReleaseState:
    # External testers have nothing before the beta review is through.
    word, status = (StateWord.IN_REVIEW, "WAITING_FOR_BETA_REVIEW") if start.external else _TESTED
    return ReleaseState(
        start.build,
        VERSION,
        word,
        status,
        at,
        PhaseKind.TESTERS,
        testers=start.testers,
    )


def _phased(build: str, at: float, day: int, share: Decimal) -> ReleaseState:
    return ReleaseState(
        build,
        VERSION,
        StateWord.RUNNING,
        "ACTIVE",
        at,
        PhaseKind.PHASED,
        share=share,
        share_as_of=at,
        day=day,
        next_step_at=at + DAY,
    )
