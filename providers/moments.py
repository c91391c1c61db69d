"""Times as people and other programs write them: `24h` in a configuration, epoch or ISO 8601 in an answer."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(s|min|m|h|d)\s*")
_SECONDS = {"s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_SCALES = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
"""From which size on an epoch is in nano-, micro- or milliseconds: as seconds it would lie beyond the year 5000."""


def duration(written: object) -> float:
    """Seconds of `30s`, `15m`, `24h`, `7d`. Raises ValueError."""
    if isinstance(written, float):  # a default, or what was checked before
        return written
    match = _DURATION.fullmatch(written) if isinstance(written, str) else None
    if match is None or float(match[1]) <= 0:
        raise ValueError('expected a time above 0 in quotes with its unit, such as "24h"')
    return float(match[1]) * _SECONDS[match[2]]


Duration = Annotated[
    float,
    BeforeValidator(duration),
    WithJsonSchema({"type": "string", "pattern": r"^\s*[0-9]+(\.[0-9]+)?\s*(s|m|min|h|d)\s*$"}),
]
"""A time in the options of a provider."""


def moment(stated: object) -> float:
    """Epoch seconds of an epoch (in seconds, milli-, micro- or nanoseconds, as number or text) or of ISO 8601.

    Raises ValueError with words for a reader, for a time without its zone too.
    """
    number = _number(stated)
    if number is not None:
        if not math.isfinite(number) or number <= 0:
            raise ValueError(f"{number:g} is no time")
        return number / next((scale for least, scale in _SCALES if number >= least), 1.0)
    if not isinstance(stated, str):
        raise ValueError("it is no time")
    try:
        at = datetime.fromisoformat(stated.strip())
    except ValueError:
        raise ValueError("it is neither an epoch nor a time in ISO 8601") from None
    if at.tzinfo is None:
        raise ValueError("it is a time without its zone")
    return at.timestamp()


def from_iso(text: str, zone: tzinfo | None = None) -> float:
    """Epoch seconds of ISO 8601; `zone` is that of a time which names none. Raises ValueError, also without both."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None and zone is None:
        raise ValueError("it is a time without its zone")
    return (at if at.tzinfo is not None else at.replace(tzinfo=zone)).timestamp()


def iso_moment(stated: object, zone: tzinfo | None = None) -> float | None:
    """The same of anything that an API may write there; None for what is no time."""
    try:
        return from_iso(stated, zone) if isinstance(stated, str) else None
    except ValueError:
        return None


def iso(at: float) -> str:
    """Epoch seconds as APIs take them: `2026-03-11T14:32:07Z`."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _number(stated: object) -> float | None:
    if isinstance(stated, bool):
        return None
    try:
        return float(stated) if isinstance(stated, int | float | Decimal | str) else None
    except (ValueError, OverflowError):
        return None
