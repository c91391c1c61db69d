"""What `pytest --provider acme` needs to know: options, and the service's answers in every situation of its data."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

import httpx

from rollout_tui.conformance.bench import HttpBench, Service
from rollout_tui.conformance.situations import HOSTILE, Situation
from rollout_tui.conformance.subject import CRASHES, NOW
from rollout_tui_acme import PROVIDER

_ODD: Mapping[Situation, object] = {
    Situation.NAN: math.nan,
    Situation.INFINITE: math.inf,
    Situation.NEGATIVE: -31,
    Situation.WORDS: "many",
    Situation.HOSTILE: HOSTILE,
}


class AcmeBench(HttpBench):
    """Crashed sessions of build 4201."""

    provider = PROVIDER
    metrics = (CRASHES,)

    def section(self) -> Mapping[str, object]:
        """The options, secrets as references."""
        return {"url": "https://acme.example", "token": "env:ACME_TOKEN", "metrics": {CRASHES.id: "crashes"}}

    def service(self) -> Service:
        """The service; login pages, time-outs, refusals and the like are the suite's."""
        return answer


def answer(request: httpx.Request, situation: Situation) -> httpx.Response:
    """What Acme says."""
    if situation is Situation.EMPTY:
        return httpx.Response(200, json={})
    body = {
        "build": "4301" if situation is Situation.OTHER_BUILD else request.url.params["build"],
        "bad": _ODD.get(situation, 31),
        "total": 5000,
        "as_of": NOW - (3600 if situation is Situation.STALE else 20),
    }
    return httpx.Response(200, text=json.dumps(body))
