"""Hours in which crashes stood out against the build before: what Google lists as anomalies."""

from __future__ import annotations

import math
import re
from datetime import datetime

from rollout_tui.rehearsal.scenarios import PACKAGE
from rollout_tui.rehearsal.stores.play_bodies import Document
from rollout_tui.rehearsal.stores.play_vitals import CRASHES, VitalsBook
from rollout_tui.rehearsal.stores.play_vitals_bodies import HOUR, refused, written

_ACTIVE = re.compile(r"activeBetween\(([^,()]+),([^,()]+)\)")
_STANDS_OUT = 3.0
"""How many times the usual share of users."""
_USUAL = 0.0018
_LOOKED_BACK = 48


def check_anomaly_filter(text: str) -> tuple[float, float]:
    """The times of `activeBetween(start, end)`; all times where nothing is asked. Raises PlayError 400."""
    if not text:
        return -math.inf, math.inf
    match = _ACTIVE.fullmatch(text.strip())
    if match is None:
        raise refused(f"Could not parse filter: {text}.")
    start, end = (_moment(part.strip(), unbounded) for part, unbounded in zip(match.groups(), (-1, 1), strict=True))
    return start, end


def anomalies(vitals: VitalsBook, start: float, end: float) -> list[Document]:
    """One for each build: the hours without a break in which its share of users with crashes stood out."""
    latest = vitals.latest(CRASHES)["HOURLY"]
    found: list[Document] = []
    for build in vitals.wanted(None):
        begins = [latest - (back + 1) * HOUR for back in range(_LOOKED_BACK)]
        shares = [vitals.span((build,), "HOURLY", at, at + HOUR).share("userPerceivedCrashRate") for at in begins]
        lasting = next((n for n, share in enumerate(shares) if share < _STANDS_OUT * _USUAL), len(shares))
        since = latest - lasting * HOUR
        if lasting >= 2 and since < end and latest > start:
            found.append(_anomaly(build, since, latest, shares[0]))
    return found


def _anomaly(build: str, start: float, end: float, share: float) -> Document:
    return {
        "name": f"apps/{PACKAGE}/anomalies/{build}-{int(start)}",
        "metricSet": f"apps/{PACKAGE}/{CRASHES}",
        "timelineSpec": {
            "aggregationPeriod": "HOURLY",
            "startTime": written(start, "HOURLY"),
            "endTime": written(end, "HOURLY"),
        },
        "dimensions": [{"dimension": "versionCode", "int64Value": build}],
        "metric": {"metric": "userPerceivedCrashRate", "decimalValue": {"value": f"{share:.6f}"}},
    }


def _moment(text: str, unbounded: int) -> float:
    if text == "UNBOUNDED":
        return unbounded * math.inf
    try:
        at = datetime.fromisoformat(text.strip('"'))
    except ValueError:
        raise refused(f"Could not parse time in filter: {text}.") from None
    if at.tzinfo is None:
        raise refused(f"A time in the filter has no offset: {text}.")
    return at.timestamp()
