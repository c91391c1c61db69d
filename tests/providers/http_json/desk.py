"""What the tests of JSON APIs share: the documented examples, an API of the test's own, a provider on both."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import tomli

from providers.http_json import PROVIDER
from rollout_tui.domain.metrics import Metric
from rollout_tui.domain.readings import Answer, NoReading, Reading, Scope, Window
from rollout_tui.ports import ProviderContext, Query, Source, Tracker
from tests.providers.prometheus.desk import NOW, StillClock
from tests.unit.domain.builders import ANDROID, CRASH, HOUR

DOCUMENT = Path(__file__).parents[3] / "docs" / "sources.md"
START = NOW - HOUR
GOOD = {"bad": 31, "total": 5000}
"""An answer to `counts()`."""
BUGS: dict[str, Any] = {
    "url": "https://bugs.example/search",
    "query": {"q": "$filter", "page": "$page"},
    "paging": {"items": "bugs"},
    "bugs": {
        "critical": "critical $version",
        "blocking": "blocker",
        "issues": "[].bugs[]",
        "id": "id",
        "title": "title",
        "opened": "opened",
        "reopened": "reopened",
    },
}
"""A section that counts bugs."""
OWN_KEYS = ("provider", "interval", "timeout", "stale_after")


def documented(table: str, name: str) -> dict[str, Any]:
    """The options of an example in the documentation, as the provider gets them."""
    for block in re.findall(r"```toml\n(.*?)```", DOCUMENT.read_text(), re.DOTALL):
        section = tomli.loads(block).get(table, {}).get(name)
        if section is not None:
            return {key: value for key, value in section.items() if key not in OWN_KEYS}
    raise AssertionError(f"no example {table}.{name} in {DOCUMENT.name}")


Api = Callable[[httpx.Request], httpx.Response]


@dataclass
class Canned:
    """Answers in turn, the last one stays; remembers what was asked."""

    answers: list[Any]
    asked: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)


@dataclass
class Desk:
    """Opens sources and trackers on an API. A secret is its reference backwards: `env:KEY` is `YEK:vne`."""

    http: httpx.AsyncClient
    api: Canned
    clock: StillClock = field(default_factory=StillClock)

    def source(self, section: dict[str, Any]) -> Source:
        assert PROVIDER.open_source is not None
        return PROVIDER.open_source(PROVIDER.options.model_validate(section), self._context())

    def tracker(self, section: dict[str, Any]) -> Tracker:
        assert PROVIDER.open_tracker is not None
        return PROVIDER.open_tracker(PROVIDER.options.model_validate(section), self._context())

    def _context(self) -> ProviderContext:
        return ProviderContext("api", self.http, self.clock, lambda reference: reference[::-1])

    async def read(self, section: dict[str, Any], *queries: Query) -> list[Answer]:
        return list(await self.source(section).read(queries or [ask()]))

    async def reading(self, section: dict[str, Any], query: Query | None = None) -> Reading:
        (found,) = await self.read(section, *([] if query is None else [query]))
        assert isinstance(found, Reading), found
        return found

    async def refusal(self, section: dict[str, Any], query: Query | None = None) -> str:
        (found,) = await self.read(section, *([] if query is None else [query]))
        assert isinstance(found, NoReading), found
        return found.reason


def ask(
    metric: Metric = CRASH, scope: Scope = Scope.RECENT, since: float = HOUR, stale_after: float = 180.0, **rollout: Any
) -> Query:
    return Query(metric, scope, replace(ANDROID, **rollout), Window(NOW - since, NOW), stale_after)


def counts(**more: Any) -> dict[str, Any]:
    """A section with one metric, whose answer is `{"bad": …, "total": …}`."""
    metric = {"bad": "bad", "total": "total", **more.pop("metric", {})}
    given = {"url": "https://api.example/$build", "query": {"since": "$start"}, "metrics": {CRASH.id: metric}}
    return {**given, **more}
