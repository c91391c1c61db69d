"""A moment as a person types it: `10:31`, `Tue 10:31`, `7 Mar 17:55`, `2026-03-07 17:55`, `3 h ago`, `-90min`."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo

from rollout_tui.domain.words import DAY, HOUR, MINUTE

EXPECTED = 'expected a time such as "10:31", "7 Mar 17:55", "2026-03-07 17:55" or "3 h ago"'
_UNITS = {"s": 1.0, "m": MINUTE, "min": MINUTE, "h": HOUR, "d": DAY}
_AGO = re.compile(r"^(-\s*)?(\d+(?:\.\d+)?)\s*(s|m|min|h|d)(\s+ago)?$")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = ("%H:%M:%S", "%H:%M")
_DATES = ("%Y-%m-%d", "%d %b %Y", "%d %b")


def parse_moment(text: str, now: float, zone: tzinfo) -> float:
    """Epoch seconds UTC of the newest such moment that is not after `now`. Raises ValueError with what was expected."""
    wanted = " ".join(text.strip().lower().split())
    moment = _ago(wanted, now)
    today = datetime.fromtimestamp(now, zone)
    for read in (_iso, _weekday, _dated, _clock):
        found = read(wanted, today) if moment is None else None
        if found is not None:
            moment = found.timestamp()
    if moment is None or moment < 0:  # nothing is recorded of then, and no calendar goes back for ever
        raise ValueError(EXPECTED)
    return moment


def _ago(wanted: str, now: float) -> float | None:
    ago = _AGO.match(wanted)
    if ago is None or (ago[1] and ago[4]):  # "-5 h ago" would be in five hours, or a slip
        return None
    return now - float(ago[2]) * _UNITS[ago[3]]


def _iso(wanted: str, today: datetime) -> datetime | None:
    try:
        found = datetime.fromisoformat(wanted.upper())
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=today.tzinfo)


def _clock(wanted: str, today: datetime) -> datetime | None:
    found = _first(_CLOCK, wanted)
    if found is None:
        return None
    moment = _at(today, found)
    return moment if moment <= today else moment - timedelta(days=1)


def _weekday(wanted: str, today: datetime) -> datetime | None:
    day, _, rest = wanted.partition(" ")
    found = _first(_CLOCK, rest)
    if day[:3] not in _DAYS or found is None:
        return None
    moment = _at(today - timedelta(days=(today.weekday() - _DAYS.index(day[:3])) % 7), found)
    return moment if moment <= today else moment - timedelta(days=7)


def _dated(wanted: str, today: datetime) -> datetime | None:
    date, _, clock = wanted.rpartition(" ")
    found = _first(_CLOCK, clock)
    # A day without its year is given one, so that 29 Feb can be read.
    for form, text in ((form, f"{date} {today.year}" if form == "%d %b" else date) for form in _DATES):
        day = _first((f"{form} %Y" if form == "%d %b" else form,), text)
        if day is not None and found is not None:
            return _at(today.replace(year=day.year, month=day.month, day=day.day), found)
    return None


def _at(day: datetime, clock: datetime) -> datetime:
    return day.replace(hour=clock.hour, minute=clock.minute, second=clock.second, microsecond=0)


def _first(forms: tuple[str, ...], text: str) -> datetime | None:
    read: Callable[[str, str], datetime] = datetime.strptime
    for form in forms:
        try:
            return read(text, form)
        except ValueError:
            continue
    return None
