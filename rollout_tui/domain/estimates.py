"""How estimates read: always a range or a bound, never one number (screens.md 8)."""

from __future__ import annotations

from math import ceil, floor

from rollout_tui.domain.evidence.finding import Ahead

_DAY = 24.0
_LONG = 72.0
"""Hours from which a range is told in days, where its near end is a day away too."""


def hours_range(fast: float, slow: float | None) -> str:
    """Hours between two bounds: `4–16 h`, `20–50 min`, `2–9 d`; `< 5 h` from now on; `> 9 h` without a far end."""
    if slow is None:
        return f"> {_floor(fast)}"
    unit, size = ("min", 1 / 60) if slow <= 1 else ("h", 1.0)
    if slow > _LONG and fast >= _DAY:
        unit, size = "d", _DAY
    near, far = floor(fast / size), ceil(slow / size)
    if near == 0:
        return f"< {max(1, far)} {unit}"
    return f"{near}–{max(far, near + 1)} {unit}"


def sessions_range(fast: int, slow: int | None) -> str:
    """`37k–142k`, `> 12k`."""
    if slow is None:
        return f"> {short_count(fast)}"
    near, far = short_count(fast), short_count(slow)
    return f"{near}–{far}" if near != far else f"{fast:,}–{max(slow, fast + 1):,}"


def short_count(number: int) -> str:
    """A count for a narrow place: `424`, `9,100`, `37k`, `2.5M`."""
    if number < 10_000:
        return f"{number:,}"
    if number < 999_500:
        return f"{number / 1000:.0f}k"
    millions = number / 1_000_000
    return f"{millions:.1f}M" if millions < 10 else f"{millions:,.0f}M"


def wait(ahead: Ahead | None) -> str:
    """How much longer until a gate decides: in hours, else in sessions; empty where nothing is known."""
    if ahead is None or ahead.fast is None:
        return ""
    if ahead.fast_hours is not None:
        return hours_range(ahead.fast_hours, ahead.slow_hours)
    return f"{sessions_range(ahead.fast, ahead.slow)} more"


def _floor(hours: float) -> str:
    if hours < 1:
        return f"{floor(hours * 60)} min"
    return f"{floor(hours)} h" if hours <= _LONG else f"{floor(hours / _DAY)} d"
