"""Issues of one release: what is asked, which are new, which came back, and what of them is told."""

from __future__ import annotations

import pytest

from rollout_tui.domain.investigation import Investigation, TroubleGroup, TroubleKind
from rollout_tui.ports import Misconfigured
from tests.providers.sentry.desk import DAY, HOUR, NOW, RELEASE, investigator, written
from tests.unit.domain.builders import ANDROID

SINCE = NOW - 10 * HOUR
ISSUE = {
    "annotations": [],
    "assignedTo": None,
    "count": "9000",
    "culprit": "ReconnectTimer.fire",
    "derivedData": {
        "blocker": "",
        "hasOpenFixPr": False,
        "hasRootCause": False,
        "isAssigned": False,
        "lastCompletedAutofixStep": "",
        "lastProgressedAt": None,
        "progress": "",
        "status": "",
        "viewCount": 0,
    },
    "filtered": {
        "count": "328",
        "userCount": 301,
        "firstSeen": written(NOW - 9 * HOUR),
        "lastSeen": written(NOW - 60),
        "stats": {},
    },
    "firstSeen": written(NOW - 9 * HOUR),
    "hasSeen": False,
    "id": "77",
    "inbox": {"reason": 0, "reason_details": None, "date_added": written(NOW)},
    "integrationIssues": [],
    "isBookmarked": False,
    "isPublic": False,
    "isSubscribed": False,
    "isUnhandled": True,
    "issueCategory": "error",
    "issueType": "error",
    "lastSeen": written(NOW),
    "latestEventHasAttachments": False,
    "level": "fatal",
    "lifetime": {},
    "logger": None,
    "matchingEventEnvironment": None,
    "matchingEventId": None,
    "metadata": {"type": "SIGSEGV"},
    "numComments": 0,
    "owners": {"type": "", "owner": "", "date_added": written(NOW)},
    "permalink": "https://acme.sentry.io/issues/77/",
    "platform": "native",
    "priority": "high",
    "priorityLockedAt": None,
    "project": {"id": "1", "name": "connect", "slug": "connect-android", "platform": "android"},
    "seerAutofixLastTriggered": None,
    "seerExplorerAutofixLastTriggered": None,
    "seerFixabilityScore": None,
    "sentryAppIssues": [],
    "sessionCount": 0,
    "shareId": None,
    "shortId": "CONNECT-2B",
    "stats": {},
    "status": "unresolved",
    "statusDetails": {},
    "subscriptionDetails": None,
    "substatus": "new",
    "title": "SIGSEGV: ReconnectTimer.fire",
    "type": "error",
    "userCount": 8000,
}


def issue(number: int, **more):
    return {**ISSUE, "id": str(number), "shortId": f"CONNECT-{number}", **more}


async def look(http, **more) -> Investigation:
    return await investigator(http, **more).investigate(ANDROID, SINCE)


async def test_an_issue_has_its_counts_of_this_release_its_place_and_link(canned, http):
    canned.pages = {"all": [[ISSUE]], "new": [[ISSUE]]}
    found = await look(http)
    assert (found.source, found.build, found.as_of) == ("sentry", "4201", NOW)
    assert found.groups == (
        TroubleGroup(
            id="CONNECT-2B",
            kind=TroubleKind.CRASH,
            title="SIGSEGV: ReconnectTimer.fire",
            location="ReconnectTimer.fire",
            reports=328,
            users=301,
            first_build="4201",
            new=True,
            regressed=False,
            first_seen=NOW - 9 * HOUR,
            last_seen=NOW - 60,
            link="https://acme.sentry.io/issues/77/",
        ),
    )


async def test_open_issues_of_the_release_are_asked_for_and_those_it_brought(canned, http):
    await look(http)
    assert [params["query"] for params in canned.queries()] == [
        f'is:unresolved release:"{RELEASE}"',
        f'is:unresolved firstRelease:"{RELEASE}"',
    ]
    assert {(params["start"], params["end"], params["sort"]) for params in canned.queries()} == {
        (written(SINCE), written(NOW), "user")
    }
    assert {params["project"] for params in canned.queries()} == {"connect-android"}


async def test_new_and_regressed_ones_come_first_then_most_users(canned, http):
    def counted(users: int):
        return {**ISSUE["filtered"], "userCount": users}

    canned.pages = {
        "all": [
            [
                issue(1, filtered=counted(900), substatus="ongoing"),
                issue(2, filtered=counted(5), substatus="regressed"),
            ],
            [issue(3, filtered=counted(70)), issue(4, filtered=counted(80), substatus=None)],
        ],
        "new": [[issue(3)]],
    }
    found = await look(http)
    assert [group.id for group in found.groups] == ["CONNECT-3", "CONNECT-2", "CONNECT-1", "CONNECT-4"]
    assert [(group.new, group.regressed) for group in found.groups[:2]] == [(True, False), (False, True)]
    assert "came back (1)" in found.note


async def test_pages_are_followed_by_the_link_until_it_says_there_is_nothing(canned, http):
    canned.pages = {"all": [[issue(n)] for n in range(2)]}
    found = await look(http)
    assert len(found.groups) == 2
    assert [params.get("cursor") for params in canned.queries()] == [None, "0:1:0", None]


async def test_more_issues_than_are_read_are_told(canned, http):
    canned.pages = {"all": [[issue(n)] for n in range(5)], "new": [[issue(n)] for n in range(5)]}
    found = await look(http)
    assert "more than 3 issues" in found.note
    assert "new is not known" in found.note
    assert [group.new for group in found.groups] == [None, None, None]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"level": "error", "isUnhandled": False}, {"kind": TroubleKind.NON_FATAL}),
        ({"metadata": {"type": "ApplicationNotResponding"}}, {"kind": TroubleKind.ANR}),
        ({"title": "App Hanging: main thread"}, {"kind": TroubleKind.HANG}),
        ({"filtered": None}, {"reports": 9000, "users": 8000}),
        ({"culprit": None}, {"location": ""}),
        ({"title": "\x1b[31mred\u202e"}, {"title": "·[31mred·"}),
        ({"permalink": "https://sentry.io.evil.example/1"}, {"link": ""}),
        ({"permalink": "javascript:alert(1)"}, {"link": ""}),
    ],
)
async def test_what_sentry_writes_is_made_plain(canned, http, told, expected):
    canned.pages = {"all": [[issue(7, **told)]]}
    found = await look(http)
    (group,) = found.groups
    assert {name: getattr(group, name) for name in expected} == expected
    assert ("Counts are of all releases" in found.note) is ("filtered" in told)


async def test_a_self_hosted_sentry_links_to_itself(canned, http):
    canned.pages = {"all": [[issue(7, permalink="https://sentry.acme.example/issues/7/")]]}
    (group,) = (await look(http, region=None, base_url="https://sentry.acme.example")).groups
    assert group.link == "https://sentry.acme.example/issues/7/"


async def test_a_phase_older_than_ninety_days_is_cut(canned, http):
    await investigator(http).investigate(ANDROID, NOW - 400 * DAY)
    assert canned.queries()[0]["start"] == written(NOW - 90 * DAY)


async def test_there_is_no_text_and_no_project_of_other_platforms(http):
    with pytest.raises(Misconfigured, match="traces are behind the issue's link"):
        await investigator(http).log(ANDROID, "77")
    with pytest.raises(Misconfigured, match="no project of android"):
        await investigator(http, apps={"ios": {"project": "x", "package": "y"}}).investigate(ANDROID, SINCE)
