"""What Sentry remembers: counts of past hours, added up where they can be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rollout_tui.domain.quantities import Proportion
from rollout_tui.domain.readings import Scope
from rollout_tui.ports import Misconfigured
from tests.providers.sentry.desk import BEGUN, HOUR, NOW, RELEASE, USERS, Hourly, ask, source
from tests.unit.domain.builders import CRASH

HOURS = Hourly(RELEASE, {BEGUN - 4 * HOUR: (100, 1), BEGUN - 3 * HOUR: (200, 0), BEGUN - HOUR: (400, 5), BEGUN: (9, 9)})


def phase(since: float):
    return ask(scope=Scope.PHASE, since=since)


async def test_a_phase_grows_hour_by_hour_as_polls_would_have_counted_it(canned, http):
    canned.releases = [HOURS]
    readings = await source(http).back_fill(phase(BEGUN - 4 * HOUR), 300.0)
    assert [(r.window.end - BEGUN, r.quantity) for r in readings] == [
        (-3 * HOUR, Proportion(1, 100)),
        (-2 * HOUR, Proportion(1, 300)),
        (-1 * HOUR, Proportion(1, 300)),
        (0.0, Proportion(6, 700)),
    ]
    assert {r.window.start for r in readings} == {BEGUN - 4 * HOUR}
    assert [r.as_of - BEGUN for r in readings] == [-3 * HOUR, -2 * HOUR, -2 * HOUR, 0.0]


async def test_readings_keep_the_step_apart(canned, http):
    canned.releases = [HOURS]
    readings = await source(http).back_fill(phase(BEGUN - 4 * HOUR), 2 * HOUR)
    assert [r.window.end - BEGUN for r in readings] == [-3 * HOUR, -HOUR]


async def test_recent_values_cover_the_metric_s_own_window(canned, http):
    canned.releases = [HOURS]
    query = ask(replace(CRASH, window=2 * HOUR), since=BEGUN - 3 * HOUR)
    readings = await source(http).back_fill(query, 300.0)
    assert [(r.window.end - BEGUN, r.window.end - r.window.start, r.quantity) for r in readings] == [
        (-2 * HOUR, 2 * HOUR, Proportion(1, 300)),
        (-1 * HOUR, 2 * HOUR, Proportion(0, 200)),
        (0.0, 2 * HOUR, Proportion(5, 400)),
    ]


async def test_hours_that_are_not_known_are_left_out_not_taken_for_nothing(canned, http):
    canned.releases = [Hourly(RELEASE, {**HOURS.hours, BEGUN - 2 * HOUR: (None, 0)})]
    readings = await source(http).back_fill(phase(BEGUN - 4 * HOUR), 300.0)
    assert [r.window.end - BEGUN for r in readings] == [-3 * HOUR, -2 * HOUR]


async def test_distinct_users_of_several_hours_are_never_added_up(canned, http):
    canned.releases = [HOURS]
    assert await source(http).back_fill(ask(USERS, scope=Scope.PHASE, since=BEGUN - 4 * HOUR), 300.0) == []
    assert await source(http).back_fill(ask(replace(USERS, window=2 * HOUR), since=BEGUN - 4 * HOUR), 300.0) == []
    assert canned.asked == []
    readings = await source(http).back_fill(ask(USERS, since=BEGUN - 2 * HOUR), 300.0)
    assert [r.quantity for r in readings] == [Proportion(5, 400)]


async def test_a_silence_is_not_bridged(canned, http):
    canned.releases = [Hourly(RELEASE, {BEGUN - 9 * HOUR: (100, 1)})]
    readings = await source(http).back_fill(phase(BEGUN - 9 * HOUR), 300.0)
    assert [r.window.end - BEGUN for r in readings] == [-8 * HOUR, -7 * HOUR, -6 * HOUR]


async def test_a_release_that_is_not_there_has_no_past(canned, http):
    assert await source(http).back_fill(phase(BEGUN - 4 * HOUR), 300.0) == []
    with pytest.raises(Misconfigured, match="not configured"):
        await source(http).back_fill(ask(replace(CRASH, id="other"), since=NOW - HOUR), 300.0)
