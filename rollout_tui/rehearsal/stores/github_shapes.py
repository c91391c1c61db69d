"""Issues, labels and milestones in GitHub's shape, as far as its document asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zlib import crc32

from rollout_tui.rehearsal.scenarios import GitHubStart

if TYPE_CHECKING:
    from starlette.requests import Request

_BEGAN = "2026-01-01T00:00:00Z"


@dataclass(slots=True)
class Issue:
    """One issue, or pull request; times are epoch seconds. `reason` is GitHub's for the last change of state."""

    number: int
    title: str
    labels: list[str]
    state: str
    created: float
    updated: float
    milestone: str | None = None
    pull_request: bool = False
    reason: str | None = None


def issue(request: Request, milestones: Sequence[str], start: GitHubStart, found: Issue) -> dict[str, Any]:
    """An issue."""
    base = f"{_base(request)}/repos/{start.repository}"
    url = f"{base}/issues/{found.number}"
    closed = found.state == "closed"
    document: dict[str, Any] = {
        "id": 1_000_000 + found.number,
        "node_id": f"I_{found.number}",
        "url": url,
        "repository_url": base,
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": f"https://github.com/{start.repository}/issues/{found.number}",
        "number": found.number,
        "state": found.state,
        "title": found.title,
        "user": None,
        "labels": [label(request, name) for name in found.labels],
        "assignee": None,
        "assignees": [],
        "milestone": None if found.milestone is None else _milestone(base, milestones, found.milestone),
        "locked": False,
        "comments": 0,
        "closed_at": _time(found.updated) if closed else None,
        "created_at": _time(found.created),
        "updated_at": _time(found.updated),
        "author_association": "MEMBER",
        "body": None,
    }
    if found.reason or closed:
        document["state_reason"] = found.reason or "completed"
    if found.pull_request:
        pull = f"{base}/pulls/{found.number}"
        document["pull_request"] = {"url": pull, "html_url": pull, "diff_url": pull, "patch_url": pull}
    return document


def label(request: Request, name: str) -> dict[str, Any]:
    """A label."""
    return {
        "id": crc32(name.encode()),
        "node_id": f"L_{name}",
        "url": f"{_base(request)}/labels/{name}",
        "name": name,
        "description": None,
        "color": "d73a4a",
        "default": False,
    }


def _milestone(base: str, milestones: Sequence[str], title: str) -> dict[str, Any]:
    number = milestones.index(title) + 1
    url = f"{base}/milestones/{number}"
    return {
        "id": 5_000_000 + number,
        "node_id": f"MI_{number}",
        "url": url,
        "html_url": url,
        "labels_url": f"{url}/labels",
        "number": number,
        "state": "open",
        "title": title,
        "description": None,
        "creator": None,
        "open_issues": 0,
        "closed_issues": 0,
        "created_at": _BEGAN,
        "updated_at": _BEGAN,
        "closed_at": None,
        "due_on": None,
    }


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
