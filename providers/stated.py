"""What an outside system states of a metric, made a reading, or the reason why there is none.

For the providers that are told by a person where the numbers stand: nothing is taken for granted (stores.md 11).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from providers.answering import NoData
from providers.moments import moment
from rollout_tui.domain.metrics import Kind, Population
from rollout_tui.domain.quantities import Bare, Mean, Number, Proportion, Quantity, flaw
from rollout_tui.domain.readings import Reading, Scope, Window
from rollout_tui.domain.words import age, plain_text, span
from rollout_tui.ports import Query

UnitName = Literal["ratio", "percent", "s", "ms", "us", "ns"]
_UNITS: dict[str, tuple[Kind, Decimal]] = {
    "ratio": (Kind.RATIO, Decimal(1)),
    "percent": (Kind.RATIO, Decimal("0.01")),
    "s": (Kind.MEAN, Decimal(1)),
    "ms": (Kind.MEAN, Decimal("0.001")),
    "us": (Kind.MEAN, Decimal("0.000001")),
    "ns": (Kind.MEAN, Decimal("0.000000001")),
}
_SHAPES: dict[frozenset[str], Kind | None] = {
    frozenset({"bad", "total"}): Kind.RATIO,
    frozenset({"good", "total"}): Kind.RATIO,
    frozenset({"sum", "count"}): Kind.MEAN,
    frozenset({"sum", "count", "squares"}): Kind.MEAN,
    frozenset({"value"}): None,
    frozenset({"good_share"}): Kind.RATIO,
}
"""The parts that make a quantity together, and for which kind of metric; None: for every kind."""
SHAPES = "bad and total, good and total, sum and count (and squares), value alone, or good_share alone"
PARTS = ("bad", "good", "total", "sum", "count", "squares", "value", "good_share")
_BARE = ("value", "good_share")
_SAME_MOMENT = 1.0
_AHEAD = 300.0
"""Seconds by which a time may lie in the future: clocks differ."""


def is_shape(parts: Collection[str]) -> bool:
    """Whether parts of these names make a quantity."""
    return frozenset(parts) in _SHAPES


@dataclass(frozen=True, slots=True)
class Terms:
    """What a person says of a metric's numbers beside where they stand.

    `covers` is the span in seconds that they are always about, whatever is asked; None: the window that is asked for.
    `population` is whom they count, where it is not the metric's.
    """

    unit: UnitName | None = None
    covers: float | None = None
    population: Population | None = None


@dataclass(frozen=True, slots=True)
class Stated:
    """The parts as they were found, None where there was nothing; the rest None where nobody looks for it."""

    parts: Mapping[str, object]
    as_of: object = None
    build: object = None
    population: object = None
    since: object = None
    must: frozenset[str] = field(default_factory=frozenset)
    """Of `as_of` and `build` those that were looked for: nothing there is no data."""


def window_of(query: Query, parts: Collection[str], terms: Terms) -> Window:
    """Which window the numbers will be about. Raises NoData where they cannot answer the query."""
    if terms.covers is None:
        return query.window
    end = query.window.end
    window = Window(end - terms.covers, end)
    if query.scope is Scope.PHASE and not set(parts) <= set(_BARE):
        # Windows that roll cannot be added up, so they prove nothing about the phase (gates.md 8).
        raise NoData(f"its counts are of the last {span(terms.covers)}, not of the whole phase")
    if query.scope is Scope.PHASE and window.start < query.window.start - _SAME_MOMENT:
        raise NoData(f"its value is of the last {span(terms.covers)}, and the phase is younger")
    return window


def reading(query: Query, stated: Stated, terms: Terms, window: Window, taken_at: float, source: str) -> Reading:
    """The reading that was stated, about that window. Raises NoData for whatever is missing, wrong or too old."""
    _check_build(query, stated)
    population = _population(query, stated, terms)
    window = _since(stated, window)
    as_of = _as_of(query, stated, window, taken_at)
    quantity = quantity_of(stated.parts, query.metric.kind, terms.unit)
    metric, build = query.metric.id, query.rollout.build
    return Reading(metric, query.scope, build, population, quantity, window, as_of, taken_at, source)


def quantity_of(parts: Mapping[str, object], kind: Kind, unit: UnitName | None) -> Quantity:
    """The quantity that the parts make for a metric of that kind. Raises NoData."""
    of, scale = _UNITS[unit or ("ratio" if kind is Kind.RATIO else "s")]
    fits = _SHAPES[frozenset(parts)]
    if (fits or kind) is not kind or of is not kind:
        raise NoData(f"the metric is a {kind}: {', '.join(parts)} in {unit or 'its unit'} cannot answer for it")
    numbers = {name: _number(name, stated) for name, stated in parts.items()}
    quantity = _quantity(numbers, scale)
    problem = flaw(quantity)
    if problem is not None:
        raise NoData(problem)
    if kind is Kind.RATIO and isinstance(quantity, Bare) and quantity.amount > 1:
        raise NoData(f"{quantity.amount} is no share of 1: is it per cent?")
    return quantity


def _quantity(numbers: Mapping[str, Number], scale: Decimal) -> Quantity:
    match dict(numbers):
        case {"bad": bad, "total": total}:
            return Proportion(bad, total)
        case {"good": good, "total": total}:
            if good > total:
                raise NoData(f"more good than total: {good} of {total}")
            return Proportion(_difference(total, good), total)
        case {"sum": total, "count": count, **rest}:
            squares = rest.get("squares")
            return Mean(_scaled(total, scale), count, None if squares is None else _scaled(squares, scale * scale))
        case {"value": amount}:
            return Bare(_scaled(amount, scale))
        case {"good_share": share}:
            return Bare(_difference(1, _scaled(share, scale)))
    raise NoData("nothing was stated")


def _number(name: str, stated: object) -> Number:
    """The number that stands there; NaN, infinities and negative ones are told apart later. Raises NoData."""
    if stated is None:
        raise NoData(f"{name} is missing")
    if isinstance(stated, bool) or not isinstance(stated, int | float | Decimal):
        kind = {bool: "true or false", str: "a text", list: "a list", dict: "a table"}.get(
            type(stated), "something else"
        )
        raise NoData(f"{name} is {kind}, no number: {plain_text(str(stated), 40)}")
    return stated


def _scaled(number: Number, scale: Decimal) -> Number:
    return number if scale == 1 or not math.isfinite(number) else Decimal(str(number)) * scale


def _difference(whole: Number, part: Number) -> Number:
    if isinstance(whole, int) and isinstance(part, int):
        return whole - part
    return Decimal(str(whole)) - Decimal(str(part))


def _check_build(query: Query, stated: Stated) -> None:
    wanted = query.rollout.build
    if stated.build is None:
        if "build" in stated.must:
            raise NoData(f"the answer does not say which build it is about; asked about {wanted}")
    elif isinstance(stated.build, bool) or str(stated.build) != wanted:
        raise NoData(f"the answer is about build {plain_text(str(stated.build), 40)}; asked about {wanted}")


def _population(query: Query, stated: Stated, terms: Terms) -> Population:
    population = terms.population or query.metric.population
    if stated.population is not None:
        try:
            population = Population(str(stated.population))
        except ValueError:
            raise NoData(f"nobody knows the population {plain_text(str(stated.population), 40)}") from None
    if population not in query.metric.populations:
        raise NoData(f"it counts {population}, the metric {query.metric.population}")
    return population


def _since(stated: Stated, window: Window) -> Window:
    """A window that begins later is a shorter one; one that began before holds what was not asked for."""
    if stated.since is None:
        return window
    start = _moment("since", stated.since)
    if start < window.start - _SAME_MOMENT or start >= window.end:
        raise NoData(f"it counts since {age(window.end - start)} ago; asked since {age(window.end - window.start)} ago")
    return Window(max(start, window.start), window.end)


def _as_of(query: Query, stated: Stated, window: Window, now: float) -> float:
    """When the newest data was taken; where nobody says it, the end of the window that was asked for."""
    if stated.as_of is None:
        if "as_of" in stated.must:
            raise NoData("the answer does not say how new its data is (as_of)")
        return min(window.end, now)
    as_of = _moment("as_of", stated.as_of)
    if as_of > now + _AHEAD:
        raise NoData(f"its data is {age(as_of - now)} in the future: look at as_of and at the clocks")
    if now - as_of > query.stale_after:
        raise NoData(f"newest data is {age(now - as_of)} old")
    return min(as_of, now)


def _moment(name: str, stated: object) -> float:
    try:
        return moment(stated)
    except ValueError as error:
        raise NoData(f"{name} cannot be read, {error}: {plain_text(str(stated), 40)}") from None
