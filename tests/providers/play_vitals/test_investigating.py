"""Crash groups of one build: what is asked, how Google's issues become groups, and the text of a report."""

from __future__ import annotations

from dataclasses import replace

import pytest

from providers.play_vitals.times import HOURLY
from rollout_tui.domain.investigation import Investigation, TroubleGroup, TroubleKind
from rollout_tui.ports import Misconfigured, Unreachable
from tests.providers.play_vitals.desk import ENDED_HOURS, HOUR, NOW, PACKAGE, investigator, utc
from tests.unit.domain.builders import ANDROID

SINCE = NOW - 10 * HOUR
LINK = "https://play.google.com/console/developers/app/vitals/crashes/1f"
ISSUE = {
    "name": f"apps/{PACKAGE}/errorIssues/1f",
    "type": "CRASH",
    "cause": "SIGSEGV",
    "location": "ReconnectTimer.fire",
    "errorReportCount": "328",
    "distinctUsers": "301",
    "firstAppVersion": {"versionCode": "4201"},
    "lastAppVersion": {"versionCode": "4201"},
    "firstOsVersion": {"apiLevel": "28"},
    "lastOsVersion": {"apiLevel": "35"},
    "lastErrorReportTime": "2026-11-23T14:00:00Z",
    "issueUri": LINK,
    "sampleErrorReports": [f"apps/{PACKAGE}/errorReports/r-77"],
}


async def look(http, rollout=ANDROID, since=SINCE) -> Investigation:
    return await investigator(http).investigate(rollout, since)


async def test_a_group_has_its_cause_place_counts_versions_and_link(canned, http):
    canned.issues = [ISSUE]
    found = await look(http)
    assert (found.source, found.build, found.as_of) == ("play_vitals", "4201", ENDED_HOURS)
    assert found.groups == (
        TroubleGroup(
            id="1f",
            kind=TroubleKind.CRASH,
            title="ReconnectTimer.fire  SIGSEGV",
            location="ReconnectTimer.fire",
            reports=328,
            users=301,
            first_build="4201",
            new=True,
            last_seen=utc(2026, 11, 23, 14),
            link=LINK,
            log="r-77",
            hit="Android API 28 to 35",
        ),
    )


async def test_one_build_is_asked_for_by_whole_hours_of_utc_up_to_the_present_one(canned, http):
    await look(http)
    assert [request.url.path.rpartition("/")[2] for request in canned.asked] == [
        "errorCountMetricSet",
        "errorIssues:search",
    ]
    asked = dict(canned.asked[-1].url.params)
    assert (asked["filter"], asked["orderBy"]) == ("versionCode = 4201", "distinctUsers desc")
    assert [asked[f"interval.startTime.{part}"] for part in ("day", "hours", "timeZone.id")] == ["23", "8", "UTC"]
    assert [asked[f"interval.endTime.{part}"] for part in ("day", "hours", "timeZone.id")] == ["23", "18", "UTC"]


async def test_a_phase_of_less_than_an_hour_is_told_without_a_search(canned, http):
    found = await look(http, since=NOW - 600)
    assert (found.groups, found.as_of) == ((), HOURLY.begin(NOW))
    assert "No whole hour" in found.note
    assert canned.asked == []


async def test_an_error_after_the_complete_hours_makes_the_answer_newer(canned, http):
    canned.issues = [{**ISSUE, "lastErrorReportTime": "2026-11-23T16:00:00Z"}]
    assert (await look(http)).as_of == utc(2026, 11, 23, 17)
    canned.issues = [{**ISSUE, "lastErrorReportTime": "2026-11-23T18:00:00Z"}]
    assert (await look(http)).as_of == utc(2026, 11, 23, 18)


async def test_groups_come_worst_first_and_what_is_left_off_is_counted(canned, http):
    canned.issues = [{**ISSUE, "name": f"apps/x/{n}", "distinctUsers": str(n)} for n in range(60)]
    found = await look(http)
    assert [group.users for group in found.groups[:3]] == [59, 58, 57]
    assert (len(found.groups), found.more_groups) == (50, 10)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"type": "APPLICATION_NOT_RESPONDING"}, {"kind": TroubleKind.ANR}),
        ({"type": "NON_FATAL"}, {"kind": TroubleKind.NON_FATAL}),
        ({"firstAppVersion": {"versionCode": "4099"}}, {"first_build": "4099", "new": False}),
        ({"firstAppVersion": {}}, {"first_build": "", "new": None}),
        ({"lastOsVersion": {"apiLevel": "28"}}, {"hit": "Android API 28"}),
        ({"firstOsVersion": {}, "lastOsVersion": {}}, {"hit": ""}),
        ({"location": ""}, {"title": "SIGSEGV", "location": ""}),
        ({"location": "", "cause": ""}, {"title": "CRASH without a name"}),
        ({"cause": "\x1b[31mred\nline\u202e"}, {"title": "ReconnectTimer.fire  ·[31mred line·"}),
        ({"issueUri": "http://play.google.com/x"}, {"link": ""}),
        ({"issueUri": "https://play.google.com.evil.example/x"}, {"link": ""}),
        ({"sampleErrorReports": []}, {"log": ""}),
    ],
)
async def test_what_google_writes_is_made_plain(canned, http, told, expected):
    canned.issues = [{**ISSUE, **told}]
    (group,) = (await look(http)).groups
    assert {name: getattr(group, name) for name in expected} == expected


def test_a_newer_server_may_write_what_the_document_does_not_know():
    from providers.play_vitals.issues import group

    found = group({**ISSUE, "type": "HANG", "distinctUsers": "many", "lastErrorReportTime": "soon", "new": {}}, "4201")
    assert (found.kind, found.users, found.last_seen) == (TroubleKind.CRASH, None, None)
    assert group({}, "4201").title == "an error without a name"


async def test_the_text_of_a_report_comes_as_it_is(canned, http):
    canned.reports = [{"name": f"apps/{PACKAGE}/errorReports/r-77", "reportText": "signal 11\n  #00 pc 44"}]
    assert await investigator(http).log(ANDROID, "r-77") == "signal 11\n  #00 pc 44"
    assert canned.asked[-1].url.params["filter"] == "versionCode = 4201 AND errorReportId = r-77"


async def test_a_report_that_is_gone_and_a_name_that_is_none_say_so(http):
    with pytest.raises(Unreachable, match="any more"):
        await investigator(http).log(ANDROID, "r-77")
    with pytest.raises(Misconfigured, match="no name of a report"):
        await investigator(http).log(ANDROID, "1 OR versionCode = 2")


async def test_a_build_that_is_no_version_code_is_never_asked_for(canned, http):
    with pytest.raises(Misconfigured, match="no version code"):
        await look(http, replace(ANDROID, build="next"))
    assert canned.asked == []
