"""A second person's yes on the release's pull request, from people whose role in the repository is a maintainer's.

An approving review counts for the head that it was given for, and until the same person takes it back. A comment counts
as it was written: others may edit it later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from providers import wire
from providers.github.api import WHO, GitHubApi
from providers.moments import from_iso, iso
from rollout_tui.domain.requests import Approval
from rollout_tui.ports import Unreachable

_COMMAND = re.compile(r"^[ \t]*/approve[ \t]+([0-9A-Za-z]{6})[ \t]*\r?$", re.MULTILINE)
_OPINIONS = frozenset({"APPROVED", "CHANGES_REQUESTED", "DISMISSED"})
"""States of reviews that replace what the same person said before; a comment does not."""
_MAINTAINS = frozenset({"admin", "maintain"})


@dataclass(frozen=True, slots=True)
class Pull:
    """The pull request of a release."""

    number: int
    head: str


async def approvals(api: GitHubApi, branch: str, since: float) -> list[Approval]:
    """Every yes since then (epoch seconds) on the one open pull request from that branch. Raises ProviderError."""
    query = {"state": "open", "head": f"{api.owner}:{branch}", "per_page": "100"}
    pulls = await api.pages(f"{api.repository}/pulls", query)
    try:
        # GitHub ignores a head that it does not understand, and lists all: the branch is compared here.
        mine = [_pull(item) for item in pulls if item["head"]["ref"] == branch]
        if len(mine) != 1:
            return []
        pull = mine[0]
        found = await _said(api, pull, since)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Unreachable(f"{WHO} answered with something that is no pull request, review or comment") from None
    roles = {login: await _maintains(api, login) for login in {approval.login for approval in found}}
    return [approval for approval in found if roles[approval.login]]


async def _said(api: GitHubApi, pull: Pull, since: float) -> list[Approval]:
    reviews = await api.pages(f"{api.repository}/pulls/{pull.number}/reviews", {"per_page": "100"})
    asked = {"per_page": "100", "since": iso(since)}
    comments = await api.pages(f"{api.repository}/issues/{pull.number}/comments", asked)
    said = [*_reviews(reviews, pull), *_comments(comments, pull)]
    return [approval for approval in said if approval.at >= since]


def _reviews(items: Iterable[Any], pull: Pull) -> Iterator[Approval]:
    """The newest opinion of each person, where it is a yes to what the pull request holds now."""
    newest = {item["user"]["login"]: item for item in items if item["user"] and item["state"] in _OPINIONS}
    for login, item in newest.items():
        if item["state"] == "APPROVED" and item["commit_id"] == pull.head:
            named = _COMMAND.findall(item["body"] or "")
            how = f"approving review of #{pull.number} on {WHO}"
            yield from (Approval(login, from_iso(item["submitted_at"]), how, name) for name in named or [None])


def _comments(items: Iterable[Any], pull: Pull) -> Iterator[Approval]:
    for item in items:
        if item["user"] and item["updated_at"] == item["created_at"]:
            for name in _COMMAND.findall(item["body"] or ""):
                how = f"comment on #{pull.number} on {WHO}"
                yield Approval(item["user"]["login"], from_iso(item["created_at"]), how, name)


async def _maintains(api: GitHubApi, login: str) -> bool:
    """Whether that person may decide about the repository. Whoever is no collaborator may not."""
    answer: wire.Json = await api.one(f"{api.repository}/collaborators/{quote(login, safe='')}/permission")
    if not isinstance(answer, dict):
        return False
    return answer.get("permission") == "admin" or answer.get("role_name") in _MAINTAINS


def _pull(item: Any) -> Pull:
    return Pull(int(item["number"]), str(item["head"]["sha"]))
