"""Numbers on the command line, as exact decimals: a mistake names the option and the value (gates.md 11).

Each function is the callback of an option and answers None where the option was not given.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

import click

_SPAN = re.compile(r"(\d{1,12}(?:\.\d{1,12})?)\s*([smh])", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_DIGITS = 300


def count(_context: click.Context, _option: click.Parameter, text: str | None) -> Decimal | None:
    """A count as written: 12, 41.37, 1e6; also nan, inf and negative ones, which are no data but no mistake."""
    return None if text is None else _number(text)


def ratio(_context: click.Context, _option: click.Parameter, text: str | None) -> Decimal | None:
    """A ratio between 0 and 1, both excluded."""
    if text is None:
        return None
    number = _number(text)
    if not (number.is_finite() and 0 < float(number) < 1):
        raise click.BadParameter(f'"{text}" is not between 0 and 1 (a ratio: 0.5 % is 0.005)')
    return number


def at_least_one(_context: click.Context, _option: click.Parameter, text: str | None) -> float | None:
    """A finite number of 1 or more."""
    if text is None:
        return None
    number = _number(text)
    if not (number.is_finite() and number >= 1):
        raise click.BadParameter(f'"{text}" is not a number of 1 or more')
    return float(number)


def seconds(_context: click.Context, _option: click.Parameter, text: str | None) -> float | None:
    """A time with its unit: 90s, 60m, 1.5h; 0 needs none."""
    if text is None or text.strip() == "0":
        return None if text is None else 0.0
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise click.BadParameter(f'"{text}" is not a time with its unit (90s, 60m, 1.5h)')
    return float(found[1]) * _SECONDS[found[2]]


def _number(text: str) -> Decimal:
    """The number as written; numbers that no count, ratio or factor can have are refused like text."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("sNaN")
    if number.is_snan() or (number and number.is_finite() and abs(number.adjusted()) > _DIGITS):
        hint = " (a ratio: 0.5 % is 0.005)" if text.rstrip().endswith("%") else ""
        raise click.BadParameter(f'"{text}" is not a number{hint}')
    return number
