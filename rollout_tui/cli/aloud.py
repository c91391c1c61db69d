"""What a screen reader can say: comparisons and charts in words (screens.md 14)."""

from __future__ import annotations

import re
import statistics
from datetime import UTC, tzinfo

from rollout_tui.domain import words
from rollout_tui.domain.metrics import Metric
from rollout_tui.domain.quantities import Number, Quantity, exact
from rollout_tui.domain.snapshot import Curve

_COMPARED = {"≥": "at least", ">=": "at least", "≤": "at most", "<=": "at most", ">": "over", "<": "under"}
_SIGN = re.compile(r"(>=|<=|[≥≤<>]) ?(?=\d)")
_RANGE = re.compile(r"(?<=\d)–(?=\d)")
_SPAN = re.compile(r"\b\d+ (s|min|h|d)\b( \d+ min\b)?")
_NUMBER = re.compile(r"\d[\d,.:]*")
_HOURS = 6
_RUN = 3
"""So many neighbouring columns, each beyond the one before, are a direction."""


def aloud(text: str) -> str:
    """`critical > 2 %` as `critical over 2 %`, `4–16 h` as `4 to 16 h`, a way through menus as a list."""
    return _RANGE.sub(" to ", _SIGN.sub(lambda sign: f"{_COMPARED[sign[1]]} ", text)).replace(" > ", ", ")


def without_numbers(text: str) -> str:
    """What stays of a sentence while ages, counts and times in it move."""
    return _NUMBER.sub("", without_ages(text))


def without_ages(text: str) -> str:
    """What stays of a sentence while time passes; `HTTP 503` stays."""
    return _SPAN.sub("", text)


def sampled(quantity: Quantity) -> str:
    """`of 10,002`, behind its value."""
    return "n unknown" if quantity.n is None else f"of {words.count(quantity.n)}"


def past(metric: Metric, curve: Curve, quantity: Quantity, zone: tzinfo = UTC) -> str:
    """The chart: `last 6 h: 0.30 %, rising since 09:50, now 2.41 %`; without a direction its lowest and highest.

    A direction is told only where the last columns all go one way, beyond everything before them.
    """
    first = max(0, len(curve.values) - int(_HOURS * words.HOUR / curve.step))
    known = [(number, value) for number, value in enumerate(curve.values) if number >= first and value is not None]
    if len(known) < 2:
        return ""
    values = [value for _, value in known]
    for sign, direction in ((1, "rising"), (-1, "falling")):
        turn = _turn([(number, sign * value) for number, value in known])
        if turn is not None:
            usual = _value(metric, statistics.median(values[: turn + 1]), quantity.n)
            since = curve.end - (len(curve.values) - known[turn][0] - 1) * curve.step
            now = words.value(metric, quantity)
            return f"last {_HOURS} h: {usual}, {direction} since {words.short_time(since, zone)}, now {now}"
    low, high = (_value(metric, end, quantity.n) for end in (min(values), max(values)))
    return f"last {_HOURS} h: steady at {low}" if low == high else f"last {_HOURS} h: between {low} and {high}"


def _turn(known: list[tuple[int, float]]) -> int | None:
    """Where the last rise began, if it is one: without holes, long enough, and over all that was before."""
    turn = len(known) - 1
    while turn and known[turn - 1][0] == known[turn][0] - 1 and known[turn - 1][1] < known[turn][1]:
        turn -= 1
    before = [value for _, value in known[: turn + 1]]
    return turn if len(known) - 1 - turn >= _RUN and max(before) < known[-1][1] else None


def _value(metric: Metric, value: float, n: Number | None) -> str:
    return words.measured(metric, exact(value), n)
