"""Readings of vitals: freshness first, one build, users alone, and every face of no data."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from rollout_tui.domain.metrics import Kind, Population
from rollout_tui.domain.quantities import Bare
from rollout_tui.domain.readings import NoReading, Reading, Scope, Window
from rollout_tui.domain.releases import Platform
from tests.providers.play_vitals.desk import (
    ANRS,
    CRASHES,
    DAY,
    ENDED,
    ENDED_HOURS,
    HOUR,
    HOURLY,
    NOW,
    STALE,
    StillClock,
    ask,
    los_angeles,
    row,
    source,
    utc,
    written,
)
from tests.unit.domain.builders import ANDROID

SET = "crashRateMetricSet"
YESTERDAY = los_angeles(2026, 11, 21)
RATE = {"userPerceivedCrashRate": "0.0041"}


async def read(http, *queries, **more):
    return list(await source(http, **more).read(queries or [ask()]))


async def why(http, *queries, **more) -> str:
    """Why there is no reading."""
    (answer,) = await read(http, *queries, **more)
    assert isinstance(answer, NoReading)
    return answer.reason


async def test_the_newest_whole_day_is_read_as_of_its_end(canned, http):
    canned.rows[SET] = [row(YESTERDAY, RATE)]
    (answer,) = await read(http)
    assert answer == Reading(
        "user_crash_rate",
        Scope.RECENT,
        "4201",
        Population.USERS,
        Bare(Decimal("0.0041")),
        Window(YESTERDAY, ENDED),
        as_of=ENDED,
        taken_at=NOW,
        source="play_vitals",
    )


async def test_freshness_is_asked_first_and_the_query_ends_where_the_data_ends(canned, http):
    canned.rows[SET] = [row(YESTERDAY, RATE)]
    await read(http)
    assert [(request.method, request.url.path.rpartition("/")[2]) for request in canned.asked] == [
        ("GET", SET),
        ("POST", f"{SET}:query"),
    ]
    (body,) = canned.queries()
    zone = {"timeZone": {"id": "America/Los_Angeles"}}
    assert body == {
        "timelineSpec": {
            "aggregationPeriod": "DAILY",
            "startTime": {"year": 2026, "month": 11, "day": 21, **zone},
            "endTime": {"year": 2026, "month": 11, "day": 22, **zone},
        },
        "dimensions": ["versionCode"],
        "metrics": ["userPerceivedCrashRate", "distinctUsers"],
        "filter": "versionCode = 4201",
        "userCohort": "OS_PUBLIC",
        "pageSize": 10_000,
    }


async def test_hours_are_asked_in_utc(canned, http):
    canned.rows[SET] = [row(ENDED_HOURS - HOUR, RATE, period="HOURLY")]
    (answer,) = await read(http, metrics=HOURLY)
    assert (answer.window, answer.as_of) == (Window(ENDED_HOURS - HOUR, ENDED_HOURS), ENDED_HOURS)
    (body,) = canned.queries()
    assert body["timelineSpec"] == {
        "aggregationPeriod": "HOURLY",
        "startTime": {"year": 2026, "month": 11, "day": 23, "hours": 14, "timeZone": {"id": "UTC"}},
        "endTime": {"year": 2026, "month": 11, "day": 23, "hours": 15, "timeZone": {"id": "UTC"}},
    }


async def test_metrics_of_one_set_come_with_one_query_and_both_scopes_too(canned, http):
    canned.rows[SET] = [row(YESTERDAY, {"userPerceivedCrashRate": "0.004", "crashRate": "0.005"})]
    canned.rows["anrRateMetricSet"] = [row(YESTERDAY, {"userPerceivedAnrRate": "0.001"})]
    all_crashes = replace(CRASHES, id="all_crashes")
    metrics = {
        "user_crash_rate": {"vital": "userPerceivedCrashRate"},
        "all_crashes": {"vital": "crashRate"},
        "user_anr_rate": {"vital": "userPerceivedAnrRate"},
    }
    queries = [ask(), ask(scope=Scope.PHASE, since=NOW - 5 * DAY), ask(ANRS), ask(all_crashes)]
    answers = await read(http, *queries, metrics=metrics)
    assert [answer.quantity.amount for answer in answers] == [
        Decimal(text) for text in ["0.004", "0.004", "0.001", "0.005"]
    ]
    assert len(canned.asked) == 4
    assert canned.queries()[0]["metrics"] == ["crashRate", "userPerceivedCrashRate", "distinctUsers"]


async def test_calls_keep_apart_so_that_a_project_s_ten_a_second_are_never_used_up(canned, http):
    clock = StillClock()
    await read(http, ask(), ask(ANRS), clock=clock)
    assert len(canned.asked) == 4
    assert clock.slept == pytest.approx([0.2, 0.2, 0.2], abs=1e-6)


async def test_a_build_that_is_no_version_code_is_never_asked_for(canned, http):
    reason = await why(http, ask(rollout=replace(ANDROID, build="4.2.0 OR versionCode = 1")))
    assert "is no version code" in reason
    assert canned.asked == []


@pytest.mark.parametrize("population", [Population.SESSIONS, Population.CONNECTS, Population.TESTERS])
async def test_a_metric_of_others_than_users_is_refused_without_a_call(canned, http, population):
    reason = await why(http, ask(replace(CRASHES, population=population)))
    assert reason == f"Play vitals counts users, the gate {population}"
    assert canned.asked == []


async def test_a_sessions_metric_that_users_may_stand_for_gets_a_reading_that_says_users(canned, http):
    canned.rows[SET] = [row(YESTERDAY, RATE)]
    metric = replace(CRASHES, population=Population.SESSIONS, approximate_by=Population.USERS)
    (answer,) = await read(http, ask(metric))
    assert answer.population is Population.USERS


async def test_the_cohort_of_testers_speaks_of_testers(canned, http):
    canned.rows[SET] = [row(YESTERDAY, RATE)]
    metrics = {"user_crash_rate": {"vital": "userPerceivedCrashRate", "cohort": "testers"}}
    (answer,) = await read(http, ask(replace(CRASHES, population=Population.TESTERS)), metrics=metrics)
    assert answer.population is Population.TESTERS
    assert canned.queries()[0]["userCohort"] == "APP_TESTERS"
    assert await why(http, metrics=metrics) == "Play vitals counts testers, the gate users"


async def test_a_mean_another_platform_and_a_metric_that_is_not_configured_are_no_data(http):
    assert "no mean" in await why(http, ask(replace(CRASHES, kind=Kind.MEAN)))
    assert await why(http, ask(rollout=replace(ANDROID, platform=Platform.IOS))) == "Play vitals knows Android alone"
    assert "not configured" in await why(http, ask(replace(CRASHES, id="other")))


# --- the phase ---------------------------------------------------------------------------------------------------


async def test_the_newest_whole_day_inside_the_phase_stands_for_it(canned, http):
    canned.rows[SET] = [row(YESTERDAY, RATE)]
    (answer,) = await read(http, ask(scope=Scope.PHASE, since=YESTERDAY))
    assert (answer.scope, answer.window) == (Scope.PHASE, Window(YESTERDAY, ENDED))
    assert answer.quantity.n is None


async def test_a_day_that_began_before_the_phase_says_nothing_of_it(canned, http):
    canned.rows[SET] = [row(YESTERDAY, RATE)]
    reason = await why(http, ask(scope=Scope.PHASE, since=YESTERDAY + HOUR))
    assert reason == "Play vitals has no whole day of this phase yet"


# --- no data -----------------------------------------------------------------------------------------------------


async def test_a_withheld_row_is_no_data(http):
    assert "has no row for build 4201 day to 22 Nov 08:00 UTC: too few users, or none" in await why(http)


async def test_a_row_of_another_version_is_not_ours(canned, http):
    canned.rows[SET] = [row(YESTERDAY, RATE, build="4130")]
    assert (await why(http)).endswith("; it has 4130")


async def test_an_older_day_does_not_stand_in_for_the_newest(canned, http):
    canned.rows[SET] = [row(YESTERDAY - DAY, RATE)]
    assert "has no row" in await why(http)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "", "0,004", "1_0", "0x1", None, "1e999", "０.１"])
async def test_what_is_no_decimal_is_no_value_and_never_zero(canned, http, value):
    canned.rows[SET] = [row(YESTERDAY, {"userPerceivedCrashRate": value})]
    assert await why(http) == "Play vitals has no userPerceivedCrashRate for build 4201"


@pytest.mark.parametrize(
    ("value", "amount"), [("0", "0"), ("0.0041", "0.0041"), (".5", "0.5"), ("4.1E-3", "0.0041"), ("1", "1")]
)
async def test_decimals_are_taken_exactly_as_they_are_written(canned, http, value, amount):
    canned.rows[SET] = [row(YESTERDAY, {"userPerceivedCrashRate": value})]
    (answer,) = await read(http)
    assert answer.quantity == Bare(Decimal(amount))


async def test_a_fraction_above_1_is_refused_with_a_hint_and_percent_is_an_option(canned, http):
    canned.rows[SET] = [row(YESTERDAY, {"userPerceivedCrashRate": "1.3"})]
    assert 'rates = "percent"?' in await why(http)
    (answer,) = await read(http, rates="percent")
    assert answer.quantity == Bare(Decimal("0.013"))
    canned.rows[SET] = [row(YESTERDAY, {"userPerceivedCrashRate": "101"})]
    assert "above all users" in await why(http, rates="percent")
    canned.rows[SET] = [row(YESTERDAY, {"userPerceivedCrashRate": "-0.1"})]
    assert "below 0" in await why(http)


async def test_a_row_of_another_period_is_not_the_day(canned, http):
    canned.rows[SET] = [{**row(YESTERDAY, RATE), "aggregationPeriod": "HOURLY"}]
    assert "has no row" in await why(http)


async def test_no_users_is_no_data(canned, http):
    canned.rows[SET] = [row(YESTERDAY, RATE, users="0")]
    assert await why(http) == "Play vitals counted no users of build 4201"


async def test_a_set_that_does_not_say_where_its_data_ends_is_no_data(canned, http):
    canned.daily = None
    answers = await source(http, metrics={**HOURLY, "user_anr_rate": {"vital": "anrRate"}}).read([ask(), ask(ANRS)])
    assert answers[1].reason == "Play vitals does not say how far its data goes"
    assert len(canned.queries()) == 1


async def test_data_that_ends_too_long_ago_is_no_data_and_a_day_and_a_half_is_normal(canned, http):
    canned.rows[SET] = [row(YESTERDAY, RATE)]
    assert isinstance((await read(http, clock=StillClock(ENDED + STALE - 60)))[0], Reading)
    reason = await why(http, clock=StillClock(ENDED + STALE + HOUR))
    assert reason == "Play vitals: the newest day ended 3 d ago"


async def test_freshness_that_goes_backwards_is_obeyed(canned, http):
    canned.rows[SET] = [row(YESTERDAY, RATE), row(YESTERDAY - DAY, {"userPerceivedCrashRate": "0.002"})]
    reads = source(http)
    (first,) = await reads.read([ask()])
    canned.daily = ENDED - DAY
    (second,) = await reads.read([ask()])
    assert (first.as_of, second.as_of) == (ENDED, ENDED - DAY)
    assert second.quantity == Bare(Decimal("0.002"))
    assert canned.queries()[-1]["timelineSpec"]["endTime"]["day"] == 21


async def test_freshness_within_a_day_counts_for_the_day_before_alone(canned, http):
    canned.daily = ENDED + 5 * HOUR
    canned.rows[SET] = [row(YESTERDAY, RATE)]
    (answer,) = await read(http)
    assert answer.as_of == ENDED


async def test_rows_come_from_all_pages(canned, http):
    canned.page = 1
    canned.rows[SET] = [row(YESTERDAY - DAY, RATE), row(YESTERDAY, RATE, build="4130"), row(YESTERDAY, RATE)]
    (answer,) = await read(http)
    assert isinstance(answer, Reading)
    assert [body.get("pageToken") for body in canned.queries()] == [None, "1", "2"]


async def test_one_set_that_fails_leaves_the_others(canned, http):
    canned.rows[SET] = [row(YESTERDAY, RATE)]
    canned.refused["anrRateMetricSet"] = (503, "backend error")
    crash, anr = await read(http, ask(), ask(ANRS))
    assert isinstance(crash, Reading)
    assert "HTTP 503" in anr.reason


# --- the day change in Los Angeles -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "hours"),
    [((2026, 11, 1), 25), ((2026, 3, 8), 23), ((2026, 11, 20), 24)],
    ids=["clocks go back", "clocks go forward", "an ordinary day"],
)
async def test_a_day_of_los_angeles_has_its_own_length(canned, http, day, hours):
    start = los_angeles(*day)
    canned.daily = los_angeles(day[0], day[1], day[2] + 1)
    canned.rows[SET] = [row(start, RATE)]
    (answer,) = await read(http, clock=StillClock(canned.daily + 30 * HOUR))
    assert answer.window == Window(start, start + hours * HOUR)
    spec = canned.queries()[0]["timelineSpec"]
    assert [spec[name]["day"] for name in ("startTime", "endTime")] == [day[2], day[2] + 1]


async def test_a_moment_with_an_offset_and_one_without_a_zone_are_understood(canned, http):
    for told in (
        {"year": 2026, "month": 11, "day": 22, "utcOffset": "-28800s"},
        {"year": 2026, "month": 11, "day": 22},
    ):
        document = row(YESTERDAY, RATE)
        document["startTime"] = {**told, "day": 21}
        canned.rows[SET] = [document]
        (answer,) = await read(http)
        assert answer.window.start == YESTERDAY
    assert written(utc(2026, 11, 22, 8)) == {**written(ENDED)}


@pytest.mark.parametrize(
    "start",
    [
        {},
        {"year": 2026, "month": 13, "day": 1},
        {"year": "2026"},
        {"year": 2026, "month": 11, "day": 21, "timeZone": {"id": "x"}},
    ],
)
async def test_a_row_whose_start_cannot_be_read_is_left_out(canned, http, start, monkeypatch):
    from providers.play_vitals.rows import read_rows
    from providers.play_vitals.times import DAILY

    assert read_rows([{**row(YESTERDAY, RATE), "startTime": start}], DAILY) == []
