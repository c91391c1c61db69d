"""The bench of the Prometheus source: a server whose counters grow, or stand for something else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from providers.prometheus import PROVIDER
from rollout_tui.conformance.bench import HttpBench, Service
from rollout_tui.conformance.situations import HOSTILE, Situation
from rollout_tui.conformance.subject import CONNECT_TIME, CRASHES, NOW
from tests.providers.prometheus.desk import BAD, COUNT, FILLED, LABELS, SUM, TOTAL, Canned

SELECT = '{platform="$platform",build="$build"}'
_GROWTH = {BAD: 1.0, TOTAL: 900.0, SUM: 3600.0, COUNT: 880.0}
"""What each counter grows by in ten minutes."""
_ODD = {
    Situation.NAN: "NaN",
    Situation.INFINITE: "+Inf",
    Situation.NEGATIVE: -5.0,
    Situation.WORDS: "many",
}


@dataclass
class _Server:
    """Answers by the situation; what was asked stays in no list, the line has it."""

    servers: dict[Situation, Canned] = field(default_factory=dict)

    def __call__(self, request: httpx.Request, situation: Situation) -> httpx.Response:
        server = self.servers.setdefault(situation, _server(situation))
        return server(request)


def _server(situation: Situation) -> Canned:
    canned = Canned()
    if situation in (Situation.EMPTY, Situation.OTHER_BUILD):
        return canned  # selectors name the build: a server answers with no series
    labels = {**LABELS, "instance": HOSTILE} if situation is Situation.HOSTILE else LABELS
    sampled = NOW - 3600 if situation is Situation.STALE else NOW - 10
    for selector, growth in _GROWTH.items():
        points: list[tuple[float, float | str]] = [
            (NOW - 10 - 600 * n, _ODD.get(situation, 1e6 - growth * n)) for n in range(43, -1, -1)
        ]
        points = [(at, value) for at, value in points if at <= sampled]
        now = _ODD.get(situation, 1e6)
        canned.counter(selector, None, now, points, labels, sampled)
    if situation is Situation.HOSTILE:
        canned.instants["up == 0"] = [(labels, 0.0)]
    return canned


class PrometheusBench(HttpBench):
    """Counters of crashes, and sums of seconds; signed in by a header of the tenant and a password."""

    provider = PROVIDER
    metrics = (CRASHES, CONNECT_TIME)

    def section(self) -> Mapping[str, object]:
        """Counts and a mean."""
        return {
            "url": "http://prometheus.example/base",
            "username": "watcher",
            "password": "env:PROM_PASSWORD",
            "headers": {"X-Scope-OrgID": "env:PROM_TENANT"},
            "metrics": {
                CRASHES.id: {name: text.replace(FILLED, SELECT) for name, text in (("bad", BAD), ("total", TOTAL))},
                CONNECT_TIME.id: {
                    name: text.replace(FILLED, SELECT) for name, text in (("sum", SUM), ("count", COUNT))
                },
            },
        }

    def service(self) -> Service:
        """A server."""
        return _Server()
