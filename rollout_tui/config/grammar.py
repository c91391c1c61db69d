"""The small grammar of the configuration: durations, shares, lines and gates, with units (docs/configuration.md).

Numbers are exact: `0.5%` is 1/200. Errors say where in the text they stand and what was expected.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from rollout_tui.domain.metrics import Line, Operator, Unit

_NUMBER = r"(?P<number>\d+(?:\.\d+)?)"
_DURATION = re.compile(rf"\s*{_NUMBER}\s*(?P<unit>[a-z]+)\s*")
_LIMIT = re.compile(rf"\s*(?P<operator><=|>=|==|<|>|≤|≥)\s*{_NUMBER}\s*(?P<unit>%|[a-z]*)\s*")
_NAME = re.compile(r"\s*(?P<name>[a-z][a-z0-9_]*)")
_SIGNOFF = re.compile(r"\s*signoff\s*:\s*(?P<what>\S.*?)\s*")

_SECONDS = {
    "s": Fraction(1),
    "sec": Fraction(1),
    "m": Fraction(60),
    "min": Fraction(60),
    "h": Fraction(3600),
    "d": Fraction(86400),
}
_OPERATORS = {"≤": Operator.LE, "≥": Operator.GE}


class GrammarError(ValueError):
    """What stands there, where (0-based position in the text), and what was expected."""

    def __init__(self, text: str, position: int, expected: str) -> None:
        super().__init__(f'"{text}" at character {position + 1}: expected {expected}')
        self.text = text
        self.position = position
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Condition:
    """A parsed gate on a named quantity. `unit` is "%", "s" or "" as it was written; the limit is in base units."""

    name: str
    line: Line
    unit: Unit | None


@dataclass(frozen=True, slots=True)
class SignOffCondition:
    """A parsed sign-off gate: what a person answers for."""

    what: str


def duration(text: str) -> float:
    """Seconds of `60s`, `15m`, `24h`, `90d`. Raises GrammarError."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise GrammarError(text, 0, 'a duration such as "60s", "15m", "24h" or "90d"')
    unit = _SECONDS.get(match["unit"])
    if unit is None:
        raise GrammarError(text, match.start("unit"), f"one of {', '.join(_SECONDS)}")
    return float(Fraction(match["number"]) * unit)


def time_range(text: str) -> tuple[float, float | None]:
    """Minimum and maximum in seconds of `24h` or `24h to 48h`. Raises GrammarError."""
    first, to, second = text.partition(" to ")
    if not to:
        return duration(text), None
    minimum, maximum = duration(first), duration(second)
    if maximum < minimum:
        raise GrammarError(text, len(first) + len(to), "an upper time that is not below the lower one")
    return minimum, maximum


def share(written: str | int | float | Decimal) -> Decimal:
    """A share of users, 0 < share <= 1, from `10%`, `0.1%` or 0.1. Raises GrammarError."""
    text = str(written).strip()
    number = text.removesuffix("%").strip()
    try:
        value = Decimal(number)
    except ArithmeticError:
        raise GrammarError(text, 0, 'a share such as "10%" or 0.1') from None
    if text.endswith("%"):
        value /= 100
    if not 0 < value <= 1:
        raise GrammarError(text, 0, "a share above 0 % and at most 100 %")
    return value


def line(text: str) -> tuple[Line, Unit | None]:
    """A line such as `< 0.5%` or `> 5min`, and the unit that it is written in. Raises GrammarError."""
    match = _LIMIT.fullmatch(text)
    if match is None:
        raise GrammarError(text, 0, 'an operator, a number and a unit, such as "< 0.5%", "<= 1%", "< 10s"')
    return _line(text, match)


def gate(text: str) -> Condition | SignOffCondition:
    """A gate: `NAME OPERATOR NUMBER[UNIT]` or `signoff: WHAT`. Raises GrammarError."""
    signoff = _SIGNOFF.fullmatch(text)
    if signoff is not None:
        return SignOffCondition(signoff["what"])
    name = _NAME.match(text)
    if name is None:
        raise GrammarError(text, 0, 'the name of a metric, "critical_bugs" and the like, or "signoff: …"')
    match = _LIMIT.fullmatch(text, name.end())
    if match is None:
        raise GrammarError(text, name.end(), 'an operator, a number and a unit after the name, such as "<= 1%"')
    parsed, unit = _line(text, match)
    return Condition(name["name"], parsed, unit)


def _line(text: str, match: re.Match[str]) -> tuple[Line, Unit | None]:
    operator = _OPERATORS.get(match["operator"]) or Operator(match["operator"])
    number, unit = Fraction(match["number"]), match["unit"]
    if unit == "%":
        return Line(operator, number / 100), Unit.RATIO
    if unit == "":
        return Line(operator, number), None
    seconds = _SECONDS.get(unit)
    if seconds is None:
        raise GrammarError(text, match.start("unit"), f"one of %, {', '.join(_SECONDS)}")
    return Line(operator, number * seconds), Unit.SECONDS
