"""Conditions that no value can meet, and those that every value meets: both are mistakes of whoever wrote them."""

from __future__ import annotations

from fractions import Fraction

from rollout_tui.domain.metrics import Line, Operator, Unit

_DOWNWARD = (Operator.LT, Operator.LE)
_ABOUT = {
    Unit.RATIO: "a rate lies between 0 % and 100 %",
    Unit.SECONDS: "a time is never below 0",
    None: "counts begin at 0",
}
_WANTED = {Unit.RATIO: "a percentage such as 0.5%", Unit.SECONDS: "a time such as 10s or 5min", None: "a whole number"}


def wanted_unit(unit: Unit | None) -> str:
    """What a limit of that unit looks like."""
    return _WANTED[unit]


def never(line: Line, unit: Unit | None, cap: Fraction | None = None) -> str | None:
    """Why no value of the unit meets the line; None when one does. Unit None is a count; `cap` bounds a time."""
    lowest, highest = _bounds(unit, cap)
    if line.operator in _DOWNWARD:
        impossible = not line.holds(lowest)
    elif line.operator is Operator.EQ:
        impossible = line.limit < lowest or (highest is not None and line.limit > highest)
    else:
        impossible = highest is not None and not line.holds(highest)
    return f"can never hold: {_about(unit, cap)}" if impossible else None


def always(line: Line, unit: Unit | None, cap: Fraction | None = None) -> str | None:
    """Why every value of the unit meets the line; None when one does not."""
    lowest, highest = _bounds(unit, cap)
    if line.operator is Operator.EQ:
        return None
    extreme = highest if line.operator in _DOWNWARD else lowest
    met = extreme is not None and line.holds(extreme)
    return f"always holds, so it guards nothing: {_about(unit, cap)}" if met else None


def _about(unit: Unit | None, cap: Fraction | None) -> str:
    return _ABOUT[unit] if cap is None else f"{_ABOUT[unit]} and here, by its cap, never above {float(cap):g} s"


def _bounds(unit: Unit | None, cap: Fraction | None) -> tuple[Fraction, Fraction | None]:
    return Fraction(0), Fraction(1) if unit is Unit.RATIO else cap
