"""The bench of the export: hours of one build in BigQuery, which looks for the build itself."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from providers.crashlytics_export import PROVIDER
from rollout_tui.conformance.bench import HttpBench, Service
from rollout_tui.conformance.situations import Situation
from rollout_tui.conformance.subject import CRASHES
from tests.providers.crashlytics_export.desk import BEGUN, HOUR, NOW, STALE, Canned, row

_ODD = {Situation.NAN: "NaN", Situation.INFINITE: "Infinity", Situation.NEGATIVE: "-5", Situation.WORDS: "many"}


class CrashlyticsExportBench(HttpBench):
    """Crashed sessions of build 4201."""

    provider = PROVIDER
    metrics = (CRASHES,)
    now = NOW
    stale_after = STALE

    def section(self) -> Mapping[str, object]:
        """One app; each question is a query."""
        said: dict[str, object] = {"token": "env:TOKEN", "project": "acme-prod", "location": "EU"}
        return {**said, "apps": {"android": "com.acme.connect"}, "metrics": {CRASHES.id: {"counts": "sessions"}}}

    def service(self) -> Service:
        """BigQuery."""

        def answer(request: httpx.Request, situation: Situation) -> httpx.Response:
            if situation in _ODD:
                cells = [{"v": str(int(BEGUN))}, *({"v": _ODD[situation]} for _ in range(3))]
                return httpx.Response(200, json={"jobComplete": True, "rows": [{"f": cells}]})
            if situation in (Situation.EMPTY, Situation.OTHER_BUILD):
                return Canned()(request)
            until = BEGUN - 5 * HOUR if situation is Situation.STALE else BEGUN
            return Canned(pages=[[row(until - n * HOUR, 4000, 11) for n in (3, 2, 1, 0)]])(request)

        return answer
