"""BigQuery by its REST interface: a query with a limit of its price, waited for, all pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from providers.crashlytics_export.errors import WHO, problem
from providers.crashlytics_export.options import ExportOptions
from providers.google_account.calls import Document, GoogleCalls, count
from providers.google_account.signin import SignIn
from rollout_tui.domain.words import plain_text
from rollout_tui.ports import Clock, Unreachable

if TYPE_CHECKING:
    import httpx

SCOPE = "https://www.googleapis.com/auth/bigquery"
_WAIT = 4000
"""Milliseconds that BigQuery may hold an answer back while the query runs."""
_LOOKS = 10
_APART = 1.0
_MOST_PAGES = 20
_ROWS = 5000


class BigQuery:
    """Queries of one project. Every method only reads, and raises ProviderError."""

    def __init__(self, http: httpx.AsyncClient, options: ExportOptions, sign_in: SignIn, clock: Clock) -> None:
        self._calls = GoogleCalls(http, sign_in, WHO, problem)
        self._options = options
        self._clock = clock
        self._root = f"{options.base_url}/bigquery/v2/projects/{quote(options.project, safe='')}/queries"

    async def ahead(self) -> None:
        """Renew the sign-in before anything hurries."""
        await self._calls.ahead()

    async def rows(self, text: str, parameters: Sequence[Mapping[str, Any]]) -> list[Document]:
        """The rows of a query."""
        answer = await self._finished(await self._calls.post(self._root, self._body(text, parameters)))
        rows = _rows(answer)
        for _ in range(_MOST_PAGES):
            token = answer.get("pageToken")
            if not token:
                return rows
            answer = await self._finished(await self._look(answer, {"pageToken": str(token)}))
            rows += _rows(answer)
        raise Unreachable(f"{WHO}: the answer has no end, {len(rows)} rows and more")

    async def bytes_of(self, text: str, parameters: Sequence[Mapping[str, Any]]) -> int | None:
        """How many bytes a query would read; asking costs nothing."""
        answer = await self._calls.post(self._root, {**self._body(text, parameters), "dryRun": True})
        return count(answer.get("totalBytesProcessed"))

    def _body(self, text: str, parameters: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        return {
            "query": text,
            "useLegacySql": False,
            "parameterMode": "NAMED",
            "queryParameters": list(parameters),
            "location": self._options.location,
            "maximumBytesBilled": str(self._options.most_bytes),
            "maxResults": _ROWS,
            "timeoutMs": _WAIT,
        }

    async def _finished(self, answer: Document) -> Document:
        """The answer once the query is done."""
        for _ in range(_LOOKS):
            if answer.get("jobComplete") is True:
                return answer
            await self._clock.sleep(_APART)
            answer = await self._look(answer, {})
        if answer.get("jobComplete") is True:
            return answer
        raise Unreachable(f"{WHO}: the query still runs at BigQuery", "a longer `timeout`; the next poll asks anew")

    async def _look(self, answer: Document, more: Mapping[str, str]) -> Document:
        """Ask for the results of the job that an answer names; the next look needs its name too."""
        reference = answer.get("jobReference")
        job = reference.get("jobId") if isinstance(reference, dict) else None
        if not isinstance(job, str) or not isinstance(reference, dict):
            raise Unreachable(f"{WHO}: BigQuery names no job for a query that runs on")
        where = reference.get("location") or self._options.location
        params = {"location": plain_text(str(where), 60), "timeoutMs": str(_WAIT), "maxResults": str(_ROWS), **more}
        found = await self._calls.get(f"{self._root}/{quote(job, safe='')}", params)
        return {"jobReference": reference, **found}


def _rows(answer: Document) -> list[Document]:
    listed = answer.get("rows")
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
