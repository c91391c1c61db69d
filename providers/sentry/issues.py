"""Sentry's issues as groups of trouble, made plain (stores.md 7)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC
from typing import Any
from urllib.parse import urlsplit

from providers.moments import iso_moment
from rollout_tui.domain.investigation import TroubleGroup, TroubleKind
from rollout_tui.domain.words import plain_text

_TEXT, _NAME = 200, 80
_HANGS = ("applicationnotresponding", "anr")
_STALLS = ("apphang", "app hang", "watchdogtermination")


def group(document: Mapping[str, Any], build: str, new: Collection[str] | None, host: str) -> TroubleGroup:
    """One issue. `new` are the ids of those that this release brought, None where that is not known.

    Counts are those that match the search, of this release, where Sentry gives them.
    """
    number = _text(document, "id", _NAME)
    filtered = document.get("filtered")
    counts: Mapping[str, Any] = filtered if isinstance(filtered, dict) else document
    title = _text(document, "title", _TEXT)
    brought = None if new is None else number in new
    return TroubleGroup(
        id=_text(document, "shortId", _NAME) or number,
        kind=_kind(document, title),
        title=title or "an issue without a name",
        location=_text(document, "culprit", _TEXT),
        reports=_count(counts.get("count")),
        users=_count(counts.get("userCount")),
        first_build=build if brought else "",
        new=brought,
        regressed=document.get("substatus") == "regressed" if "substatus" in document else None,
        first_seen=iso_moment(document.get("firstSeen"), UTC),
        last_seen=iso_moment(counts.get("lastSeen"), UTC),
        link=_link(document.get("permalink"), host),
    )


def counts_of_release(documents: Collection[Mapping[str, Any]]) -> bool:
    """Whether the counts are of the release alone."""
    return all(isinstance(document.get("filtered"), dict) for document in documents)


def _kind(document: Mapping[str, Any], title: str) -> TroubleKind:
    metadata = document.get("metadata")
    named = f"{metadata.get('type') if isinstance(metadata, dict) else ''} {title}".casefold()
    if any(word in named.split() or named.startswith(word) for word in _HANGS):
        return TroubleKind.ANR
    if any(word in named for word in _STALLS):
        return TroubleKind.HANG
    ended = document.get("isUnhandled") is True or document.get("level") == "fatal"
    return TroubleKind.CRASH if ended else TroubleKind.NON_FATAL


def _text(document: Mapping[str, Any], key: str, most: int) -> str:
    value = document.get(key)
    return plain_text(value, most) if isinstance(value, str) else ""


def _count(value: object) -> int | None:
    """A count, which Sentry writes as a text in one place and as a number in another."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _link(value: object, host: str) -> str:
    """An address of this Sentry, nothing else: a person may follow it."""
    text = plain_text(value, 500) if isinstance(value, str) else ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    name = parts.hostname or ""
    own = name == host or (host.endswith(".sentry.io") and name.endswith(".sentry.io"))
    return text if parts.scheme in ("https", "http") and own else ""
