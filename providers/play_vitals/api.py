"""The calls of the Play Developer Reporting API that this program makes, spaced to its rate (stores.md 3)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from providers import wire
from providers.google_account.signin import SignIn
from providers.play_vitals.errors import WHO, problem
from providers.play_vitals.times import PERIODS
from providers.play_vitals.vitals import PeriodName
from providers.wire import Answer
from rollout_tui.ports import Clock, OutcomeUnknown, Unreachable

if TYPE_CHECKING:
    import httpx

_APART = 0.2
"""Seconds between calls: half of the ten a second that a project has, the rest is for others (stores.md 3)."""
_UNAUTHORIZED = 401
_MOST_PAGES = 20

Document = Mapping[str, Any]


SCOPE = "https://www.googleapis.com/auth/playdeveloperreporting"


class Turns:
    """Lets one call go at a time, some way apart."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._next = 0.0

    async def take(self) -> None:
        """Wait until the next call may go."""
        async with self._one_at_a_time:
            left = self._next - self._clock.now()
            if 0 < left <= 2 * _APART:  # more: the clock was set back
                await self._clock.sleep(left)
            self._next = self._clock.now() + _APART


class VitalsApi:
    """One app's vitals. Every method only reads, and raises ProviderError."""

    def __init__(self, http: httpx.AsyncClient, base_url: str, package: str, sign_in: SignIn, turns: Turns) -> None:
        self._http, self._sign_in, self._turns = http, sign_in, turns
        self._root = f"{base_url}/v1beta1/apps/{quote(package, safe='')}"

    async def ahead(self) -> None:
        """Renew the sign-in before anything hurries."""
        await self._sign_in.ahead()

    async def latest_end(self, metric_set: str) -> dict[PeriodName, float]:
        """Where the data of a set ends by period, epoch seconds UTC; a period that it does not have is left out."""
        document = await self._call("GET", f"/{metric_set}")
        info = document.get("freshnessInfo")
        listed = info.get("freshnesses") if isinstance(info, dict) else None
        found: dict[PeriodName, float] = {}
        for each in listed if isinstance(listed, list) else ():
            for name, period in PERIODS.items():
                if isinstance(each, dict) and each.get("aggregationPeriod") == period.google:
                    end = period.instant(each.get("latestEndTime"))
                    if end is not None:
                        found[name] = end
        return found

    async def query(self, metric_set: str, body: Document) -> list[Document]:
        """The rows of a query, all pages."""
        rows: list[Document] = []
        page: dict[str, Any] = {}
        for _ in range(_MOST_PAGES):
            document = await self._call("POST", f"/{metric_set}:query", body={**body, **page})
            rows += _listed(document, "rows")
            token = document.get("nextPageToken")
            if not token:
                return rows
            page = {"pageToken": token}
        raise Unreachable(f"{WHO}: the answer has no end, {len(rows)} rows and more")

    async def issues(self, params: Mapping[str, str]) -> tuple[list[Document], bool]:
        """A page of groups of errors, and whether more follow."""
        document = await self._call("GET", "/errorIssues:search", params)
        return _listed(document, "errorIssues"), bool(document.get("nextPageToken"))

    async def reports(self, params: Mapping[str, str]) -> list[Document]:
        """A page of error reports."""
        return _listed(await self._call("GET", "/errorReports:search", params), "errorReports")

    async def _call(
        self, method: str, path: str, params: Mapping[str, str] | None = None, body: Document | None = None
    ) -> Document:
        answer = await self._send(method, path, params, body)
        if answer.status == _UNAUTHORIZED:
            self._sign_in.forget()
            answer = await self._send(method, path, params, body)
        if answer.status >= 300:
            raise problem(answer.status, answer.json, answer.retry_after)
        if not isinstance(answer.json, dict):
            raise Unreachable(f"{WHO} answered something that is no JSON object", _PROXY)
        return answer.json

    async def _send(self, method: str, path: str, params: Mapping[str, str] | None, body: Document | None) -> Answer:
        await self._turns.take()
        headers = {"Authorization": f"Bearer {await self._sign_in.token()}"}
        url = f"{self._root}{path}"
        if method == "GET":
            return await wire.get(self._http, url, params=params, headers=headers, who=WHO)
        try:
            return await wire.send_json(self._http, method, url, json=body, params=params, headers=headers, who=WHO)
        except OutcomeUnknown as error:  # a query changes nothing
            raise Unreachable(f"{WHO} gave no whole answer") from error


_PROXY = "is the address right, and no proxy or login page in between?"


def _listed(document: Document, name: str) -> list[Document]:
    listed = document.get(name)
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
