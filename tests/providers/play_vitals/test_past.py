"""What vitals remember: a reading per day or hour, never one for a row that was withheld."""

from __future__ import annotations

from decimal import Decimal

import pytest

from rollout_tui.domain.readings import Scope
from rollout_tui.ports import Misconfigured
from tests.providers.play_vitals.desk import (
    DAY,
    ENDED,
    ENDED_HOURS,
    HOUR,
    HOURLY,
    NOW,
    ask,
    los_angeles,
    row,
    source,
)
from tests.unit.domain.builders import CRASH

SET = "crashRateMetricSet"


def days(*numbers: int) -> list[dict[str, object]]:
    """A row for each of these days of November, 0.1 % on the first and so on."""
    return [row(los_angeles(2026, 11, day), {"userPerceivedCrashRate": f"0.00{day % 10}"}) for day in numbers]


async def test_a_reading_per_day_oldest_first_each_at_its_end(canned, http):
    canned.rows[SET] = days(21, 19)
    readings = await source(http).back_fill(ask(since=NOW - 5 * DAY), 450.0)
    assert [(reading.as_of, reading.quantity.amount) for reading in readings] == [
        (los_angeles(2026, 11, 20), Decimal("0.009")),
        (ENDED, Decimal("0.001")),
    ]
    assert [reading.window.end for reading in readings] == [reading.as_of for reading in readings]
    spec = canned.queries()[0]["timelineSpec"]
    assert [spec[name]["day"] for name in ("startTime", "endTime")] == [18, 22]


async def test_of_a_phase_only_days_that_lie_inside_it_are_told(canned, http):
    canned.rows[SET] = days(19, 20, 21)
    since = los_angeles(2026, 11, 19) + 5 * HOUR
    readings = await source(http).back_fill(ask(scope=Scope.PHASE, since=since), 600.0)
    assert [reading.window.start for reading in readings] == [los_angeles(2026, 11, 20), los_angeles(2026, 11, 21)]


async def test_hours_are_thinned_to_the_step(canned, http):
    begins = [ENDED_HOURS - n * HOUR for n in range(6, 0, -1)]
    canned.rows[SET] = [row(begin, {"userPerceivedCrashRate": "0.01"}, period="HOURLY") for begin in begins]
    readings = await source(http, metrics=HOURLY).back_fill(ask(since=NOW - DAY), 2 * HOUR)
    assert [reading.as_of - ENDED_HOURS for reading in readings] == [-5 * HOUR, -3 * HOUR, -HOUR]


async def test_nothing_is_asked_of_a_time_that_the_data_has_not_reached(canned, http):
    assert await source(http).back_fill(ask(since=NOW - HOUR), 450.0) == []
    assert canned.queries() == []


async def test_the_day_on_which_the_clocks_go_back_ends_after_25_hours(canned, http):
    canned.daily = los_angeles(2026, 11, 3)
    canned.rows[SET] = days(1, 2)
    long, ordinary = await source(http).back_fill(ask(since=los_angeles(2026, 11, 1)), 450.0)
    assert long.window.end - long.window.start == 25 * HOUR
    assert ordinary.window.start == long.as_of


async def test_other_versions_and_broken_rows_are_left_out(canned, http):
    canned.rows[SET] = [
        row(los_angeles(2026, 11, 20), {"userPerceivedCrashRate": "0.5"}, build="4130"),
        row(los_angeles(2026, 11, 21), {"userPerceivedCrashRate": "NaN"}),
    ]
    assert await source(http).back_fill(ask(since=NOW - 5 * DAY), 450.0) == []


async def test_a_sessions_metric_has_no_past_here(http):
    with pytest.raises(Misconfigured, match="not configured"):
        await source(http).back_fill(ask(CRASH), 450.0)
