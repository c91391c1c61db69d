"""What Google's reporting front refuses before it looks at any figure: times, zones, filters, names, pages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rollout_tui.rehearsal.stores.play_bodies import Document, PlayError, check_names

LOS_ANGELES = "America/Los_Angeles"
ZONES = {"DAILY": LOS_ANGELES, "HOURLY": "UTC"}
"""The one zone of each period that every metric set knows."""
HOUR = 3600.0
COHORTS = frozenset({"USER_COHORT_UNSPECIFIED", "OS_PUBLIC", "OS_BETA", "APP_TESTERS"})
_MOMENT = frozenset({"year", "month", "day", "hours", "minutes", "seconds", "nanos", "utcOffset", "timeZone"})
_QUERY = frozenset({"timelineSpec", "dimensions", "metrics", "filter", "pageSize", "pageToken", "userCohort"})
_MOST_ROWS, _USUAL_ROWS = 10_000, 1_000
_TERM = re.compile(r'(\w+)\s*=\s*("[^"]*"|[^\s"]+)')
_FLAGS = frozenset({"isUserPerceived"})

Filter = Mapping[str, frozenset[str]]
"""Allowed values by field: any of them, for every field."""


@dataclass(frozen=True, slots=True)
class Question:
    """A query that the front let through. Times epoch seconds UTC."""

    period: str
    start: float
    end: float
    metrics: tuple[str, ...]
    dimensions: frozenset[str]
    only: Filter
    cohort: str


@dataclass(frozen=True, slots=True)
class Known:
    """What a metric set knows: metrics by period, dimensions, and those that every query must name."""

    metrics: Mapping[str, frozenset[str]]
    dimensions: frozenset[str]
    required: frozenset[str] = frozenset()


def refused(message: str) -> PlayError:
    """A 400 in Google's shape."""
    return PlayError(400, "INVALID_ARGUMENT", message)


def read_question(body: Any, known: Known, latest: Mapping[str, float]) -> Question:
    """The question of a body; `latest` is where each period's data ends. Raises PlayError 400."""
    check_names(body, _QUERY)
    body = body or {}
    spec = body.get("timelineSpec") or {}
    check_names(spec, frozenset({"aggregationPeriod", "startTime", "endTime"}))
    period = str(spec.get("aggregationPeriod"))
    if period not in known.metrics:
        raise refused(f"Unsupported aggregation period: {period}.")
    start, end = (_begin(spec.get(name), f"timelineSpec.{name}", period) for name in ("startTime", "endTime"))
    if start >= end:
        raise refused("timeline_spec.start_time must be before timeline_spec.end_time.")
    if end > latest[period]:
        raise refused(f"timeline_spec.end_time must not be after the data's freshness for {period}.")
    metrics = _names(body, "metrics", known.metrics[period], f"for aggregation period {period}")
    dimensions = frozenset(_names(body, "dimensions", known.dimensions, "for this metric set"))
    if not metrics:
        raise refused("At least one metric must be requested.")
    missing = known.required - dimensions
    if missing:
        raise refused(f"Missing required dimension: {', '.join(sorted(missing))}.")
    cohort = body.get("userCohort", "OS_PUBLIC")
    if cohort not in COHORTS:
        raise refused(f"Invalid value at 'user_cohort', {cohort!r}.")
    only = read_filter(body.get("filter", ""), known.dimensions)
    return Question(period, start, end, metrics, dimensions, only, cohort)


def read_filter(text: Any, known: Collection[str]) -> Filter:
    """AIP-160 as far as these services know it: equality, AND over fields, OR within one. Raises PlayError 400."""
    if not isinstance(text, str):
        raise refused("Invalid value at 'filter' (TYPE_STRING).")
    found: dict[str, frozenset[str]] = {}
    for part in re.split(r"\s+AND\s+", text.strip()) if text.strip() else ():
        terms = [_term(term, known) for term in re.split(r"\s+OR\s+", part.strip("() "))]
        fields = {name for name, _ in terms}
        if len(fields) > 1:
            raise refused("OR is only supported between conditions on the same field.")
        (name,) = fields
        values = frozenset(value for _, value in terms)
        found[name] = found[name] & values if name in found else values
    return found


def read_interval(query: Mapping[str, str], now: float) -> tuple[float, float]:
    """The whole hours of UTC that a search is about; the last 24 hours where it names none. Raises PlayError 400."""
    found = {name: _parameters(query, f"interval.{name}.") for name in ("startTime", "endTime")}
    if not any(found.values()):
        return now - 24 * HOUR, now
    start, end = (_begin(document, f"interval.{name}", "HOURLY") for name, document in found.items())
    if start >= end:
        raise refused("interval.start_time must be before interval.end_time.")
    return start, min(end, now)


def page_size(value: Any, usual: int, most: int) -> int:
    """A size of pages: nothing and 0 are the usual one, too many are cut. Raises PlayError 400."""
    try:
        size = int(value or 0)
    except (TypeError, ValueError):
        raise refused(f"Invalid value at 'page_size' (TYPE_INT32), {value!r}.") from None
    if size < 0:
        raise refused("page_size must not be negative.")
    return min(size or usual, most)


def paged(
    found: Sequence[Document], asked: Mapping[str, Any], usual: int, most: int
) -> tuple[list[Document], Document]:
    """One page and, in a document, the token of the next; a token fits no other question. Raises PlayError 400."""
    size = page_size(asked.get("pageSize"), usual, most)
    others = sorted((name, str(value)) for name, value in asked.items() if name not in ("pageToken", "pageSize"))
    seal = hashlib.sha256(repr(others).encode()).hexdigest()[:12]
    first, _, sealed = str(asked.get("pageToken") or f"0-{seal}").partition("-")
    if not first.isdecimal() or sealed != seal:
        raise refused("Invalid page token.")
    until = int(first) + size
    more = {"nextPageToken": f"{until}-{seal}"} if until < len(found) else {}
    return list(found[int(first) : until]), more


def rows_page(rows: Sequence[Document], body: Mapping[str, Any]) -> Document:
    """The answer to a query."""
    shown, more = paged(rows, body, _USUAL_ROWS, _MOST_ROWS)
    return {"rows": shown, **more}


def written(at: float, period: str) -> Document:
    """A moment as Google writes it, in the period's zone."""
    local = datetime.fromtimestamp(at, ZoneInfo(ZONES[period]))
    hours = {"hours": local.hour} if local.hour else {}
    return {"year": local.year, "month": local.month, "day": local.day, **hours, "timeZone": {"id": ZONES[period]}}


def begin(at: float, period: str) -> float:
    """When the period began that holds `at`."""
    local = datetime.fromtimestamp(at, ZoneInfo(ZONES[period])).replace(minute=0, second=0, microsecond=0)
    return (local if period == "HOURLY" else local.replace(hour=0, fold=0)).timestamp()


def periods(start: float, end: float, period: str) -> Iterable[tuple[float, float]]:
    """Begin and end of every period between two begins; a day of Los Angeles can have 23 or 25 hours."""
    while start < end:
        until = start + HOUR if period == "HOURLY" else begin(start + 1.5 * 24 * HOUR, period)
        yield start, until
        start = until


def _begin(document: Any, place: str, period: str) -> float:
    """A begin of a period in its one zone. Raises PlayError 400."""
    if not isinstance(document, Mapping):
        raise refused(f"{place} is required.")
    check_names(dict(document), _MOMENT)
    zone = document.get("timeZone") or {}
    check_names(zone, frozenset({"id", "version"}))
    if "utcOffset" in document or zone.get("id", ZONES[period]) != ZONES[period]:
        told = zone.get("id") or document.get("utcOffset")
        raise refused(f"{place}: unsupported time zone {told}; {period} supports {ZONES[period]} only.")
    parts = [document.get(name, 0) for name in ("year", "month", "day", "hours", "minutes", "seconds", "nanos")]
    if not all(isinstance(part, int) and not isinstance(part, bool) for part in parts):
        raise refused(f"Invalid value at '{place}' (TYPE_INT32).")
    unaligned = parts[4:] if period == "HOURLY" else parts[3:]
    if any(unaligned):
        raise refused(f"{place} must be aligned to the aggregation period {period}.")
    try:
        year, month, day, hours = parts[:4]
        return datetime(year, month, day, hours, tzinfo=ZoneInfo(ZONES[period])).timestamp()
    except (ValueError, OverflowError):
        raise refused(f"{place} is no valid date.") from None


def _parameters(query: Mapping[str, str], prefix: str) -> Document:
    """`interval.startTime.year=2026` and its like as a document. Raises PlayError 400."""
    document: Document = {}
    for name, text in query.items():
        if not name.startswith(prefix):
            continue
        key, _, inner = name.removeprefix(prefix).partition(".")
        if key == "timeZone":
            document.setdefault(key, {})[inner] = text
        elif key == "utcOffset":
            document[key] = text
        elif text.lstrip("-").isdecimal():
            document[key] = int(text)
        else:
            raise refused(f"Invalid value at '{name}' (TYPE_INT32), {text!r}.")
    return document


def _names(body: Mapping[str, Any], field: str, known: Collection[str], where: str) -> tuple[str, ...]:
    listed = body.get(field, [])
    if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
        raise refused(f"Invalid value at '{field}' (TYPE_STRING).")
    for name in listed:
        if name not in known:
            raise refused(f"Unsupported value in {field} {where}: {name}.")
    return tuple(listed)


def _term(text: str, known: Collection[str]) -> tuple[str, str]:
    text = text.strip("() ")
    if text in _FLAGS and text in known:
        return text, "true"
    match = _TERM.fullmatch(text)
    if match is None:
        raise refused(f"Could not parse filter: {text}.")
    if match[1] not in known:
        raise refused(f"Unsupported field in filter: {match[1]}.")
    return match[1], match[2].strip('"')
