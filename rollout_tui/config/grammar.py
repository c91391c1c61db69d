"""The small grammar of the configuration: gates, lines, durations and shares (docs/configuration.md).

    gate      = condition | "signoff" ":" words
    condition = name line
    line      = operator number [unit]
    operator  = "<" | "<=" | ">" | ">=" | "=="        ("≤" and "≥" are read as "<=" and ">=")
    unit      = "%" | time-unit
    time-unit = "s" | "m" | "min" | "h" | "d"
    duration  = number time-unit
    range     = duration ["to" duration]
    share     = number ["%"]                          (above 0, at most 1 or 100 %)

Numbers are exact: `0.5%` is 1/200. Errors say at which character they stand and what was expected there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from rollout_tui.domain.metrics import Line, Operator, Unit

LONGEST = 200
"""Characters that a condition may have; nobody writes longer ones, and errors quote them."""

_SECONDS = {"s": Fraction(1), "m": Fraction(60), "min": Fraction(60), "h": Fraction(3600), "d": Fraction(86400)}
_UNITS: dict[str, tuple[Fraction, Unit | None]] = {
    "": (Fraction(1), None),
    "%": (Fraction(1, 100), Unit.RATIO),
    **{name: (seconds, Unit.SECONDS) for name, seconds in _SECONDS.items()},
}
_OPERATORS = {operator.value: operator for operator in Operator} | {"≤": Operator.LE, "≥": Operator.GE}
_TIME_UNITS = f"one of the units {', '.join(_SECONDS)}"
_SIGNS = "one of <, <=, >, >=, =="

_BLANK = re.compile(r"[ \t]*")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_OPERATOR = re.compile(r"[<>=≤≥!]+")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_UNIT = re.compile(r"%|[A-Za-z]+")
_TO = re.compile(r"to\b")
_SIGNOFF = re.compile(r"signoff[ \t]*:[ \t]*")
_WORDS = re.compile(r"[^\x00-\x1f\x7f]+")


class GrammarError(ValueError):
    """What stands there, where (0-based position in the text), and what was expected."""

    def __init__(self, text: str, position: int, expected: str) -> None:
        super().__init__(f'"{text}" at character {position + 1}: expected {expected}')
        self.text = text
        self.position = position
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Marks:
    """Where the parts of a condition begin: 0-based positions in its text."""

    name: int = 0
    operator: int = 0
    limit: int = 0


@dataclass(frozen=True, slots=True)
class Condition:
    """A parsed gate on a named quantity. The limit is in base units (ratio 0..1, seconds, or as it stands: None)."""

    name: str
    line: Line
    unit: Unit | None
    marks: Marks = field(default=Marks(), compare=False)


@dataclass(frozen=True, slots=True)
class SignOffCondition:
    """A parsed sign-off gate: what a person answers for."""

    what: str


def duration(text: str) -> float:
    """Seconds of `60s`, `15m`, `24h`, `90d`. Raises GrammarError."""
    scan = _Scan(text)
    seconds = scan.duration()
    scan.end()
    return seconds


def time_range(text: str) -> tuple[float, float | None]:
    """Minimum and maximum in seconds of `24h` or `24h to 48h`. Raises GrammarError."""
    scan = _Scan(text)
    minimum = scan.duration()
    if scan.done:
        return minimum, None
    scan.take(_TO, '"to" and a longer time, or nothing more')
    position = scan.at
    maximum = scan.duration()
    scan.end()
    if maximum < minimum:
        raise GrammarError(text, position, "an upper time that is not below the lower one")
    return minimum, maximum


def share(written: str | int | float) -> Decimal:
    """A share of users, 0 < share <= 1, from `10%`, `0.1%` or 0.1. Raises GrammarError."""
    scan = _Scan(written if isinstance(written, str) else f"{Decimal(str(written)):f}")
    number = scan.take(_NUMBER, 'a share such as "10%" or 0.1')
    position = scan.at
    unit = scan.maybe(_UNIT)
    if unit not in ("", "%"):
        raise GrammarError(scan.text, position, '"%" or nothing more')
    scan.end()
    value = Decimal(number) / (100 if unit else 1)
    if not 0 < value <= 1:
        raise GrammarError(scan.text, 0, "a share above 0 % and at most 100 %")
    return value


def line(text: str) -> tuple[Line, Unit | None]:
    """A line such as `< 0.5%` or `> 5min`, and the unit that it is written in. Raises GrammarError."""
    scan = _Scan(text)
    found, unit, _, _ = scan.line()
    scan.end()
    return found, unit


def gate(text: str) -> Condition | SignOffCondition:
    """A gate: `NAME OPERATOR NUMBER[UNIT]` or `signoff: WHAT`. Raises GrammarError."""
    scan = _Scan(text)
    if scan.maybe(_SIGNOFF):
        what = scan.take(_WORDS, "what is to be signed, such as: signoff: maintainer")
        scan.end()
        return SignOffCondition(" ".join(what.split()))
    begin = scan.at
    name = scan.take(_NAME, 'the name of a metric, "critical_bugs" and the like, or "signoff: …"')
    found, unit, operator, limit = scan.line()
    scan.end()
    return Condition(name, found, unit, Marks(begin, operator, limit))


class _Scan:
    """A place in a text, moving right over parts and the blanks behind them."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            raise GrammarError(text[:LONGEST] + "…", LONGEST, f"at most {LONGEST} characters")
        self.text = text
        self.at = 0
        self.maybe(_BLANK)

    @property
    def done(self) -> bool:
        """Whether nothing is left."""
        return self.at == len(self.text)

    def maybe(self, part: re.Pattern[str]) -> str:
        """The part if it comes next, else the empty text."""
        match = part.match(self.text, self.at)
        if match is None:
            return ""
        blank = _BLANK.match(self.text, match.end())
        self.at = match.end() if blank is None else blank.end()
        return match.group()

    def take(self, part: re.Pattern[str], expected: str) -> str:
        """The part that must come next."""
        found = self.maybe(part)
        if not found:
            raise GrammarError(self.text, self.at, expected)
        return found

    def end(self) -> None:
        """Nothing may be left."""
        if not self.done:
            raise GrammarError(self.text, self.at, "nothing more")

    def duration(self) -> float:
        """A number and a unit of time, in seconds."""
        number = Fraction(self.take(_NUMBER, 'a duration such as "60s", "15m", "24h" or "90d"'))
        position = self.at
        seconds = _SECONDS.get(self.maybe(_UNIT))
        if seconds is None:
            raise GrammarError(self.text, position, _TIME_UNITS)
        return float(number * seconds)

    def line(self) -> tuple[Line, Unit | None, int, int]:
        """Operator, number and unit; the positions of operator and number."""
        begin = self.at
        operator = _OPERATORS.get(self.take(_OPERATOR, _SIGNS))
        if operator is None:
            raise GrammarError(self.text, begin, _SIGNS)
        limit = self.at
        number = Fraction(self.take(_NUMBER, "a number"))
        position = self.at
        written = self.maybe(_UNIT)
        factor, unit = _UNITS.get(written, (None, None))
        if factor is None:
            raise GrammarError(self.text, position, f"%, or {_TIME_UNITS}")
        return Line(operator, number * factor), unit, begin, limit
