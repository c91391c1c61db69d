"""The bench of Crashlytics: sessions of one version, whole and by the hour, and an issue that is new in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from providers.crashlytics import PROVIDER
from rollout_tui.conformance.bench import HttpBench, Service
from rollout_tui.conformance.situations import HOSTILE, Situation
from rollout_tui.conformance.subject import CRASHES
from tests.providers.crashlytics.desk import APP, BEGUN, HOUR, NOW, STALE, figures, version
from tests.providers.crashlytics.test_investigating import group

_ODD = {Situation.NAN: "NaN", Situation.INFINITE: "Infinity", Situation.NEGATIVE: "-5", Situation.WORDS: "many"}


class CrashlyticsBench(HttpBench):
    """Crashed sessions of version 4.2.0 (4201)."""

    provider = PROVIDER
    metrics = (CRASHES,)
    now = NOW
    stale_after = STALE

    def section(self) -> Mapping[str, object]:
        """One app."""
        return {"token": "env:TOKEN", "apps": {"android": APP}, "metrics": {CRASHES.id: {"counts": "sessions"}}}

    def service(self) -> Service:
        """The reports."""

        def answer(request: httpx.Request, situation: Situation) -> httpx.Response:
            if situation is Situation.EMPTY:
                return httpx.Response(200, json={})
            if request.url.path.endswith("/topIssues"):
                words = (
                    {"title": HOSTILE, "subtitle": HOSTILE, "uri": HOSTILE} if situation is Situation.HOSTILE else {}
                )
                return httpx.Response(200, json={"groups": [group(**words)]})
            hourly = request.url.params["granularity"] == "TIME_GRANULARITY_HOUR"
            return httpx.Response(200, json={"groups": [_versions(situation, hourly)]})

        return answer


def _versions(situation: Situation, hourly: bool) -> dict[str, Any]:
    end = BEGUN - 5 * HOUR if situation is Situation.STALE else BEGUN
    spans = (
        [(end - n * HOUR, end - (n - 1) * HOUR) for n in (3, 2, 1)] if hourly else [(end - HOUR, min(end + HOUR, NOW))]
    )
    bad, total = _ODD.get(situation, "11"), _ODD.get(situation, "4000")
    told = [figures(*span, impactedSessionsCount=bad, totalSessionsCount=total) for span in spans]
    other = situation is Situation.OTHER_BUILD
    return version(*told, **({"name": "4.2.0 (4301)", "build": "4301"} if other else {}))
