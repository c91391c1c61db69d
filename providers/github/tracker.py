"""Counting open issues: pull requests are no bugs, pages are followed, an incomplete answer is no answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from providers import wire
from providers.github.options import GitHubOptions, for_version
from rollout_tui.domain.checkup import Grade, Remark
from rollout_tui.domain.plan import BugScope, RolloutPlan
from rollout_tui.domain.verdicts import BugCount
from rollout_tui.domain.words import plain_text
from rollout_tui.ports import Clock, Denied, Misconfigured, Unreachable

if TYPE_CHECKING:
    import httpx

_WHO = "GitHub"
_PAGES = 20
_NEWEST = 3
_MINUTE = 60.0
_NEXT = re.compile(r'<([^>]+)>\s*;\s*rel="next"')


@dataclass(frozen=True, slots=True)
class Issue:
    """An open issue, as far as it decides anything. Times epoch seconds UTC."""

    number: int
    title: str
    created: float
    updated: float
    reopened: bool
    milestone: str | None

    def is_new(self, since: float) -> bool:
        """Opened since, or reopened and changed since: the list does not say when it was reopened."""
        return self.created >= since or (self.reopened and self.updated >= since)


class GitHubTracker:
    """The issues of one repository."""

    def __init__(self, options: GitHubOptions, http: httpx.AsyncClient, clock: Clock, token: str | None) -> None:
        self._options = options
        self._http = http
        self._clock = clock
        self._base = options.base_url.rstrip("/")
        self._headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"

    async def count(self, rollout: RolloutPlan, scope: BugScope, since: float | None) -> BugCount:
        """Open issues of that scope for this version; NEW are those opened, or reopened, since that time.

        Raises Unreachable, Denied, Misconfigured.
        """
        options, version = self._options, rollout.version
        labels = [options.blocking_label if scope is BugScope.BLOCKING else options.critical_label]
        if options.version_label is not None:
            labels.append(for_version(options.version_label, version))
        asked_at = self._clock.now()
        issues = await self._issues({"labels": ",".join(labels), "state": "open", "per_page": "100"})
        if options.milestone is not None:
            issues = [issue for issue in issues if issue.milestone == for_version(options.milestone, version)]
        if scope is BugScope.NEW and since is not None:
            issues = [issue for issue in issues if issue.is_new(since)]
        issues.sort(key=lambda issue: issue.created, reverse=True)
        newest = tuple(f"#{issue.number} {plain_text(issue.title, 100)}" for issue in issues[:_NEWEST])
        return BugCount(len(issues), asked_at, _WHO, newest)

    async def examine(self, rollouts: Sequence[RolloutPlan]) -> Sequence[Remark]:
        """Whether the labels exist: one that was renamed counts no bug for ever (stores.md 9). Raises ProviderError."""
        options = self._options
        named = [options.critical_label, options.blocking_label]
        if options.version_label is not None:
            named += [for_version(options.version_label, rollout.version) for rollout in rollouts]
        there = {
            str(item.get("name")).casefold()
            for item in await self._pages(f"{self._repository()}/labels", {"per_page": "100"})
            if isinstance(item, dict)
        }
        return [self._label(label, exists=label.casefold() in there) for label in dict.fromkeys(named)]

    def _label(self, label: str, *, exists: bool) -> Remark:
        name = plain_text(label, 60)
        if exists:
            return Remark(_WHO, Grade.OK, f"label “{name}” exists")
        text = f"{self._options.repository} has no label “{name}”: no issue with it is ever found"
        return Remark(_WHO, Grade.WARNING, text, "make the label, or name the one that is used")

    async def close(self) -> None:
        """Nothing is held."""

    def _repository(self) -> str:
        owner, _, name = self._options.repository.partition("/")
        return f"{self._base}/repos/{quote(owner)}/{quote(name)}"

    async def _issues(self, query: Mapping[str, str]) -> list[Issue]:
        """All of them; an issue that moved to the next page meanwhile counts once."""
        items = await self._pages(f"{self._repository()}/issues", query)
        return list({issue.number: issue for issue in _read(items)}.values())

    async def _pages(self, url: str, query: Mapping[str, str]) -> list[wire.Json]:
        """The items of all pages of a list."""
        parameters: Mapping[str, str] | None = query
        found: list[wire.Json] = []
        for _ in range(_PAGES):
            answer = await wire.get(self._http, url, who=_WHO, params=parameters, headers=self._headers)
            self._check(answer)
            if not isinstance(answer.json, list):
                raise Unreachable(f"{_WHO} answered with something that is no list")
            found += answer.json
            following = _NEXT.search(answer.headers.get("link", ""))
            if following is None:
                return found
            url, parameters = following[1], None
            if not url.startswith(f"{self._base}/"):
                raise Unreachable(f"{_WHO} names a next page on another server")
        raise Misconfigured(f"{_WHO} lists more than {_PAGES * 100} issues or labels", "narrow the labels down")

    def _check(self, answer: wire.Answer) -> None:
        """Raises what the status means here."""
        repository, status = self._options.repository, answer.status
        if status in (301, 404):
            raise Misconfigured(
                f"{_WHO} knows no repository {repository}, or hides it from this token", "check repository and token"
            )
        if status == 410:
            raise Misconfigured(f"{_WHO}: {repository} has no issues", "name the repository that has them")
        if status == 401:
            raise Denied(f"{_WHO} refuses the token", "make a new one that may read issues")
        wait = self._limited(answer) if status in (403, 429) else None
        if wait is not None:
            raise Unreachable(f"{_WHO}: rate limit reached", "a token has a larger one", retry_after=wait)
        wire.raise_for_status(answer, _WHO)

    def _limited(self, answer: wire.Answer) -> float | None:
        """Seconds to wait for a rate limit, a minute where that is not said; None where it is no rate limit."""
        if answer.retry_after is not None:
            return answer.retry_after
        if answer.headers.get("x-ratelimit-remaining") == "0":
            try:
                return max(_MINUTE, float(answer.headers["x-ratelimit-reset"]) - self._clock.now())
            except (KeyError, ValueError):
                return _MINUTE
        return _MINUTE if answer.status == 429 or "rate limit" in answer.text.lower() else None


def _read(body: wire.Json) -> list[Issue]:
    """The issues of one page. Raises Unreachable where a known field is not what it should be."""
    try:
        if not isinstance(body, list):
            raise TypeError("no list")
        return [_issue(item) for item in body if "pull_request" not in item]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Unreachable(f"{_WHO} answered with something that is no list of issues") from None


def _issue(item: wire.Json) -> Issue:
    milestone = item.get("milestone")
    return Issue(
        number=int(item["number"]),
        title=str(item["title"]),
        created=_time(item["created_at"]),
        updated=_time(item["updated_at"]),
        reopened=item.get("state_reason") == "reopened",
        milestone=None if milestone is None else str(milestone["title"]),
    )


def _time(text: str) -> float:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment.timestamp()
