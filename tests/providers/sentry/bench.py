"""The bench of Sentry: hours of one release, with sessions that crashed, and an issue that is new in it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import httpx

from providers.sentry import PROVIDER
from rollout_tui.conformance.bench import HttpBench, Service
from rollout_tui.conformance.situations import HOSTILE, Situation
from rollout_tui.conformance.subject import CRASHES
from tests.providers.sentry.desk import APPS, BEGUN, HOUR, NOW, RELEASE, STALE, Canned, Hourly
from tests.providers.sentry.test_investigating import ISSUE

_ODD: Mapping[Situation, object] = {
    Situation.NAN: math.nan,
    Situation.INFINITE: math.inf,
    Situation.NEGATIVE: -5,
    Situation.WORDS: "many",
}


class SentryBench(HttpBench):
    """Crashed sessions by release."""

    provider = PROVIDER
    metrics = (CRASHES,)
    now = NOW
    stale_after = STALE

    def section(self) -> Mapping[str, object]:
        """One organization, one app."""
        said: dict[str, object] = {"organization": "acme", "region": "us", "token": "env:SENTRY_TOKEN"}
        return {**said, "apps": APPS, "metrics": {CRASHES.id: {"counts": "sessions"}}}

    def service(self) -> Service:
        """A Sentry."""

        def answer(request: httpx.Request, situation: Situation) -> httpx.Response:
            response = _sentry(situation)(request)
            if situation not in _ODD:
                return response
            # As it comes over the wire: JSON of many servers holds NaN.
            document = _with(json.loads(response.content), _ODD[situation])
            return httpx.Response(response.status_code, text=json.dumps(document), headers=response.headers)

        return answer


def _sentry(situation: Situation) -> Canned:
    if situation is Situation.EMPTY:
        return Canned()
    until = BEGUN - 5 * HOUR if situation is Situation.STALE else BEGUN
    release = RELEASE.replace("4201", "4301") if situation is Situation.OTHER_BUILD else RELEASE
    hours = Hourly(release, {until - n * HOUR: (4000, 11) for n in range(9)})
    words = {"title": HOSTILE, "culprit": HOSTILE} if situation is Situation.HOSTILE else {}
    return Canned(releases=[hours], pages={"all": [[{**ISSUE, **words}]], "new": [[]]})


def _with(document: Any, odd: object) -> Any:
    """The document with every number of its groups replaced."""
    if not isinstance(document, dict):
        return document
    for group in document.get("groups", ()):
        group["totals"] = dict.fromkeys(group["totals"], odd)
        group["series"] = {name: [odd for _ in values] for name, values in group["series"].items()}
    return document
