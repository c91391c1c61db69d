"""Which issues a question to GitHub means, and on which page of the answer they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rollout_tui.rehearsal.stores.github_shapes import Issue

if TYPE_CHECKING:
    from starlette.requests import Request

_MOST = 100
_USUAL = 30
_STATES = {"open": ("open",), "closed": ("closed",), "all": ("open", "closed")}
_SORTS = {"created": lambda issue: issue.created, "updated": lambda issue: issue.updated}


class GitHubError(Exception):
    """An error in GitHub's shape."""

    def __init__(self, status: int, message: str, errors: Sequence[Mapping[str, str]] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {
            "message": message,
            "documentation_url": "https://docs.github.com/rest",
            "status": str(status),
        }
        if errors:
            self.body["errors"] = list(errors)


@dataclass(frozen=True, slots=True)
class Part:
    """The items of page `n` of `last` pages."""

    items: list[Any]
    n: int
    last: int


def asked(query: Mapping[str, str], issues: Sequence[Issue], milestones: Sequence[str]) -> list[Issue]:
    """The issues that are meant, in their order. Raises GitHubError 422 for a value that GitHub does not know."""
    states = _STATES.get(query.get("state", "open"))
    key = _SORTS.get(query.get("sort", "created"))
    newest_first = {"desc": True, "asc": False}.get(query.get("direction", "desc"))
    if states is None or key is None or newest_first is None:
        field = "state" if states is None else "sort" if key is None else "direction"
        raise _invalid(field, query[field])
    labels = {label.strip().casefold() for label in query.get("labels", "").split(",") if label.strip()}
    wanted = _milestones(query.get("milestone"), milestones)
    since = _time(query["since"]) if "since" in query else float("-inf")
    found = [
        issue
        for issue in issues
        if issue.state in states
        and labels <= {label.casefold() for label in issue.labels}
        and (wanted is None or issue.milestone in wanted)
        and issue.updated >= since
    ]
    return sorted(found, key=key, reverse=newest_first)


def part(query: Mapping[str, str], items: Sequence[Any]) -> Part:
    """The page that was asked for; as at GitHub, numbers that are none mean the usual, and no page is too large."""
    size = min(_number(query.get("per_page"), _USUAL), _MOST)
    n = _number(query.get("page"), 1)
    return Part(list(items[(n - 1) * size : n * size]), n, max(1, -(-len(items) // size)))


def links(request: Request, page: Part) -> dict[str, str]:
    """The `Link` header: where the pages around this one are; none where there is one page only."""
    near = {"prev": page.n - 1, "next": page.n + 1, "last": page.last, "first": 1}
    if page.n <= 1:
        del near["prev"], near["first"]
    if page.n >= page.last:
        del near["next"], near["last"]
    said = [f'<{request.url.include_query_params(page=n)}>; rel="{rel}"' for rel, n in near.items()]
    return {"Link": ", ".join(said)} if said else {}


def _milestones(wanted: str | None, known: Sequence[str]) -> set[str | None] | None:
    """The titles that are meant; None: any, or none."""
    if wanted is None:
        return None
    if wanted in ("*", "none"):
        return set(known) if wanted == "*" else {None}
    if not wanted.isdecimal() or not 1 <= int(wanted) <= len(known):
        raise _invalid("milestone", wanted)
    return {known[int(wanted) - 1]}


def _number(text: str | None, usual: int) -> int:
    return int(text) if text is not None and text.isdecimal() and int(text) > 0 else usual


def _time(text: str) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError as error:
        raise _invalid("since", text) from error


def _invalid(field: str, value: str) -> GitHubError:
    errors = [{"value": value, "resource": "Issue", "field": field, "code": "invalid"}]
    return GitHubError(422, "Validation Failed", errors)
