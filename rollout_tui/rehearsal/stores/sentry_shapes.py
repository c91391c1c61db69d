"""Issues and releases in Sentry's shape, as far as its document asks for it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from rollout_tui.rehearsal.stores.play_vitals import users_of
from rollout_tui.rehearsal.stores.play_vitals_issues import Cause, Issue

Document = dict[str, Any]
_HOUR = 3600.0
_CAME_BACK = "35d1e871"
"""A cause that was mended once."""
_ON_IOS = {
    "1b9a55d0": ("NSInternalInconsistencyException", "TunnelProvider.start"),
    "2f07c3aa": ("EXC_BREAKPOINT", "libcrypto"),
    "35d1e871": ("EXC_BAD_ACCESS", "CaptivePortal.probe"),
    "4ac0b916": ("NSInvalidArgumentException", "WidgetProvider.update"),
    "5e22f4b7": ("AppHang", "MainView"),
}


def stamp(at: float) -> str:
    """A moment as Sentry writes it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def named_on(platform: str, cause: Cause) -> tuple[str, str]:
    """What a cause is called on a platform, and where it is."""
    usual = (cause.cause, cause.location)
    return usual if platform == "android" else _ON_IOS.get(cause.id, usual)


def issue_document(issue: Issue, project: Document, root: str, start: float) -> Document:
    """A group of errors as an issue. What it counts before `start` is made up: older releases had it too."""
    cause = issue.cause
    android = project["platform"] == "android"
    name, place = named_on(project["platform"], cause)
    hung = cause.kind != "CRASH"
    number = str(int(cause.id, 16) % 1_000_000)
    last, first = stamp(issue.last_at), stamp(start if issue.first == issue.build else start - 90 * 24 * _HOUR)
    ever = 1 if issue.first == issue.build else 9
    users = users_of(issue.reports)
    return {
        "id": number,
        "shareId": None,
        "shortId": f"CONNECT-{cause.id[:3].upper()}",
        "title": f"{'ApplicationNotResponding: ' if hung and android else ''}{name}: {place}",
        "culprit": place,
        "permalink": f"{root}/issues/{number}/",
        "logger": None,
        "level": "error" if hung else "fatal",
        "status": "unresolved",
        "statusDetails": {},
        "substatus": "new" if ever == 1 else "regressed" if cause.id == _CAME_BACK else "ongoing",
        "isPublic": False,
        "platform": "native" if place.startswith("Reconnect") else project["platform"],
        "priority": "high",
        "priorityLockedAt": None,
        "seerFixabilityScore": None,
        "seerAutofixLastTriggered": None,
        "seerExplorerAutofixLastTriggered": None,
        "project": {key: project[key] for key in ("name", "slug", "platform")} | {"id": str(project["id"])},
        "type": "error",
        "issueType": "error",
        "issueCategory": "error",
        "metadata": {"type": name, "function": place},
        "numComments": 0,
        "assignedTo": None,
        "isBookmarked": False,
        "isSubscribed": False,
        "subscriptionDetails": None,
        "hasSeen": False,
        "annotations": [],
        "isUnhandled": not hung,
        "count": str(issue.reports * ever),
        "userCount": users * ever,
        "firstSeen": first,
        "lastSeen": last,
        "stats": {},
        "lifetime": {},
        "filtered": {
            "count": str(issue.reports),
            "userCount": users,
            "firstSeen": stamp(start),
            "lastSeen": last,
            "stats": {},
        },
        "sessionCount": 0,
        "inbox": {"reason": 0, "reason_details": None, "date_added": first},
        "owners": {"type": "ownershipRule", "owner": "team:connect", "date_added": first},
        "integrationIssues": [],
        "sentryAppIssues": [],
        "latestEventHasAttachments": False,
        "matchingEventId": None,
        "matchingEventEnvironment": None,
        "derivedData": _NOTHING_DERIVED,
    }


def release_document(name: str, projects: list[Document]) -> Document:
    """A release with its projects."""
    package, _, version = name.partition("@")
    return {
        "id": 1,
        "version": name,
        "shortVersion": version,
        "versionInfo": {"buildHash": None, "package": package, "version": {"raw": version}},
        "status": "open",
        "newGroups": 0,
        "data": {},
        "commitCount": 0,
        "deployCount": 0,
        "authors": [],
        "projects": projects,
    }


def project_document(number: int, slug: str, platform: str) -> Document:
    """A project inside a release."""
    known = {"id": number, "slug": slug, "name": slug, "platform": platform, "platforms": [platform]}
    return {**known, "newGroups": 0, "hasHealthData": True}


_NOTHING_DERIVED = {
    "blocker": "",
    "hasOpenFixPr": False,
    "hasRootCause": False,
    "isAssigned": False,
    "lastCompletedAutofixStep": "",
    "lastProgressedAt": None,
    "progress": "",
    "status": "",
    "viewCount": 0,
}
