"""Counting open issues: pull requests are no bugs, pages are followed, an incomplete answer is no answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from providers import wire
from providers.github.api import WHO as _WHO
from providers.github.api import GitHubApi
from providers.github.approvals import approvals
from providers.github.notes import write_section
from providers.github.options import GitHubOptions, for_version
from providers.moments import from_iso
from rollout_tui.domain.checkup import Grade, Remark
from rollout_tui.domain.plan import BugScope, RolloutPlan
from rollout_tui.domain.requests import Approval
from rollout_tui.domain.verdicts import LISTED, Bug, BugCount
from rollout_tui.domain.words import plain_text
from rollout_tui.ports import Clock, Unreachable

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True)
class Issue:
    """An open issue, as far as it decides anything. Times epoch seconds UTC."""

    number: int
    title: str
    created: float
    updated: float
    reopened: bool
    milestone: str | None
    link: str

    @property
    def bug(self) -> Bug:
        """What a person sees of it."""
        return Bug(f"#{self.number}", plain_text(self.title, 100), plain_text(self.link, 300), self.created)

    def is_new(self, since: float) -> bool:
        """Opened since, or reopened and changed since: the list does not say when it was reopened."""
        return self.created >= since or (self.reopened and self.updated >= since)


class GitHubTracker:
    """The issues of one repository."""

    def __init__(self, options: GitHubOptions, http: httpx.AsyncClient, clock: Clock, token: str | None) -> None:
        self._options = options
        self._clock = clock
        self._api = GitHubApi(options, http, clock, token)

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
        return BugCount(len(issues), asked_at, _WHO, tuple(issue.bug for issue in issues[:LISTED]))

    async def examine(self, rollouts: Sequence[RolloutPlan]) -> Sequence[Remark]:
        """Whether labels and milestone are used: one that was renamed counts no bug for ever. Raises ProviderError."""
        options = self._options
        named = [options.critical_label, options.blocking_label]
        if options.version_label is not None:
            named += [for_version(options.version_label, rollout.version) for rollout in rollouts]
        there = {
            str(item.get("name")).casefold()
            for item in await self._api.pages(f"{self._api.repository}/labels", {"per_page": "100"})
            if isinstance(item, dict)
        }
        remarks = [self._label(label, exists=label.casefold() in there) for label in dict.fromkeys(named)]
        return (
            remarks if options.milestone is None else [*remarks, *await self._milestones(options.milestone, rollouts)]
        )

    async def _milestones(self, written: str, rollouts: Sequence[RolloutPlan]) -> list[Remark]:
        """Whether some issue, open or closed, has each version's milestone; among the newest, which is enough."""
        query = {"milestone": "*", "state": "all", "per_page": "100"}
        items, _ = await self._api.page(f"{self._api.repository}/issues", query)
        used = {issue.milestone for issue in _read(items, pulls=True)}
        remarks = []
        for title in dict.fromkeys(for_version(written, rollout.version) for rollout in rollouts):
            name = plain_text(title, 60)
            if title in used:
                remarks.append(Remark(_WHO, Grade.OK, f"milestone “{name}” is used"))
            else:
                text = f"none of the newest issues has the milestone “{name}”: without it none is counted"
                remarks.append(Remark(_WHO, Grade.WARNING, text, "name the milestone that is used"))
        return remarks

    def _label(self, label: str, *, exists: bool) -> Remark:
        name = plain_text(label, 60)
        if exists:
            return Remark(_WHO, Grade.OK, f"label “{name}” exists")
        text = f"{self._options.repository} has no label “{name}”: no issue with it is ever found"
        return Remark(_WHO, Grade.WARNING, text, "make the label, or name the one that is used")

    async def approvals(self, rollout: RolloutPlan, since: float) -> Sequence[Approval]:
        """What maintainers said yes to on the release's pull request. Raises ProviderError."""
        branch = self._options.release_branch
        return [] if branch is None else await approvals(self._api, for_version(branch, rollout.version), since)

    async def write_notes(self, rollout: RolloutPlan, text: str) -> str | None:
        """Put the text into our own section of the release's notes. Raises ProviderError."""
        tag = self._options.release_tag
        if tag is None:
            return None
        return await write_section(self._api, for_version(tag, rollout.version), rollout.platform.value, text)

    async def close(self) -> None:
        """Nothing is held."""

    async def _issues(self, query: Mapping[str, str]) -> list[Issue]:
        """All of them; an issue that moved to the next page meanwhile counts once."""
        items = await self._api.pages(f"{self._api.repository}/issues", query)
        return list({issue.number: issue for issue in _read(items)}.values())


def _read(body: wire.Json, *, pulls: bool = False) -> list[Issue]:
    """The issues of one page. Raises Unreachable where a known field is not what it should be."""
    try:
        if not isinstance(body, list):
            raise TypeError("no list")
        return [_issue(item) for item in body if pulls or "pull_request" not in item]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Unreachable(f"{_WHO} answered with something that is no list of issues") from None


def _issue(item: wire.Json) -> Issue:
    milestone = item.get("milestone")
    return Issue(
        number=int(item["number"]),
        title=str(item["title"]),
        created=from_iso(item["created_at"]),
        updated=from_iso(item["updated_at"]),
        reopened=item.get("state_reason") == "reopened",
        milestone=None if milestone is None else str(milestone["title"]),
        link=str(item.get("html_url", "")),
    )
