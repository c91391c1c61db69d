"""The tracker: open bugs as a JSON API lists them. What is no list of bugs is no zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from providers.answering import NoData
from providers.http_json.client import Got, JsonClient
from providers.http_json.expressions import search
from providers.http_json.options import Asking, BugPicks, of_one_page
from providers.http_json.requests import Document, Request
from providers.http_json.source import check_answer
from providers.http_json.templates import FILTER, Values, fill, of_rollout, of_since
from providers.moments import moment
from providers.references import Secrets
from rollout_tui.domain.plan import BugScope, RolloutPlan
from rollout_tui.domain.verdicts import LISTED, Bug, BugCount
from rollout_tui.domain.words import plain_text
from rollout_tui.ports import Clock, Misconfigured, Unreachable


@dataclass(frozen=True, slots=True)
class _Issue:
    """A bug, and when it was opened again, where it was."""

    bug: Bug
    reopened: float | None

    def is_new(self, since: float) -> bool:
        """Opened, or opened again, since."""
        return any(at is not None and at >= since for at in (self.bug.opened, self.reopened))


class JsonTracker:
    """The bugs of one API."""

    def __init__(
        self, request: Request, asking: Asking, picks: BugPicks, client: JsonClient, secrets: Secrets, clock: Clock
    ) -> None:
        self._request = request
        self._asking = asking
        self._picks = picks
        self._client = client
        self._secrets = secrets
        self._clock = clock

    async def count(self, rollout: RolloutPlan, scope: BugScope, since: float | None) -> BugCount:
        """Open bugs of that scope for this version. Raises ProviderError."""
        try:
            return await self._count(rollout, scope, since)
        except NoData as error:
            raise Unreachable(f"{self._client.who}: {self._secrets.hidden(str(error))}") from None

    async def close(self) -> None:
        """Nothing is held."""

    async def _count(self, rollout: RolloutPlan, scope: BugScope, since: float | None) -> BugCount:
        asked_at = self._clock.now()
        # Without a beginning all are new.
        new = since if scope is BugScope.NEW else None
        values = of_rollout(rollout) | ({} if new is None else of_since(new, asked_at))
        sift = new is not None and self._picks.new is None
        values[FILTER] = fill(self._filter(scope, new), values)
        got = await self._client.ask(self._request, values)
        check_answer(self._asking, got, values)
        issues = self._issues(got, values)
        total = self._total(got, values, len(issues))
        if sift and new is not None:
            if total != len(issues):
                raise Misconfigured(
                    f"{self._client.who} lists {len(issues)} of {total} bugs: which of them are new cannot be told",
                    "follow its pages (`paging`), or name a filter of `new` ones",
                )
            issues = [issue for issue in issues if issue.is_new(new)]
            total = len(issues)
        issues.sort(key=lambda issue: issue.bug.opened or 0.0, reverse=True)
        return BugCount(total, asked_at, self._client.who, tuple(issue.bug for issue in issues[:LISTED]))

    def _filter(self, scope: BugScope, since: float | None) -> str:
        if scope is BugScope.BLOCKING:
            return self._picks.blocking
        return self._picks.critical if since is None or self._picks.new is None else self._picks.new

    def _issues(self, got: Got, values: Values) -> list[_Issue]:
        """The bugs of the answer, each once."""
        if self._request.paging is not None:
            self._check_pages(got.document, values)
        found = search(self._picks.issues, got.document, values)
        if not isinstance(found, list):
            raise NoData(f"{plain_text(self._picks.issues, 60)} is no list of bugs")
        issues = [self._issue(item, values) for item in found]
        return list({issue.bug.id: issue for issue in issues}.values())

    def _check_pages(self, pages: Document, values: Values) -> None:
        """Over the list of all pages a page without bugs, such as a refusal, would be left out in silence."""
        one = of_one_page(self._picks.issues) or ""
        for number, page in enumerate(pages, 1):
            if not isinstance(search(one, page, values), list):
                raise NoData(f"{plain_text(self._picks.issues, 60)} is no list of bugs on page {number}")

    def _issue(self, item: Any, values: Values) -> _Issue:
        picks = self._picks
        opened = self._moment(picks.opened, item, values)
        if picks.opened is not None and opened is None:
            raise NoData(f"a bug without {plain_text(picks.opened, 60)}")
        link = "" if picks.link is None else search(picks.link, item, values)
        bug = Bug(
            self._text(picks.id, item, values, 40),
            self._text(picks.title, item, values, 100),
            plain_text(link, 300) if isinstance(link, str) else "",
            opened,
        )
        return _Issue(bug, self._moment(picks.reopened, item, values))

    def _text(self, expression: str, item: Any, values: Values, width: int) -> str:
        found = search(expression, item, values)
        if isinstance(found, bool) or not isinstance(found, str | int):
            raise NoData(f"a bug without {plain_text(expression, 60)}")
        return plain_text(self._secrets.hidden(str(found)), width)

    def _moment(self, expression: str | None, item: Any, values: Values) -> float | None:
        found = None if expression is None else search(expression, item, values)
        try:
            return None if found is None else moment(found)
        except ValueError as error:
            raise NoData(f"{plain_text(expression or '', 60)} of a bug cannot be read, {error}") from None

    def _total(self, got: Got, values: Values, listed: int) -> int:
        """How many there are: as the answer says, else those that it lists."""
        picks = self._picks
        if picks.total is None and picks.total_header is None:
            return listed
        if picks.total_header is not None:
            said: Any = got.headers.get(picks.total_header.lower())
            total = int(said) if said is not None and said.isascii() and said.isdigit() else None
        else:
            said = search(picks.total or "", got.document, values)
            total = said if isinstance(said, int) and not isinstance(said, bool) else None
        if total is None or total < listed:
            raise NoData(f"it says that there are {plain_text(str(said), 20)} bugs and lists {listed}")
        return total
