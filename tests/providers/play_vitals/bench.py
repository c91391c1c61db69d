"""The bench of Play vitals: daily rows of one build, and a group of crashes."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from providers.play_vitals import PROVIDER
from rollout_tui.conformance.bench import HttpBench, Service
from rollout_tui.conformance.situations import HOSTILE, Situation
from tests.providers.play_vitals.desk import CRASHES, DAY, ENDED, METRICS, NOW, PACKAGE, STALE, Canned, los_angeles, row
from tests.providers.play_vitals.test_investigating import ISSUE

_VALUES = {
    Situation.NAN: "NaN",
    Situation.INFINITE: "Infinity",
    Situation.NEGATIVE: "-0.01",
    Situation.WORDS: "many",
}


class PlayVitalsBench(HttpBench):
    """Crashing users of build 4201."""

    provider = PROVIDER
    metrics = (CRASHES,)
    now = NOW
    stale_after = STALE

    def section(self) -> Mapping[str, object]:
        """One vital by the day."""
        return {"package": PACKAGE, "token": "env:TOKEN", "metrics": {CRASHES.id: METRICS[CRASHES.id]}}

    def service(self) -> Service:
        """The Reporting API."""
        canned = {situation: _canned(situation) for situation in Situation}

        def answer(request: httpx.Request, situation: Situation) -> httpx.Response:
            return canned[situation](request)

        return answer


def _canned(situation: Situation) -> Canned:
    if situation is Situation.EMPTY:
        return Canned()
    stale = situation is Situation.STALE
    build = "4103" if situation is Situation.OTHER_BUILD else "4201"
    value = {"userPerceivedCrashRate": _VALUES.get(situation, "0.004")}
    ended = ENDED - 5 * DAY if stale else ENDED
    starts = [los_angeles(2026, 11, day) for day in ((15, 16) if stale else (19, 20, 21))]
    rows = [row(start, value, build) for start in starts]
    if situation is Situation.OTHER_BUILD:
        return Canned(daily=ended, rows={"crashRateMetricSet": rows})
    words = {"cause": HOSTILE, "location": HOSTILE, "issueUri": HOSTILE} if situation is Situation.HOSTILE else {}
    return Canned(daily=ended, rows={"crashRateMetricSet": rows}, issues=[{**ISSUE, **words}])
