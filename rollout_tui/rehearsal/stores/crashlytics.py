"""Firebase Crashlytics of the simulated users: the reports on versions and issues, and sample events (stores.md 6).

Which report fills which field Google does not document; here versions have counts and percentages, issues have counts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from rollout_tui.rehearsal.stores.play_bodies import Document
from rollout_tui.rehearsal.stores.play_vitals import users_of
from rollout_tui.rehearsal.stores.play_vitals_issues import CAUSES, Issue
from rollout_tui.rehearsal.stores.sentry import Project, SentryBook
from rollout_tui.rehearsal.stores.sentry_shapes import named_on

FIREBASE_PROJECT = "1234567890"
_HOUR = 3600.0
_GRAINS = {"TIME_GRANULARITY_HOUR": _HOUR, "TIME_GRANULARITY_DAY": 24 * _HOUR}
_TYPES = {"CRASH": "FATAL", "APPLICATION_NOT_RESPONDING": "ANR", "NON_FATAL": "NON_FATAL"}
_SESSIONS_EACH = 2.2
_CAME_BACK = "35d1e871"


def app_id(platform: str) -> str:
    """The Firebase id of a platform's app."""
    return f"1:{FIREBASE_PROJECT}:{platform}:{'0a1b2c3d4e5f' if platform == 'android' else '4e5f6a7b8c9d'}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is asked: times epoch seconds UTC, versions as displayed (none: all), kinds (none: all)."""

    start: float
    end: float
    granularity: str
    versions: Collection[str]
    kinds: Collection[str]

    def spans(self) -> Iterator[tuple[float, float]]:
        """The intervals that are measured."""
        grain = _GRAINS.get(self.granularity, self.end - self.start)
        start = self.start
        while start < self.end:
            yield start, min(start + grain, self.end)
            start += grain


class CrashlyticsBook:
    """The apps of one Firebase project, the same as Sentry's. `now` is the rehearsal's clock."""

    def __init__(self, sentry: SentryBook, now: Callable[[], float]) -> None:
        self._sentry = sentry
        self.apps = {app_id(project.crowd.platform): project for project in sentry.projects}
        self.now = now

    def versions(self, app: str, asked: Asked) -> list[Document]:
        """The report on versions, most events first: a group each."""
        project = self.apps[app]
        project.crowd.advance(self.now())
        found = []
        for build in project.releases().values():
            version = _version(project, build)
            wanted = not asked.versions or version["displayName"] in asked.versions
            if wanted and project.crowd.first_seen(build) is not None:
                metrics = [self._measured(project, build, start, end, asked) for start, end in asked.spans()]
                found.append({"version": version, "metrics": metrics})
        return found

    def issues(self, app: str, asked: Asked) -> list[Document]:
        """The report on issues, most events first."""
        project = self.apps[app]
        found = [
            issue
            for name, build in project.releases().items()
            if not asked.versions or _version(project, build)["displayName"] in asked.versions
            for issue in self._sentry.issues(project, name, asked.start, asked.end)
            if not asked.kinds or _TYPES[issue.cause.kind] in asked.kinds
        ]
        return [_issue_group(app, project, each, asked) for each in sorted(found, key=lambda each: -each.reports)]

    def event(self, app: str, name: str) -> Document | None:
        """A sample event; None for one that there is not."""
        cause = CAUSES.get(name)
        if cause is None:
            return None
        kind, place = named_on(self.apps[app].crowd.platform, cause)
        frame = {"symbol": place, "file": f"{place.partition('.')[0]}.kt", "line": "118", "blamed": True}
        thrown = {"type": kind, "title": place, "subtitle": kind, "frames": [frame]}
        return {"name": _event_name(app, name), "eventId": name, "exceptions": [thrown]}

    def _measured(self, project: Project, build: str, start: float, end: float, asked: Asked) -> Document:
        total, crashed = self._sentry.counts([(project, build)], start, end)
        fatal = not asked.kinds or "FATAL" in asked.kinds
        bad = crashed if fatal else 0
        users, hit = round(total / _SESSIONS_EACH), min(users_of(bad), round(total / _SESSIONS_EACH))
        document: Document = {
            **_interval(start, end),
            "eventsCount": str(bad),
            "totalSessionsCount": str(total),
            "impactedSessionsCount": str(bad),
            "totalUsersCount": str(users),
            "impactedUsersCount": str(hit),
        }
        if total:
            document["crashFreeSessionsPercentage"] = 100 * (total - bad) / total
        if users:
            document["crashFreeUsersPercentage"] = 100 * (users - hit) / users
        return document


def _issue_group(app: str, project: Project, issue: Issue, asked: Asked) -> Document:
    kind, place = named_on(project.crowd.platform, issue.cause)
    first = project.versions.get(issue.first, "4.0.0")
    fresh = issue.first == issue.build
    signals = [{"signal": "SIGNAL_FRESH"}] if fresh else []
    if issue.cause.id == _CAME_BACK:
        signals.append({"signal": "SIGNAL_REGRESSED"})
    described = {
        "id": issue.cause.id,
        "name": f"projects/{FIREBASE_PROJECT}/apps/{app}/issues/{issue.cause.id}",
        "title": place,
        "subtitle": kind,
        "errorType": _TYPES[issue.cause.kind],
        "firstSeenVersion": first,
        "lastSeenVersion": project.versions[issue.build],
        "lastSeenTime": stamp(issue.last_at),
        "state": "OPEN",
        "signals": signals,
        "sampleEvent": _event_name(app, issue.cause.id),
        "uri": f"https://console.firebase.google.com/project/acme-rehearsal/crashlytics/app/{issue.cause.id}",
    }
    counts = {"eventsCount": str(issue.reports), "impactedUsersCount": str(users_of(issue.reports))}
    return {"issue": described, "metrics": [{**_interval(asked.start, asked.end), **counts}]}


def _version(project: Project, build: str) -> Document:
    version = project.versions[build]
    return {"displayVersion": version, "buildVersion": build, "displayName": f"{version} ({build})"}


def _event_name(app: str, event: str) -> str:
    return f"projects/{FIREBASE_PROJECT}/apps/{app}/events/{event}"


def _interval(start: float, end: float) -> Mapping[str, str]:
    return {"startTime": stamp(start), "endTime": stamp(end)}


def stamp(at: float) -> str:
    """A moment as Google writes it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
