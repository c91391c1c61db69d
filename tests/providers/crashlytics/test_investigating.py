"""Issues of one version: what is asked, which are new, which came back, and the trace of a sample event."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rollout_tui.domain.investigation import TroubleGroup, TroubleKind
from rollout_tui.domain.releases import Platform
from rollout_tui.ports import Misconfigured, Unreachable
from tests.providers.crashlytics.desk import APP, HOUR, NOW, VERSION, figures, investigator, written
from tests.unit.domain.builders import ANDROID

SINCE = NOW - 10 * HOUR
LINK = "https://console.firebase.google.com/project/acme/crashlytics/app/android:x/issues/1f"
ISSUE = {
    "id": "1f",
    "title": "ReconnectTimer.fire",
    "subtitle": "SIGSEGV",
    "errorType": "FATAL",
    "firstSeenVersion": "4.2.0",
    "firstSeenTime": written(NOW - 9 * HOUR),
    "lastSeenTime": written(NOW - 60),
    "uri": LINK,
    "signals": [{"signal": "SIGNAL_FRESH"}],
    "sampleEvent": f"projects/1234567890/apps/{APP}/events/e-77",
}


def group(users: int = 301, **more):
    return {
        "issue": {**ISSUE, **more},
        "metrics": [figures(SINCE, NOW, eventsCount="328", impactedUsersCount=str(users))],
    }


async def look(http):
    return await investigator(http).investigate(ANDROID, SINCE)


async def test_an_issue_has_its_counts_versions_link_and_sample(canned, http):
    canned.groups = [group()]
    found = await look(http)
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
            regressed=False,
            first_seen=NOW - 9 * HOUR,
            last_seen=NOW - 60,
            link=LINK,
            log="e-77",
        ),
    )
    asked = canned.asked[0].url
    assert asked.path.endswith("/reports/topIssues")
    assert asked.params["filter.version.displayNames"] == VERSION
    assert asked.params["filter.interval.startTime"] == written(SINCE)
    assert "experimental" in found.note


async def test_new_and_regressed_ones_come_first_and_pages_are_followed(canned, http):
    old = {"firstSeenVersion": "4.0.0", "signals": []}
    canned.pages = [
        [group(900, id="old", **old), group(3, id="new")],
        [group(5, id="back", **{**old, "signals": [{"signal": "SIGNAL_REGRESSED"}]})],
    ]
    found = await look(http)
    assert [each.id for each in found.groups] == ["back", "new", "old"]
    assert [each.new for each in found.groups] == [False, True, False]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"errorType": "ANR"}, {"kind": TroubleKind.ANR}),
        ({"errorType": "NON_FATAL"}, {"kind": TroubleKind.NON_FATAL}),
        ({"signals": []}, {"new": None, "first_build": "4.2.0"}),
        ({"firstSeenVersion": "4.0.0"}, {"new": False, "first_build": "4.0.0"}),
        ({"title": "\x1b[31mred", "subtitle": ""}, {"title": "·[31mred"}),
        ({"title": "", "subtitle": ""}, {"title": "an issue without a name"}),
        ({"uri": "https://console.firebase.google.com.evil.example/"}, {"link": ""}),
        ({"sampleEvent": ""}, {"log": ""}),
    ],
)
async def test_what_google_writes_is_made_plain(canned, http, told, expected):
    canned.groups = [group(**told)]
    (found,) = (await look(http)).groups
    assert {name: getattr(found, name) for name in expected} == expected


async def test_the_trace_of_an_event_is_its_exceptions_or_the_crashed_thread(canned, http):
    frames = [{"symbol": "TunnelService.onStart", "file": "TunnelService.kt", "line": "118"}]
    canned.events = [
        {
            "exceptions": [{"type": "IllegalStateException", "exceptionMessage": "not allowed", "frames": frames}],
            "threads": [{"name": "main", "frames": frames}, {"crashed": True, "signal": "SIGSEGV", "frames": []}],
        }
    ]
    assert await investigator(http).log(ANDROID, "e-77") == (
        "IllegalStateException: not allowed\n  at TunnelService.onStart (TunnelService.kt:118)\nSIGSEGV"
    )
    assert canned.asked[0].url.params["names"] == f"projects/-/apps/{APP}/events/e-77"


async def test_an_event_that_is_gone_a_name_that_is_none_and_another_platform_say_so(canned, http):
    with pytest.raises(Unreachable, match="any more"):
        await investigator(http).log(ANDROID, "e-77")
    with pytest.raises(Misconfigured, match="no name of an event"):
        await investigator(http).log(ANDROID, "../x")
    with pytest.raises(Misconfigured, match="no app of ios"):
        await investigator(http).investigate(replace(ANDROID, platform=Platform.IOS), SINCE)
