"""What was counted: proportions, means and bare values, compared exactly.

Counts arrive as integers or as decimals that some source wrote down. They are compared with limits as exact
fractions, so that `199 of 39,800` is exactly 0.5 % and never "about" it (gates.md 1).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from rollout_tui.domain.metrics import Kind

Number = int | float | Decimal
_LEAST, _MOST = 1e-12, 1e15
"""Smaller or larger numbers are mistakes of a source, and what is worked out of them would be noise or overflow."""
_SQUARES = "sum of squares"
_PLAIN = frozenset({int, float})


def exact(number: Number) -> Fraction:
    """The number as a fraction; a float means the decimal that it prints as (0.005 is 1/200).

    Raises ValueError for NaN and infinities.
    """
    if isinstance(number, float):
        if not math.isfinite(number):
            raise ValueError(f"{number} is not a number that can be compared")
        return Fraction(repr(number))
    if isinstance(number, Decimal) and not number.is_finite():
        raise ValueError(f"{number} is not a number that can be compared")
    return Fraction(number)


@dataclass(frozen=True, slots=True)
class Proportion:
    """`bad` of `total`: crashed sessions of sessions, failed connects of attempts. Ratio 0..1."""

    bad: Number
    total: Number

    @property
    def n(self) -> Number | None:
        """The sample size."""
        return self.total

    def value(self) -> Fraction:
        """bad / total. Only for usable quantities (see `flaw`)."""
        return exact(self.bad) / exact(self.total)


@dataclass(frozen=True, slots=True)
class Mean:
    """A sum over `count` observations, in the metric's unit; `squares` is the sum of squares where known."""

    sum: Number
    count: Number
    squares: Number | None = None

    @property
    def n(self) -> Number | None:
        """The sample size."""
        return self.count

    def value(self) -> Fraction:
        """sum / count. Only for usable quantities (see `flaw`)."""
        return exact(self.sum) / exact(self.count)


@dataclass(frozen=True, slots=True)
class Bare:
    """A value whose sample size nobody knows: severity as written, "n unknown" beside it."""

    amount: Number

    @property
    def n(self) -> Number | None:
        """Unknown."""
        return None

    def value(self) -> Fraction:
        """The value itself."""
        return exact(self.amount)


Quantity = Proportion | Mean | Bare


def fits(kind: Kind, quantity: Quantity) -> bool:
    """Whether a quantity can be an answer about a metric of that kind; a bare value can be about any."""
    return isinstance(quantity, Bare | (Proportion if kind is Kind.RATIO else Mean))


def flaw(quantity: Quantity) -> str | None:
    """Why these counts cannot be used, in words; None when they can (gates.md 8)."""
    if isinstance(quantity, Proportion) and are_plain_counts(quantity.bad, quantity.total):
        return None
    named: tuple[tuple[str, Number], ...]
    match quantity:
        case Proportion(bad, total):
            named = (("bad", bad), ("total", total))
        case Mean(sum=total, count=count, squares=squares):
            named = (("sum", total), ("count", count), (_SQUARES, 0 if squares is None else squares))
        case Bare(amount):
            named = (("value", amount),)
    for name, number in named:
        if not _is_number(number):
            return f"{name} is not a number: {number!r:.40}"
        if number < 0:
            return f"{name} is negative: {number}"
        if number != 0 and not _LEAST <= number <= (_MOST**2 if name == _SQUARES else _MOST):
            return f"{name} is beyond anything that is counted: {float(number):.3g}"
    if quantity.n is not None and quantity.n == 0:
        return "no sessions counted"
    if isinstance(quantity, Proportion) and quantity.bad > quantity.total:
        return f"more bad than total: {quantity.bad} of {quantity.total}"
    return None


def are_plain_counts(bad: object, total: object) -> bool:
    """Whether these are integers or floats that can be used, as nearly all are: a past of many polls is read fast.

    Where it says no, they may be usable all the same.
    """
    if type(bad) not in _PLAIN or type(total) not in _PLAIN:
        return False
    # NaN is on no side of anything.
    return (bad == 0 or bad >= _LEAST) and bad <= total and _LEAST <= total <= _MOST  # type: ignore[operator]


def _is_number(number: object) -> bool:
    if not isinstance(number, Number) or isinstance(number, bool):
        return False
    try:
        return math.isfinite(number)
    except (OverflowError, ValueError):  # an integer beyond all floats; a signalling NaN
        return False
