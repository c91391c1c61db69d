"""One look at counts, for programs (JSON) and for people (a few plain lines, in the words of gates.md 10)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from math import floor, isfinite, log10
from typing import Any

from rollout_tui.domain.evidence.gate import SPOKEN
from rollout_tui.domain.evidence.once import Look
from rollout_tui.domain.evidence.wording import bound, odds
from rollout_tui.domain.quantities import Number, exact
from rollout_tui.domain.verdicts import Verdict
from rollout_tui.domain.words import decimal, plain_percent

_HALF = 20
"""Columns of each half of the bar."""


def facts(seen: Look) -> dict[str, Any]:
    """The object of `--json`: numbers unrounded, null where there is nothing."""
    fast, slow = seen.more_sessions
    return {
        "bad": _plain(seen.bad),
        "total": _plain(seen.total),
        "limit": _plain(seen.limit),
        "direction": seen.direction,
        "alpha": seen.alpha,
        "beta": seen.beta,
        "dispersion": _plain(seen.dispersion),
        "verdict": SPOKEN[seen.verdict],
        "reason": seen.reason,
        "point": seen.point,
        "point_ok": seen.point_ok,
        "low": seen.low,
        "high": seen.high,
        "log_e_fail": seen.log_e_fail,
        "log_e_pass": seen.log_e_pass,
        "log_e_fail_needed": seen.log_e_fail_needed,
        "log_e_pass_needed": seen.log_e_pass_needed,
        "more_sessions": {"fast": fast, "slow": slow},
        "clean_sessions_to_pass": seen.clean_sessions_to_pass,
    }


def lines(seen: Look, encoding: str) -> Iterator[str]:
    """Verdict, value, evidence, bar and what is missing, a line each."""
    yield f"{seen.verdict}  {seen.reason}".rstrip()
    line = f"must stay {seen.direction} {plain_percent(exact(seen.limit))}"
    if seen.point is None or seen.log_e_fail is None or seen.log_e_pass is None:
        yield f"value     none from {_given(seen.bad)} of {_given(seen.total)} sessions; {line}"
        return
    places = _places(seen)
    value, low, high = (_percent(rate, places) for rate in (seen.point, seen.low or 0.0, seen.high or 0.0))
    counted = f"{_given(seen.bad)} of {_given(seen.total)} sessions"
    yield f"value     {value} % [{low}-{high}], {counted}; {line}"
    fail = f"{odds(seen.log_e_fail)} of {bound(seen.log_e_fail_needed)}"
    passing = f"{odds(seen.log_e_pass)} of {bound(seen.log_e_pass_needed)}"
    yield f"evidence  for FAIL {fail}, for PASS {passing}"
    yield f"          {bar(seen, encoding)}"
    if seen.verdict is Verdict.UNDECIDED:
        yield f"missing   {_missing(*seen.more_sessions)}"
        if seen.clean_sessions_to_pass is not None:
            yield f"          PASS needs at least {seen.clean_sessions_to_pass:,} more without a bad one"


def bar(seen: Look, encoding: str) -> str:
    """Evidence over its bound, from the middle to FAIL and to PASS."""
    full, empty, middle = ("█", "·", "│") if _can_write("█·│", encoding) else ("#", "-", "|")
    fail = _columns(seen.log_e_fail, seen.log_e_fail_needed)
    passing = _columns(seen.log_e_pass, seen.log_e_pass_needed)
    left = empty * (_HALF - fail) + full * fail
    right = full * passing + empty * (_HALF - passing)
    return f"FAIL {left}{middle}{right} PASS"


def _missing(fast: int | None, slow: int | None) -> str:
    if fast is None:
        return "no verdict is in sight: the value is too near the limit"
    if slow is None:
        return f"{_short(fast)} more sessions or far more: the rate is not yet told from the limit"
    return f"{_short(fast)} to {_short(slow)} more sessions, if the rate stays as it is"


def _columns(evidence: float | None, needed: float) -> int:
    """Columns of a half: full only once the bound is reached."""
    return max(0, min(_HALF, floor((evidence or 0.0) / needed * _HALF)))


def _can_write(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _places(seen: Look) -> int:
    """Decimals of per cent that tell rates near the limit apart."""
    limit = float(seen.limit)
    nearer = min(limit, 1 - limit) * 100
    return 2 if nearer <= 0 else min(12, max(2, 1 - floor(log10(nearer))))


def _percent(rate: float, places: int) -> str:
    return decimal(exact(rate) * 100, places)


def _short(sessions: int) -> str:
    """Two digits are enough for a range: 5,910, 12k, 2.5M."""
    if sessions < 10_000:
        return f"{sessions:,}"
    if sessions < 1_000_000:
        return f"{sessions / 1000:.0f}k"
    return f"{sessions / 1e6:.1f}M" if sessions < 10_000_000 else f"{sessions / 1e6:.0f}M"


def _given(count: Number | None) -> str:
    if count is None:
        return "no number"
    whole = exact(count)
    return f"{int(whole):,}" if whole.denominator == 1 else f"{count:,f}"


def _plain(number: Number | None) -> int | float | None:
    """A JSON number: whole ones as integers."""
    if number is None:
        return None
    if isinstance(number, int):
        return number
    fraction = exact(number)
    if isinstance(number, Decimal) and fraction.denominator == 1:
        return int(fraction)
    return float(number) if isfinite(number) else None
