"""What Sentry refuses before it counts anything: fields, intervals, ranges, searches, projects, pages."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams

FIELDS = frozenset(
    {"sum(session)", "count_unique(user)"}
    | {f"{name}({what})" for name in ("crash_rate", "crash_free_rate") for what in ("session", "user")}
)
GROUPS = ("release", "project", "environment")
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 7 * 86400.0}
_HOUR, _DAY = 3600.0, 86400.0
_MOST = 1000
_TERM = re.compile(r'(\w+):(?:"([^"]*)"|([^\s"]+))')


class SentryError(Exception):
    """An error in Sentry's shape."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.body = {"detail": detail}


@dataclass(frozen=True, slots=True)
class Question:
    """A question about sessions that was let through. Times epoch seconds UTC, whole intervals."""

    start: float
    end: float
    step: float
    fields: Sequence[str]
    groups: Sequence[str]
    query: str
    release: str | None
    projects: Collection[str]
    environments: Collection[str]

    def of(self, slug: str, number: int) -> bool:
        """Whether a project is asked for."""
        return not self.projects or bool({slug, str(number), "-1"} & set(self.projects))

    def of_environment(self, name: str) -> bool:
        """Whether an environment is asked for."""
        return not self.environments or name in self.environments


def read_question(query: QueryParams, known: Collection[str], now: float) -> Question:
    """The question of a query; `known` are the projects. Raises SentryError 400."""
    fields, groups = query.getlist("field"), query.getlist("groupBy")
    if not fields:
        raise SentryError(400, 'Request is missing a "field"')
    for name in fields:
        if name not in FIELDS:
            raise SentryError(400, f'Invalid field: "{name}"')
    for name in groups:
        if name not in GROUPS:
            raise SentryError(400, f'Invalid groupBy: "{name}"')
    step = _step(query.get("interval", "1h"))
    start, end = read_range(query, now)
    # The range is widened to whole intervals, as Sentry does it.
    start, end = math.floor(min(start, now) / step) * step, math.ceil(end / step) * step
    if (end - start) / step > _MOST:
        raise SentryError(
            400,
            "Your interval and date range would create too many results. Use a larger interval, or a smaller date "
            "range.",
        )
    search = query.get("query", "")
    release = read_search(search, {"release"}).get("release")
    projects = read_projects(query, known)
    return Question(start, end, step, fields, groups, search, release, projects, query.getlist("environment"))


def read_projects(query: QueryParams, known: Collection[str]) -> list[str]:
    """The projects of a query. Raises SentryError 400 for one that there is not."""
    projects = query.getlist("project")
    for project in projects:
        if project not in known and project != "-1":
            raise SentryError(400, f"Invalid project slugs or IDs: {project}")
    return projects


def read_search(text: str, keys: Collection[str]) -> dict[str, str]:
    """The terms of a search, by key. Raises SentryError 400 for what is not understood."""
    found: dict[str, str] = {}
    rest = text
    for match in _TERM.finditer(text):
        if match[1] not in keys:
            raise SentryError(400, f"Invalid search key: {match[1]}")
        found[match[1]] = match[2] if match[2] is not None else match[3]
        rest = rest.replace(match[0], "", 1)
    if rest.strip():
        raise SentryError(400, f"Error parsing search query: {text}")
    return found


def read_range(query: QueryParams, now: float) -> tuple[float, float]:
    """From when until when. Raises SentryError 400."""
    if "statsPeriod" in query:
        return now - _period(query["statsPeriod"]), now
    if ("start" in query) is not ("end" in query):
        raise SentryError(400, "start and end are both required")
    if "start" not in query:
        return now - 90 * _DAY, now
    start, end = (_moment(query[name]) for name in ("start", "end"))
    if start >= end:
        raise SentryError(400, "start must be before end")
    return start, end


def read_page(query: QueryParams) -> tuple[int, int]:
    """First item and number of items of the page. Raises SentryError 400."""
    try:
        limit = int(query.get("limit", "100"))
        first = int(query.get("cursor", "0:0:0").split(":")[1])
    except (ValueError, IndexError):
        raise SentryError(400, "Invalid cursor parameter.") from None
    if not 0 < limit <= 100 or first < 0:
        raise SentryError(400, "Invalid limit or cursor parameter.")
    return first, limit


def _step(text: str) -> float:
    step = _period(text)
    if step < _HOUR or step % _HOUR:
        raise SentryError(400, "The interval has to be a multiple of the minimum interval of one hour.")
    if step > _DAY:
        raise SentryError(400, "The interval has to be less than one day.")
    if _DAY % step:
        raise SentryError(400, "The interval should divide one day without a remainder.")
    return step


def _period(text: str) -> float:
    match = re.fullmatch(r"(\d{1,6})([smhdw])", text, re.ASCII)
    if match is None:
        raise SentryError(400, f"Invalid statsPeriod: '{text}'")
    return int(match[1]) * _UNITS[match[2]]


def _moment(text: str) -> float:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise SentryError(400, f"{text} is not a valid ISO8601 date query") from None
    return (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp()
