"""Counting open issues: pull requests are no bugs, pages are followed, an incomplete answer is no answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from string import Template
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from providers import wire
from rollout_tui.domain.plan import BugScope, RolloutPlan
from rollout_tui.domain.verdicts import BugCount
from rollout_tui.domain.words import plain_text
from rollout_tui.ports import Clock, Denied, Misconfigured, Unreachable

if TYPE_CHECKING:
    import httpx

    from providers.github import GitHubOptions

_WHO = "GitHub"
_PAGES = 20
_NEXT = re.compile(r'<([^>]+)>\s*;\s*rel="next"')


class GitHubTracker:
    """The issues of one repository."""

    def __init__(self, options: GitHubOptions, http: httpx.AsyncClient, clock: Clock, token: str | None) -> None:
        self._options = options
        self._http = http
        self._clock = clock
        self._headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"

    async def count(self, rollout: RolloutPlan, scope: BugScope, since: float | None) -> BugCount:
        """Open issues of that scope for this version; NEW are those opened, or reopened, since that time.

        Raises Unreachable, Denied, Misconfigured.
        """
        options = self._options
        mark = options.blocking_label if scope is BugScope.BLOCKING else options.critical_label
        labels = [mark]
        if options.version_label is not None:
            labels.append(Template(options.version_label).safe_substitute(version=rollout.version))
        query = {"labels": ",".join(labels), "state": "open", "per_page": "100"}
        if options.milestone is not None:
            query["milestone"] = options.milestone
        issues = [issue for issue in await self._issues(query) if "pull_request" not in issue]
        if scope is BugScope.NEW and since is not None:
            issues = [issue for issue in issues if _is_new(issue, since)]
        issues.sort(key=lambda issue: str(issue.get("created_at", "")), reverse=True)
        newest = tuple(f"#{issue.get('number')} {plain_text(str(issue.get('title', '')), 100)}" for issue in issues[:3])
        return BugCount(len(issues), self._clock.now(), _WHO, newest)

    async def close(self) -> None:
        """Nothing is held."""

    async def _issues(self, query: Mapping[str, str]) -> list[dict[str, Any]]:
        owner, _, name = self._options.repository.partition("/")
        base = self._options.base_url.rstrip("/")
        url: str | None = f"{base}/repos/{quote(owner)}/{quote(name)}/issues"
        parameters: Mapping[str, str] | None = query
        found: list[dict[str, Any]] = []
        for _ in range(_PAGES):
            if url is None:
                return found
            answer = await wire.get(self._http, url, who=_WHO, params=parameters, headers=self._headers)
            self._check(answer)
            if not isinstance(answer.json, list):
                raise Unreachable(f"{_WHO} answered with something that is no list of issues")
            found += [issue for issue in answer.json if isinstance(issue, dict)]
            following = _NEXT.search(answer.headers.get("link", ""))
            url, parameters = (following[1] if following else None), None
            if url is not None and not url.startswith(base):
                raise Unreachable(f"{_WHO} names a next page on another server")
        raise Unreachable(f"{_WHO} lists more than {_PAGES * 100} issues; narrow the labels down")

    def _check(self, answer: wire.Answer) -> None:
        if answer.status == 404:
            raise Misconfigured(
                f"{_WHO} knows no repository {self._options.repository}, or hides it from this token",
                "check repository and token",
            )
        spent = answer.headers.get("x-ratelimit-remaining") == "0"
        if answer.status in (403, 429) and (spent or answer.retry_after is not None or answer.status == 429):
            raise Unreachable(f"{_WHO}: rate limit reached", retry_after=answer.retry_after or self._reset(answer))
        if answer.status == 401:
            raise Denied(f"{_WHO} refuses the token", "make a new one that may read issues")
        wire.raise_for_status(answer, _WHO)

    def _reset(self, answer: wire.Answer) -> float:
        """Seconds until the hourly budget begins anew; a minute where it is not said."""
        try:
            return max(60.0, float(answer.headers["x-ratelimit-reset"]) - self._clock.now())
        except (KeyError, ValueError):
            return 60.0


def _is_new(issue: Mapping[str, Any], since: float) -> bool:
    """Opened since, or reopened since: GitHub says of an open issue that it was reopened, and when it last changed."""
    created, updated = _time(issue.get("created_at")), _time(issue.get("updated_at"))
    if created is None or created >= since:
        return True
    return issue.get("state_reason") == "reopened" and (updated is None or updated >= since)


def _time(text: object) -> float | None:
    try:
        return datetime.fromisoformat(str(text).replace("Z", "+00:00")).astimezone(UTC).timestamp()
    except ValueError:
        return None
