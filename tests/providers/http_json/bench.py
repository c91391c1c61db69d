"""The benches of JSON APIs: one with numbers of builds, one with bugs."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

import httpx

from providers.http_json import PROVIDER
from rollout_tui.conformance.bench import HttpBench, Service
from rollout_tui.conformance.situations import HOSTILE, Situation
from rollout_tui.conformance.subject import CONNECT_TIME, CRASHES, NOW
from tests.providers.http_json.test_documented_trackers import gitlab_issue

_ODD: Mapping[Situation, object] = {
    Situation.NAN: math.nan,
    Situation.INFINITE: math.inf,
    Situation.NEGATIVE: -5,
    Situation.WORDS: "many",
}


class JsonSourceBench(HttpBench):
    """Counts and a mean of one build over a window."""

    provider = PROVIDER
    roles = ("source",)
    metrics = (CRASHES, CONNECT_TIME)

    def section(self) -> Mapping[str, object]:
        """Signed in by a token, and by a parameter."""
        return {
            "url": "https://metrics.example/$platform/builds/$build",
            "query": {"from": "$start", "to": "$end", "key": "env:METRICS_KEY"},
            "token": "env:METRICS_TOKEN",
            "build": "build",
            "as_of": "at",
            "metrics": {
                CRASHES.id: {"bad": "crashed", "total": "sessions"},
                CONNECT_TIME.id: {"sum": "ms", "count": "connects", "unit": "ms"},
            },
        }

    def service(self) -> Service:
        """One answer for everything."""
        return _counted


def _counted(request: httpx.Request, situation: Situation) -> httpx.Response:
    if situation is Situation.EMPTY:
        return httpx.Response(200, json={})
    odd = _ODD.get(situation)
    numbers = {"crashed": 3, "sessions": 900, "ms": 3_600_000, "connects": 880}
    answer = {
        "build": "4301" if situation is Situation.OTHER_BUILD else "4201",
        "at": NOW - 3600 if situation is Situation.STALE else NOW - 20,
        "note": HOSTILE if situation is Situation.HOSTILE else "",
        **{name: number if odd is None else odd for name, number in numbers.items()},
    }
    return httpx.Response(200, text=json.dumps(answer))


class JsonTrackerBench(HttpBench):
    """Bugs in pages."""

    provider = PROVIDER
    roles = ("tracker",)
    cannot = dict.fromkeys(
        (Situation.NAN, Situation.INFINITE, Situation.NEGATIVE, Situation.WORDS, Situation.STALE),
        "bugs are counted here, the API gives no number",
    )

    def section(self) -> Mapping[str, object]:
        """Bugs whose labels say what they are and of which version."""
        return {
            "url": "https://bugs.example/issues",
            "query": {"labels": "$filter,$version"},
            "headers": {"PRIVATE-TOKEN": "env:BUGS_TOKEN"},
            "paging": {"link": True},
            "bugs": {
                "critical": "critical",
                "blocking": "blocker",
                "issues": "[]",
                "id": "references.short",
                "title": "title",
                "link": "web_url",
                "opened": "created_at",
                "reopened": "updated_at",
            },
        }

    def service(self) -> Service:
        """A list, as the labels of the question filter it."""
        return _listed


def _listed(request: httpx.Request, situation: Situation) -> httpx.Response:
    version = "4.1.3" if situation is Situation.OTHER_BUILD else "4.2.0"
    there = situation is not Situation.EMPTY and version in request.url.params["labels"].split(",")
    words = {"title": HOSTILE, "web_url": HOSTILE} if situation is Situation.HOSTILE else {}
    return httpx.Response(200, json=[{**gitlab_issue(7, NOW - 60), **words}] if there else [])
