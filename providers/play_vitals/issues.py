"""Groups of errors as the Reporting API tells them, made plain (stores.md 3: ErrorIssue)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from providers.google_account.links import link
from providers.moments import iso_moment
from rollout_tui.domain.investigation import TroubleGroup, TroubleKind
from rollout_tui.domain.words import plain_text

_KINDS = {
    "CRASH": TroubleKind.CRASH,
    "APPLICATION_NOT_RESPONDING": TroubleKind.ANR,
    "NON_FATAL": TroubleKind.NON_FATAL,
}
_TEXT, _NAME = 200, 80
_MOST = 2**63


def group(document: Mapping[str, Any], build: str) -> TroubleGroup:
    """One group, of which the counts are about `build` alone. A kind that nobody knows is shown as a crash."""
    cause, location = _text(document, "cause", _TEXT), _text(document, "location", _TEXT)
    first = _code(document.get("firstAppVersion"))
    kind = _text(document, "type", _NAME)
    named = "  ".join(part for part in (location, cause) if part)
    return TroubleGroup(
        id=_last(document.get("name")),
        kind=_KINDS.get(kind, TroubleKind.CRASH),
        title=named or f"{kind or 'an error'} without a name",
        location=location,
        reports=_count(document.get("errorReportCount")),
        users=_count(document.get("distinctUsers")),
        first_build=first,
        new=None if not first else first == build,
        last_seen=iso_moment(document.get("lastErrorReportTime")),
        link=link(document.get("issueUri")),
        log=_sample(document.get("sampleErrorReports")),
        hit=_systems(document),
    )


def _systems(document: Mapping[str, Any]) -> str:
    """The oldest and the newest Android on which it happened."""
    levels = [
        plain_text(str(version["apiLevel"]), _NAME)
        for version in (document.get("firstOsVersion"), document.get("lastOsVersion"))
        if isinstance(version, Mapping) and isinstance(version.get("apiLevel"), str | int)
    ]
    return f"Android API {' to '.join(dict.fromkeys(levels))}" if levels else ""


def _sample(listed: object) -> str:
    return _last(listed[0]) if isinstance(listed, list) and listed else ""


def _last(name: object) -> str:
    """The last part of a resource's name: `apps/com.acme/errorIssues/1f` is 1f."""
    return plain_text(name.rpartition("/")[2], _NAME) if isinstance(name, str) else ""


def _text(document: Mapping[str, Any], key: str, most: int) -> str:
    value = document.get(key)
    return plain_text(value, most) if isinstance(value, str) else ""


def _code(version: object) -> str:
    code = version.get("versionCode") if isinstance(version, Mapping) else None
    return plain_text(str(code), _NAME) if isinstance(code, str | int) else ""


def _count(value: object) -> int | None:
    """An int64, which Google writes as a text."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 and int(text) < _MOST else None
