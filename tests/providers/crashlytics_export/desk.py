"""What the tests of the export share: a BigQuery that is written out by hand, held to Google's own document of it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from providers.crashlytics_export import PROVIDER
from rollout_tui.ports import ProviderContext, Source
from tests.providers.documents import held_to
from tests.providers.play_vitals.desk import StillClock
from tests.providers.sentry.desk import BEGUN, DAY, HOUR, NOW, STALE, ask

TOKEN = "ya29.made-up-token"
JOB = {"projectId": "acme-prod", "jobId": "job_abc-1", "location": "EU"}
Row = tuple[float, int, int, float | None]


def row(start: float, sessions: int, crashed: int, newest: float | None = None) -> Row:
    """An hour of the answer; its newest session began a minute before its end where nothing is said."""
    return start, sessions, crashed, min(start + HOUR, NOW) - 60 if newest is None else newest


@dataclass
class Canned:
    """A BigQuery with one answer, `pages` of rows. For `busy` looks the query is not done yet."""

    pages: list[Sequence[Row]] = field(default_factory=lambda: [[]])
    busy: int = 0
    billed: int = 12_000_000
    refused: tuple[int, str, str] | None = None
    asked: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.refused is not None:
            status, reason, message = self.refused
            listed = [{"message": message, "domain": "global", "reason": reason}]
            return httpx.Response(status, json={"error": {"code": status, "message": message, "errors": listed}})
        if request.method == "POST" and json.loads(request.content).get("dryRun"):
            return httpx.Response(200, json={"jobComplete": True, "totalBytesProcessed": str(self.billed)})
        if self.busy:
            self.busy -= 1
            return httpx.Response(200, json={"jobComplete": False, "jobReference": JOB})
        page = int(request.url.params.get("pageToken", "0"))
        more = {"pageToken": str(page + 1)} if page + 1 < len(self.pages) else {}
        rows = [{"f": [{"v": None if cell is None else str(int(cell))} for cell in row]} for row in self.pages[page]]
        return httpx.Response(200, json={"jobComplete": True, "jobReference": JOB, "rows": rows, **more})

    def bodies(self) -> list[dict[str, Any]]:
        """The bodies of the queries so far."""
        return [json.loads(request.content) for request in self.asked if request.method == "POST"]


@cache
def _contract() -> Any:
    """BigQuery's document, made of the one in Google's client; None where either is not at hand."""
    try:
        import contract
        import googleapiclient
    except ImportError:
        return None
    maker = Path(contract.__file__).parent / "discovery_to_openapi.py"
    found = Path(googleapiclient.__file__).parent / "discovery_cache/documents/bigquery.v2.json"
    with TemporaryDirectory() as folder:
        wanted, made = Path(folder) / "methods.txt", Path(folder) / "bigquery.json"
        wanted.write_text("bigquery.jobs.query\nbigquery.jobs.getQueryResults\n", encoding="utf-8")
        subprocess.run([sys.executable, maker, found, made, wanted, "--strict"], check=True, capture_output=True)
        return contract.Contract(made, prefixes=("/bigquery/v2",))


def held(canned: Canned) -> httpx.AsyncBaseTransport:
    """Both sides held to Google's document where it is at hand."""
    inner, document = httpx.MockTransport(canned), _contract()
    return inner if document is None else held_to(document, inner)


def options(**more: Any) -> Any:
    """Validated options."""
    told = {"token": "env:T", "project": "acme-prod", "location": "EU", "apps": {"android": "com.acme.connect"}}
    metrics: Mapping[str, Any] = {"crash_rate": {"counts": "sessions"}}
    return PROVIDER.options.model_validate({**told, "metrics": metrics, **more})


def source(http: httpx.AsyncClient, clock: StillClock | None = None, **more: Any) -> Source:
    """A source as the engine opens it."""
    assert PROVIDER.open_source is not None
    context = ProviderContext("export", http, clock or StillClock(NOW), lambda _: TOKEN)
    return PROVIDER.open_source(options(**more), context)


__all__ = ["BEGUN", "DAY", "HOUR", "NOW", "STALE", "StillClock", "ask"]
