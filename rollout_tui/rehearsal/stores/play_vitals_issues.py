"""Groups of errors of the simulated users: the usual ones that every build has, and one that came with a bad build."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from rollout_tui.rehearsal.scenarios import PACKAGE
from rollout_tui.rehearsal.stores.play_bodies import Document
from rollout_tui.rehearsal.stores.play_vitals import Span, VitalsBook, users_of
from rollout_tui.rehearsal.stores.play_vitals_bodies import HOUR, Filter, begin, refused

ISSUE_FIELDS = frozenset({"versionCode", "errorIssueType", "apiLevel", "isUserPerceived"})
REPORT_FIELDS = ISSUE_FIELDS | {"errorIssueId", "errorReportId"}
_TYPES = {"CRASH": "CRASH", "ANR": "APPLICATION_NOT_RESPONDING", "NON_FATAL": "NON_FATAL"}
_ORDERS = frozenset({"errorReportCount", "distinctUsers"})
"""Both give the same order here: users follow reports."""
_USUAL_CRASHES = 0.0014
"""Crashes a session that any build has: what lies clearly above them came with this one."""
_LOOKED_BACK = 72


@dataclass(frozen=True, slots=True)
class Cause:
    """Why apps end: `share` of the usual crashes, the first version that did so (empty: this build), a trace."""

    id: str
    cause: str
    location: str
    share: float
    since: str
    trace: str
    kind: str = "CRASH"

    @property
    def report(self) -> str:
        """The id of its sample report."""
        return f"r{self.id}"


_NATIVE = """*** *** *** *** *** *** *** *** *** *** *** *** *** *** *** ***
pid: 0, tid: 0 >>> {package} <<<

backtrace:
  #00  pc 0x0000000000041a44  libconnect.so (ReconnectTimer::fire(Session*)+0x44)
  #01  pc 0x000000000003f2b0  libconnect.so (TimerWheel::advance()+0x1b0)
  #02  pc 0x000000000003d09c  libconnect.so (EventLoop::run_once()+0x9c)
  #03  pc 0x00000000000c1a40  libc.so (__pthread_start(void*)+0x40)
  signal 11 (SIGSEGV), code 1 (SEGV_MAPERR), fault addr 0x18
"""
_ABORT = """backtrace:
  #00  pc 0x00000000000a1b2c  libc.so (abort+0xac)
  #01  pc 0x00000000001c04d8  libcrypto.so (OPENSSL_die+0x28)
  #02  pc 0x000000000007713c  libconnect.so (Tunnel::rekey()+0x8c)
  signal 6 (SIGABRT), code -1 (SI_QUEUE)
"""
_START = """Exception java.lang.IllegalStateException: Not allowed to start service Intent
  at com.acme.connect.TunnelService.onStart (TunnelService.kt:118)
  at android.app.ActivityThread.handleServiceArgs (ActivityThread.java:4869)
"""
_PROBE = """Exception java.lang.NullPointerException: response must not be null
  at com.acme.connect.CaptivePortal.probe (CaptivePortal.kt:64)
  at com.acme.connect.NetworkWatcher.onAvailable (NetworkWatcher.kt:41)
"""
_WIDGET = """Exception java.lang.ClassCastException: android.os.BundleStub cannot be cast to WidgetState
  at com.acme.connect.WidgetProvider.update (WidgetProvider.kt:77)
"""
_INPUT = """Input dispatching timed out (com.acme.connect/.MainActivity is not responding. Waited 5001ms)
  at java.util.concurrent.locks.LockSupport.park (LockSupport.java:211)
  at com.acme.connect.MainActivity.onResume (MainActivity.kt:92)
"""
_NEW = Cause("7c41e0f2", "SIGSEGV", "ReconnectTimer.fire", 0.0, "", _NATIVE)
_USUAL = (
    Cause("1b9a55d0", "java.lang.IllegalStateException", "TunnelService.onStart", 0.40, "4099", _START),
    Cause("2f07c3aa", "SIGABRT", "libcrypto.so", 0.28, "4099", _ABORT),
    Cause("35d1e871", "java.lang.NullPointerException", "CaptivePortal.probe", 0.24, "4130", _PROBE),
    Cause("4ac0b916", "java.lang.ClassCastException", "WidgetProvider.update", 0.08, "", _WIDGET),
)
_HANG = Cause(
    "5e22f4b7", "Input dispatching timed out", "MainActivity", 1.0, "4120", _INPUT, "APPLICATION_NOT_RESPONDING"
)
CAUSES = {cause.id: cause for cause in (_NEW, *_USUAL, _HANG)}


@dataclass(frozen=True, slots=True)
class Issue:
    """A cause with what it came to in an interval."""

    cause: Cause
    build: str
    reports: int
    first: str
    last_at: float


class IssueBook:
    """One app's groups of errors. `old` is the build that served before: what came with the other is new."""

    def __init__(self, vitals: VitalsBook, old: str) -> None:
        self._vitals = vitals
        self._old = old

    def issues(self, start: float, end: float, only: Filter) -> list[Issue]:
        """The groups between two times that a filter lets through, one for each cause."""
        kinds = {_TYPES.get(kind, "") for kind in only.get("errorIssueType", _TYPES)}
        found: dict[str, Issue] = {}
        for build in self._vitals.wanted(only.get("versionCode")):
            for issue in self._of_build(build, start, end):
                if issue.cause.kind in kinds:
                    found[issue.cause.id] = _both(found.get(issue.cause.id), issue)
        return list(found.values())

    def _of_build(self, build: str, start: float, end: float) -> Iterator[Issue]:
        span = self._vitals.span((build,), "HOURLY", start, end)
        last_at = self._last_crash(build, end)
        for cause, reports in self._counts(build, span):
            yield Issue(cause, build, reports, cause.since or build, last_at)

    def _counts(self, build: str, span: Span) -> Iterator[tuple[Cause, int]]:
        usual = span.sessions * _USUAL_CRASHES
        above = span.crashed - usual
        new = round(above) if build != self._old and above > max(0.3 * span.crashed, 5 + 3 * math.sqrt(usual)) else 0
        causes = _USUAL if build != self._old else _USUAL[:-1]
        counted = [(_NEW, new), *_dealt(round(span.crashed) - new, causes)]
        counted.append((_HANG, round(span.users * span.share("anrRate"))))
        return ((cause, reports) for cause, reports in counted if reports > 0)

    def _last_crash(self, build: str, end: float) -> float:
        """The start of the hour in which the build crashed last."""
        hour = begin(end - 1, "HOURLY")
        for back in range(_LOOKED_BACK):
            start = hour - back * HOUR
            if self._vitals.span((build,), "HOURLY", start, min(end, start + HOUR)).crashed:
                return start
        return hour


def ordered(issues: Sequence[Issue], order: str) -> list[Issue]:
    """The issues as `orderBy` wants them; the most reports first where it wants nothing. Raises PlayError 400."""
    field, _, way = (order or "errorReportCount desc").partition(" ")
    if field not in _ORDERS or way not in ("", "asc", "desc"):
        raise refused(f"Unsupported order_by: {order}.")
    return sorted(issues, key=lambda issue: (issue.reports, issue.cause.id), reverse=way == "desc")


def issue_document(issue: Issue, samples: int) -> Document:
    """A group as Google writes it."""
    cause = issue.cause
    document: Document = {
        "name": f"apps/{PACKAGE}/{cause.id}",
        "type": cause.kind,
        "cause": cause.cause,
        "location": cause.location,
        "errorReportCount": str(issue.reports),
        "distinctUsers": str(users_of(issue.reports)),
        "lastErrorReportTime": _stamp(issue.last_at),
        "issueUri": f"https://play.google.com/console/developers/app/{PACKAGE}/vitals/crashes/{cause.id}/details",
        "firstOsVersion": {"apiLevel": "28"},
        "lastOsVersion": {"apiLevel": "35"},
        "firstAppVersion": {"versionCode": issue.first},
        "lastAppVersion": {"versionCode": issue.build},
    }
    return {**document, "sampleErrorReports": [f"apps/{PACKAGE}/{cause.report}"]} if samples else document


def report_document(issue: Issue) -> Document:
    """A group's sample report as Google writes it."""
    return {
        "name": f"apps/{PACKAGE}/{issue.cause.report}",
        "type": issue.cause.kind,
        "reportText": issue.cause.trace.format(package=PACKAGE),
        "issue": f"apps/{PACKAGE}/{issue.cause.id}",
        "eventTime": _stamp(issue.last_at),
        "deviceModel": {
            "marketingName": "Google Pixel 9",
            "deviceId": {"buildBrand": "google", "buildDevice": "tokay"},
        },
        "osVersion": {"apiLevel": "35"},
        "appVersion": {"versionCode": issue.build},
    }


def is_asked_for(issue: Issue, only: Filter) -> bool:
    """Whether a search for reports speaks of this group's."""
    wanted: Mapping[str, str] = {"errorIssueId": issue.cause.id, "errorReportId": issue.cause.report}
    return all(value in only.get(field, {value}) for field, value in wanted.items())


def _dealt(crashes: int, causes: Sequence[Cause]) -> list[tuple[Cause, int]]:
    """The usual crashes by cause; what rounding leaves goes to the first."""
    counts = [math.floor(crashes * cause.share) for cause in causes]
    counts[0] += crashes - sum(counts)
    return list(zip(causes, counts, strict=True))


def _both(known: Issue | None, issue: Issue) -> Issue:
    """A cause over several builds: the first that had it, the newest that has it."""
    if known is None:
        return issue
    first, newest = min(known.first, issue.first, key=int), max(known.build, issue.build, key=int)
    return Issue(issue.cause, newest, known.reports + issue.reports, first, max(known.last_at, issue.last_at))


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
