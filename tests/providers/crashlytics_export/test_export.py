"""Crashed sessions out of the BigQuery export: one query with its price limited, waited for, asked for seldom."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rollout_tui.config.reading import load
from rollout_tui.domain.checkup import Grade
from rollout_tui.domain.metrics import Kind, Population
from rollout_tui.domain.quantities import Proportion
from rollout_tui.domain.readings import NoReading, Reading, Scope, Window
from rollout_tui.domain.releases import Platform
from rollout_tui.ports import Denied, Misconfigured, Unreachable
from tests.providers.crashlytics_export.desk import (
    BEGUN,
    DAY,
    HOUR,
    NOW,
    PROVIDER,
    TOKEN,
    StillClock,
    ask,
    options,
    row,
    source,
)
from tests.unit.config.standins import EXAMPLE
from tests.unit.domain.builders import ANDROID, CRASH

HOURS = [row(BEGUN - 2 * HOUR, 3000, 9), row(BEGUN - HOUR, 4000, 11), row(BEGUN, 1003, 3)]
PHASE = ask(scope=Scope.PHASE, since=BEGUN - HOUR - 600)


async def why(http, query=None, **more) -> str:
    (answer,) = await source(http, **more).read([query or ask()])
    assert isinstance(answer, NoReading), answer
    return answer.reason


async def test_both_windows_come_out_of_one_query_as_of_the_newest_session(canned, http):
    canned.pages = [HOURS]
    recent, phase = await source(http).read([ask(), PHASE])
    assert recent == Reading(
        "crash_rate",
        Scope.RECENT,
        "4201",
        Population.SESSIONS,
        Proportion(14, 5003),
        Window(BEGUN - HOUR, NOW),
        as_of=NOW - 60,
        taken_at=NOW,
        source="export",
    )
    assert (phase.window, phase.quantity) == (Window(BEGUN - HOUR, NOW), Proportion(14, 5003))
    assert len(canned.asked) == 1


async def test_the_build_is_a_parameter_the_price_is_limited_and_the_tables_are_firebase_s(canned, http):
    canned.pages = [HOURS]
    await source(http).read([PHASE])
    (body,) = canned.bodies()
    assert canned.asked[0].url.path == "/bigquery/v2/projects/acme-prod/queries"
    assert "`acme-prod.firebase_sessions.com_acme_connect_ANDROID_REALTIME`" in body["query"]
    assert "`acme-prod.firebase_crashlytics.com_acme_connect_ANDROID_REALTIME`" in body["query"]
    assert "4201" not in body["query"]
    assert (body["useLegacySql"], body["parameterMode"], body["location"]) == (False, "NAMED", "EU")
    assert body["maximumBytesBilled"] == "2000000000"
    told = {
        each["name"]: (each["parameterType"]["type"], each["parameterValue"]["value"])
        for each in body["queryParameters"]
    }
    assert told == {
        "since": ("TIMESTAMP", "2026-11-23T16:00:00Z"),
        "until": ("TIMESTAMP", "2026-11-23T18:12:00Z"),
        "build": ("STRING", "4201"),
        "version": ("STRING", "4.2.0"),
    }


async def test_a_build_with_quotes_stays_a_value(canned, http):
    await why(http, ask(rollout=replace(ANDROID, build="1' OR '1'='1")))
    (body,) = canned.bodies()
    assert "OR '1'" not in body["query"]


async def test_the_daily_tables_have_no_suffix_and_their_newest_hour_stands_for_the_recent_one(canned, http):
    ended = BEGUN - 20 * HOUR
    canned.pages = [[row(ended - 2 * HOUR, 500, 1), row(ended - HOUR, 700, 2, ended - 90)]]
    (answer,) = await source(http, streamed=False).read([ask(stale_after=3 * DAY)])
    assert "com_acme_connect_ANDROID`" in canned.bodies()[0]["query"]
    assert (answer.quantity, answer.as_of) == (Proportion(3, 1200), ended - 90)
    assert answer.window == Window(ended - 2 * HOUR, ended - 90)
    assert PROVIDER.stale_after is not None
    assert [PROVIDER.stale_after(options(streamed=streamed)) for streamed in (True, False)] == [2 * HOUR, 3 * DAY]


async def test_ios_has_a_table_of_its_own(canned, http):
    query = ask(rollout=replace(ANDROID, platform=Platform.IOS, build="87"))
    await why(http, query, apps={"ios": "com.acme.Connect-Pro"})
    assert "com_acme_Connect-Pro_IOS_REALTIME`" in canned.bodies()[0]["query"]


async def test_within_some_minutes_it_is_answered_from_memory(canned, http):
    canned.pages = [HOURS]
    clock = StillClock(NOW)
    there = source(http, clock)
    await there.read([ask(), PHASE])
    clock.time += 14 * 60
    (again,) = await there.read([replace(PHASE, window=Window(PHASE.window.start, clock.time))])
    assert (again.quantity, again.as_of, again.taken_at) == (Proportion(14, 5003), NOW - 60, clock.time)
    assert again.window.end == NOW
    assert len(canned.asked) == 1
    clock.time += 120
    await there.read([ask()])
    assert len(canned.asked) == 2


async def test_a_query_that_runs_on_is_looked_at_until_it_is_done(canned, http):
    canned.busy, canned.pages = 3, [HOURS]
    clock = StillClock(NOW)
    (answer,) = await source(http, clock).read([ask()])
    assert isinstance(answer, Reading)
    assert clock.slept == [1.0, 1.0, 1.0]
    looks = [request.url for request in canned.asked if request.method == "GET"]
    assert {look.path for look in looks} == {"/bigquery/v2/projects/acme-prod/queries/job_abc-1"}
    assert {look.params["location"] for look in looks} == {"EU"}


async def test_a_query_without_an_end_is_given_up(canned, http):
    canned.busy = 1000
    with pytest.raises(Unreachable, match="still runs at BigQuery"):
        await source(http).read([ask()])


async def test_pages_of_rows_are_followed(canned, http):
    canned.pages = [HOURS[:1], HOURS[1:2], HOURS[2:]]
    (answer,) = await source(http).read([ask(scope=Scope.PHASE, since=BEGUN - 2 * HOUR)])
    assert answer.quantity == Proportion(23, 8003)
    assert [request.url.params.get("pageToken") for request in canned.asked] == [None, "1", "2"]


# --- no data -----------------------------------------------------------------------------------------------------


async def test_no_sessions_old_ones_and_more_crashes_than_sessions_are_no_data(canned, http):
    assert await why(http) == "Crashlytics export holds no sessions of build 4201"
    canned.pages = [[(BEGUN, 0, 5, None)]]
    assert "holds no sessions" in await why(http)
    canned.pages = [[row(BEGUN - 5 * HOUR, 100, 1)]]
    old = await why(http, ask(scope=Scope.PHASE, since=BEGUN - 9 * HOUR))
    assert old == "Crashlytics export: the newest session is 4 h old"
    canned.pages = [[row(BEGUN, 3, 5)]]
    assert "more bad than total" in await why(http)


async def test_before_a_phase_has_a_whole_hour_there_is_no_data(canned, http):
    canned.pages = [HOURS]
    assert "no whole hour of this phase" in await why(http, ask(scope=Scope.PHASE, since=BEGUN + 60))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (ask(replace(CRASH, population=Population.USERS)), "counts sessions, the gate users"),
        (ask(replace(CRASH, kind=Kind.MEAN)), "no mean"),
        (ask(replace(CRASH, id="other")), "not configured to give other"),
        (ask(rollout=replace(ANDROID, platform=Platform.IOS)), "no app of ios"),
    ],
)
async def test_what_the_export_cannot_answer_is_not_asked(canned, http, query, said):
    assert said in await why(http, query)
    assert canned.asked == []


# --- the past ----------------------------------------------------------------------------------------------------


async def test_a_phase_grows_hour_by_hour(canned, http):
    canned.pages = [HOURS]
    readings = await source(http).back_fill(ask(scope=Scope.PHASE, since=BEGUN - 2 * HOUR), 300.0)
    assert [(r.window.end - BEGUN, r.quantity) for r in readings] == [
        (-HOUR, Proportion(9, 3000)),
        (0.0, Proportion(20, 7000)),
    ]
    recent = await source(http).back_fill(ask(since=BEGUN - 3 * HOUR), 300.0)
    assert [r.quantity for r in recent] == [Proportion(9, 3000), Proportion(11, 4000)]


# --- refusals and price ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "reason", "message", "error", "says", "remedy"),
    [
        (
            400,
            "bytesBilledLimitExceeded",
            "Query exceeded limit for bytes billed",
            Misconfigured,
            "cost more",
            "`most_bytes`",
        ),
        (
            404,
            "notFound",
            "Not found: Table acme-prod:firebase_sessions.x",
            Misconfigured,
            "not there",
            "`streamed = false`",
        ),
        (
            403,
            "accessDenied",
            "Access Denied: User does not have permission",
            Denied,
            "may not read",
            "“BigQuery Job User”",
        ),
        (403, "rateLimitExceeded", "Exceeded rate limits", Unreachable, "too often", "`minutes`"),
        (
            403,
            "accessNotConfigured",
            "BigQuery API has not been used in project 1",
            Misconfigured,
            "switched off",
            "enable",
        ),
        (401, "authError", "Invalid Credentials", Denied, "sign-in", "clock"),
        (
            400,
            "invalidQuery",
            "Unrecognized name: event_id",
            Misconfigured,
            "(“Unrecognized name: event_id”)",
            "options",
        ),
        (503, "backendError", "try again", Unreachable, "too often", ""),
    ],
)
async def test_each_refusal_has_its_words_and_its_next_step(canned, http, status, reason, message, error, says, remedy):
    canned.refused = (status, reason, message)
    with pytest.raises(error) as raised:
        await source(http).read([ask()])
    assert says in raised.value.message
    assert remedy in raised.value.remedy
    assert TOKEN not in raised.value.message


async def test_doctor_tells_the_price_by_a_dry_run_which_costs_nothing(canned, http):
    there = source(http)
    (remark,) = await there.examine([ANDROID])
    assert canned.bodies()[0]["dryRun"] is True
    assert remark.grade is Grade.NOTE
    assert "reads 12 MB; one every 15 min is up to 0.00 TiB a day" in remark.text
    canned.billed = 40_000_000_000
    (remark,) = await there.examine([ANDROID])
    assert remark.grade is Grade.PROBLEM
    assert "above `most_bytes`" in remark.text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"apps": {"android": "com.acme`.x"}}, "apps"),
        ({"project": "acme`; DROP"}, "project"),
        ({"sessions": "a.b"}, "sessions"),
        ({"location": ""}, "location"),
        ({"most_bytes": 5}, "most_bytes"),
        ({"metrics": {"crash_rate": {"counts": "users"}}}, "counts"),
    ],
)
def test_wrong_options_say_what_is_expected(wrong, said):
    with pytest.raises(ValueError, match=said):
        options(**wrong)


def test_the_example_is_whole_once_its_marks_are_taken_away(tmp_path):
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    first, last = (
        lines.index("# [sources.crashlytics_export]"),
        lines.index("# [sources.crashlytics_export.metrics.crash_rate]") + 1,
    )
    lines[first : last + 1] = [line.removeprefix("# ") for line in lines[first : last + 1]]
    path = tmp_path / "config.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    section = load(path).sources["crashlytics_export"]
    assert (section.provider, section.stale_after) == ("crashlytics_export", 2 * HOUR)
