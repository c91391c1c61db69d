"""Crashlytics' issues as groups of trouble, and an event's trace as text (stores.md 6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from providers.google_account.calls import Document, count
from providers.google_account.links import link
from providers.moments import iso_moment
from rollout_tui.domain.investigation import TroubleGroup, TroubleKind
from rollout_tui.domain.words import plain_text

_KINDS = {"FATAL": TroubleKind.CRASH, "NON_FATAL": TroubleKind.NON_FATAL, "ANR": TroubleKind.ANR}
_TEXT, _NAME = 200, 80
_FRAMES = 60


def group(document: Document, version: str, build: str) -> TroubleGroup:
    """One group of the report on issues. A kind that nobody knows is shown as a crash.

    Crashlytics names the version that had an issue first, not the build: that of another version is known to be old.
    """
    issue, metrics = _object(document.get("issue")), _first(document.get("metrics"))
    signals = issue.get("signals")
    told = {each.get("signal") for each in signals if isinstance(each, dict)} if isinstance(signals, list) else set()
    first = _text(issue, "firstSeenVersion", _NAME)
    title, subtitle = _text(issue, "title", _TEXT), _text(issue, "subtitle", _TEXT)
    new = True if "SIGNAL_FRESH" in told and first == version else None if not first or first == version else False
    return TroubleGroup(
        id=_text(issue, "id", _NAME),
        kind=_KINDS.get(str(issue.get("errorType")), TroubleKind.CRASH),
        title="  ".join(part for part in (title, subtitle) if part) or "an issue without a name",
        location=title,
        reports=count(metrics.get("eventsCount")),
        users=count(metrics.get("impactedUsersCount")),
        first_build=build if new else first,
        new=new,
        regressed="SIGNAL_REGRESSED" in told if isinstance(signals, list) else None,
        first_seen=iso_moment(issue.get("firstSeenTime")),
        last_seen=iso_moment(issue.get("lastSeenTime")),
        link=link(issue.get("uri")),
        log=_text(issue, "sampleEvent", 400).rpartition("/")[2][:_NAME],
    )


def trace(event: Document) -> str:
    """The exceptions, errors and the blamed thread of an event, as text."""
    lines: list[str] = []
    for name in ("exceptions", "errors", "threads"):
        listed = event.get(name)
        for part in listed if isinstance(listed, list) else ():
            if isinstance(part, dict) and (name != "threads" or part.get("crashed") or part.get("blamed")):
                lines += _part(part)
    return "\n".join(lines)


def _part(part: Mapping[str, Any]) -> Iterator[str]:
    heading = [str(part[key]) for key in ("type", "exceptionMessage", "title", "subtitle", "signal") if part.get(key)]
    yield ": ".join(dict.fromkeys(heading)) or "(no title)"
    frames = part.get("frames")
    for frame in (frames if isinstance(frames, list) else [])[:_FRAMES]:
        if isinstance(frame, dict):
            place = f"{frame.get('file') or frame.get('library') or '?'}:{frame.get('line', '?')}"
            yield f"  at {frame.get('symbol', '?')} ({place})"


def _object(value: object) -> Document:
    return value if isinstance(value, dict) else {}


def _first(value: object) -> Document:
    return _object(value[0]) if isinstance(value, list) and value else {}


def _text(document: Document, key: str, most: int) -> str:
    value = document.get(key)
    return plain_text(value, most) if isinstance(value, str) else ""
