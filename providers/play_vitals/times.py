"""Periods of the vitals: days of Los Angeles, hours of UTC, and Google's way to write a moment (stores.md 3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from providers.play_vitals.vitals import PeriodName

_OFFSET = re.compile(r"(-?\d{1,5})(\.\d+)?s", re.ASCII)
_FURTHEST = timedelta(hours=18)


@dataclass(frozen=True, slots=True)
class Period:
    """A span in which vitals are aggregated. `zone` is the only one that Google takes for it."""

    google: str
    zone: str
    word: str

    def begin(self, at: float) -> float:
        """When the period began that holds `at`; epoch seconds UTC, like all times here."""
        local = datetime.fromtimestamp(at, ZoneInfo(self.zone)).replace(minute=0, second=0, microsecond=0)
        return (local if self is HOURLY else local.replace(hour=0, fold=0)).timestamp()

    def before(self, end: float) -> float:
        """When the period began that ends at `end`: a day of Los Angeles has 23, 24 or 25 hours."""
        return self.begin(end - 1.0)

    def after(self, start: float) -> float:
        """When the period ends that begins at `start`."""
        if self is HOURLY:
            return start + 3600.0
        local = datetime.fromtimestamp(start, ZoneInfo(self.zone))
        return (local.replace(fold=0) + timedelta(days=1)).timestamp()

    def civil(self, at: float) -> dict[str, Any]:
        """A begin of a period as Google writes it, in the period's zone."""
        local = datetime.fromtimestamp(at, ZoneInfo(self.zone))
        document: dict[str, Any] = {"year": local.year, "month": local.month, "day": local.day}
        if self is HOURLY:
            document["hours"] = local.hour
        return {**document, "timeZone": {"id": self.zone}}

    def instant(self, document: object) -> float | None:
        """The moment that Google wrote; in the period's zone where it names none. None for what is no moment."""
        if not isinstance(document, Mapping):
            return None
        zone = _zone(document, self.zone)
        parts = [document.get(name, 0) for name in ("year", "month", "day", "hours", "minutes", "seconds")]
        if zone is None or not all(isinstance(part, int) and not isinstance(part, bool) for part in parts):
            return None
        year, month, day, hours, minutes, seconds = parts
        try:
            return datetime(year, month, day, hours, minutes, seconds, tzinfo=zone).timestamp()
        except (ValueError, OverflowError):
            return None


DAILY = Period("DAILY", "America/Los_Angeles", "day")
HOURLY = Period("HOURLY", "UTC", "hour")
PERIODS: Mapping[PeriodName, Period] = {"daily": DAILY, "hourly": HOURLY}


def _zone(document: Mapping[str, Any], usual: str) -> tzinfo | None:
    named, offset = document.get("timeZone"), document.get("utcOffset")
    if isinstance(named, Mapping) and named.get("id"):
        try:
            return ZoneInfo(str(named["id"]))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return None
    if offset is None:
        return ZoneInfo(usual)
    seconds = _OFFSET.fullmatch(str(offset))
    if seconds is None or abs(int(seconds[1])) > _FURTHEST.total_seconds():
        return None
    return timezone(timedelta(seconds=int(seconds[1])))
