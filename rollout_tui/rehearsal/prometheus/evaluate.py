"""Evaluating a parsed query at one moment, with Prometheus's staleness and extrapolation."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rollout_tui.rehearsal.prometheus.syntax import (
    Aggregation,
    Binary,
    Call,
    Matcher,
    Node,
    Number,
    PromError,
    Selector,
    Text,
)
from rollout_tui.rehearsal.telemetry import Labels, Series, Telemetry

_PLACE = 'invalid parameter "query": 1:1'
Samples = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Element:
    """One element of an instant vector; `time` is when it was sampled."""

    labels: Labels
    value: float
    time: float


@dataclass(frozen=True, slots=True)
class Range:
    """One series of a range vector, with the window that was asked for."""

    labels: Labels
    samples: Samples
    start: float
    end: float


Vector = list[Element]
Matrix = list[Range]
Value = float | str | Vector | Matrix


def evaluate(node: Node, telemetry: Telemetry, at: float) -> Value:
    """The value of a query at a time (epoch seconds). Raises PromError."""
    return _Evaluation(telemetry, at).of(node)


class _Evaluation:
    def __init__(self, telemetry: Telemetry, at: float) -> None:
        self._telemetry = telemetry
        self._at = at

    def of(self, node: Node) -> Value:
        match node:
            case Number(value):
                return value
            case Text(value):
                return value
            case Selector():
                return self._select(node)
            case Call(name, arguments):
                return _distinct(self._call(name, arguments))
            case Aggregation():
                return self._aggregate(node)
            case Binary(operator="or"):
                return self._union(node)
            case Binary():
                return _distinct(self._binary(node))

    def _select(self, selector: Selector) -> Vector | Matrix:
        at = (self._at if selector.at is None else selector.at) - selector.offset
        chosen = self._chosen(selector.matchers)
        if selector.range is not None:
            return self._ranges(chosen, at - selector.range, at)
        found = [(series, self._telemetry.scraped(series, at)) for series in chosen]
        return [Element(s.labels, sample[1], sample[0]) for s, sample in found if sample is not None]

    def _chosen(self, matchers: tuple[Matcher, ...]) -> list[Series]:
        """The series that are selected; remembered, since a range asks at thousands of moments."""
        known = self._telemetry.selections.get(matchers)
        if known is None:
            known = [s for s in self._telemetry.series if all(m.takes(s.labels) for m in matchers)]
            self._telemetry.selections[matchers] = known
        return known

    def _ranges(self, chosen: list[Series], start: float, end: float) -> Matrix:
        found = [Range(s.labels, self._telemetry.samples(s, start, end), start, end) for s in chosen]
        return [item for item in found if item.samples]

    def _call(self, name: str, arguments: tuple[Node, ...]) -> Value:
        if name == "time" and not arguments:
            return self._at
        if name == "vector" and len(arguments) == 1:
            return [Element({}, self._scalar(arguments[0]), self._at)]
        if name == "label_replace" and len(arguments) == 5:
            return self._label_replace(arguments)
        over_range = _OVER_RANGES.get(name)
        if over_range is not None and len(arguments) == 1:
            results = [(item, over_range(item)) for item in self._matrix(name, arguments[0])]
            return [Element(_unnamed(item.labels), value, self._at) for item, value in results if value is not None]
        if name in ("timestamp", "absent") and len(arguments) == 1:
            vector = self._vector(arguments[0])
            if name == "absent":
                return [] if vector else [Element(_absent_labels(arguments[0]), 1.0, self._at)]
            return [Element(_unnamed(item.labels), item.time, self._at) for item in vector]
        raise PromError(f'invalid parameter "query": 1:1: parse error: unknown function with name "{name}"')

    def _label_replace(self, arguments: tuple[Node, ...]) -> Vector:
        vector = self._vector(arguments[0])
        target, replacement, source, pattern = [str(self.of(argument)) for argument in arguments[1:]]
        replaced: Vector = []
        for item in vector:
            text = _replaced(pattern, item.labels.get(source, ""), replacement)
            labels = item.labels if text is None else {**item.labels, target: text}
            replaced.append(Element(labels, item.value, item.time))
        return replaced

    def _aggregate(self, node: Aggregation) -> Vector:
        groups: dict[tuple[tuple[str, str], ...], list[float]] = {}
        for item in self._vector(node.inner):
            labels = _unnamed(item.labels)
            if node.without is not None:
                kept = {key: text for key, text in labels.items() if key not in node.without}
            else:
                kept = {key: text for key, text in labels.items() if key in (node.by or ())}
            groups.setdefault(tuple(sorted(kept.items())), []).append(item.value)
        return [Element(dict(key), _AGGREGATE[node.name](values), self._at) for key, values in groups.items()]

    def _union(self, node: Binary) -> Vector:
        """A chain of `or`, whole: clients ask for many curves in one query. Sides without doubles make none."""
        sides: list[Node] = []
        left: Node = node
        while isinstance(left, Binary) and left.operator == "or":
            sides.append(left.right)
            left = left.left
        found = list(_as_vector(self.of(left)))
        known = {_key(item.labels) for item in found}
        for side in reversed(sides):
            keyed = [(_key(item.labels), item) for item in _as_vector(self.of(side))]
            found += [item for key, item in keyed if key not in known]
            known.update(key for key, _ in keyed)
        return found

    def _binary(self, node: Binary) -> Value:
        left, right = self.of(node.left), self.of(node.right)
        if isinstance(left, float) and isinstance(right, float):
            value = _apply(node.operator, left, right)
            return 0.0 if value is None else (1.0 if node.operator in _COMPARE else value)
        if isinstance(left, float):
            return self._each(_as_vector(right), node, lambda item: (left, item.value))
        if isinstance(right, float):
            return self._each(_as_vector(left), node, lambda item: (item.value, right))
        return self._match(node, _as_vector(left), _as_vector(right))

    def _each(self, vector: Vector, node: Binary, sides: Callable[[Element], tuple[float, float]]) -> Vector:
        results: Vector = []
        for item in vector:
            value = _apply(node.operator, *sides(item))
            if node.boolean:
                results.append(Element(_unnamed(item.labels), 0.0 if value is None else 1.0, self._at))
            elif value is not None:
                kept = node.operator in _COMPARE
                labels = item.labels if kept else _unnamed(item.labels)
                results.append(Element(labels, item.value if kept else value, self._at))
        return results

    def _match(self, node: Binary, left: Vector, right: Vector) -> Vector:
        others: dict[tuple[tuple[str, str], ...], Element] = {}
        for item in right:
            key = _key(item.labels)
            if key in others:
                both = f"[{_shown(item.labels)}, {_shown(others[key].labels)}]"
                raise PromError(
                    f"found duplicate series for the match group {_shown(dict(key))} on the right hand-side of the "
                    f"operation: {both};many-to-many matching not allowed: matching labels must be unique on one side",
                    "execution",
                )
            others[key] = item
        paired = [(item, others[_key(item.labels)]) for item in left if _key(item.labels) in others]
        pairs = {id(item): other.value for item, other in paired}
        return self._each([item for item, _ in paired], node, lambda item: (item.value, pairs[id(item)]))

    def _vector(self, node: Node) -> Vector:
        if is_range(node):
            raise PromError(f"{_PLACE}: parse error: expected type instant vector, got range vector")
        return _as_vector(self.of(node))

    def _matrix(self, function: str, node: Node) -> Matrix:
        value = self.of(node) if is_range(node) else None
        if not isinstance(value, list):
            raise PromError(f'{_PLACE}: parse error: expected type range vector in call to function "{function}"')
        return [item for item in value if isinstance(item, Range)]

    def _scalar(self, node: Node) -> float:
        value = self.of(node)
        if not isinstance(value, float):
            raise PromError('invalid parameter "query": 1:1: parse error: expected type scalar')
        return value


def is_range(node: Node) -> bool:
    """Whether an expression is a range vector: Prometheus knows before it looks at any series."""
    return isinstance(node, Selector) and node.range is not None


def _distinct(value: Value) -> Value:
    """No two elements of one labelset, as it happens where a function drops the metrics' names."""
    if isinstance(value, list) and len(value) > 1 and len({_all_labels(item) for item in value}) < len(value):
        raise PromError("vector cannot contain metrics with the same labelset", "execution")
    return value


def _all_labels(item: Element | Range) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(item.labels.items()))


def _shown(labels: Labels) -> str:
    return "{" + ", ".join(f'{key}="{text}"' for key, text in sorted(labels.items())) + "}"


def _as_vector(value: Value) -> Vector:
    if isinstance(value, list) and all(isinstance(item, Element) for item in value):
        return [item for item in value if isinstance(item, Element)]
    raise PromError('invalid parameter "query": 1:1: parse error: expected type instant vector')


@lru_cache(maxsize=1000)
def _replaced(pattern: str, text: str, replacement: str) -> str | None:
    """What label_replace writes; None where the pattern does not match. Asked for at every moment of a curve."""
    match = re.fullmatch(pattern, text)
    if match is None:
        return None
    return re.sub(r"\$(\d+)", lambda group: match[int(group[1])] or "", replacement)


def _key(labels: Labels) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(_unnamed(labels).items()))


def _unnamed(labels: Labels) -> Labels:
    return {key: text for key, text in labels.items() if key != "__name__"}


def _absent_labels(node: Node) -> Labels:
    if not isinstance(node, Selector):
        return {}
    return {m.label: m.value for m in node.matchers if m.operator == "=" and m.label != "__name__"}


def _increase(item: Range) -> float | None:
    """Prometheus extrapolates to the window's edges, a fall counts from zero."""
    samples = item.samples
    if len(samples) < 2:
        return None
    total = samples[-1][1] - samples[0][1]
    total += sum(a for (_, a), (_, b) in pairwise(samples) if b < a)
    sampled = samples[-1][0] - samples[0][0]
    average = sampled / (len(samples) - 1)
    to_start, to_end = samples[0][0] - item.start, item.end - samples[-1][0]
    if total > 0 and samples[0][1] >= 0:
        to_start = min(to_start, sampled * samples[0][1] / total)
    limit = average * 1.1
    reach = sampled + (to_start if to_start < limit else average / 2) + (to_end if to_end < limit else average / 2)
    return total * reach / sampled


def _rate(item: Range) -> float | None:
    increase = _increase(item)
    return None if increase is None else increase / (item.end - item.start)


def _changes(item: Range) -> float:
    return float(sum(a != b for (_, a), (_, b) in pairwise(item.samples)))


def _resets(item: Range) -> float:
    return float(sum(b < a for (_, a), (_, b) in pairwise(item.samples)))


_OVER_RANGES: dict[str, Callable[[Range], float | None]] = {
    "increase": _increase,
    "rate": _rate,
    "resets": _resets,
    "changes": _changes,
    "last_over_time": lambda item: item.samples[-1][1],
    "count_over_time": lambda item: float(len(item.samples)),
    "min_over_time": lambda item: min(value for _, value in item.samples),
    "max_over_time": lambda item: max(value for _, value in item.samples),
    "avg_over_time": lambda item: math.fsum(value for _, value in item.samples) / len(item.samples),
    "sum_over_time": lambda item: math.fsum(value for _, value in item.samples),
}
_AGGREGATE: dict[str, Callable[[list[float]], float]] = {
    "sum": math.fsum,
    "min": min,
    "max": max,
    "count": lambda values: float(len(values)),
    "avg": lambda values: math.fsum(values) / len(values),
}
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def _apply(symbol: str, left: float, right: float) -> float | None:
    """The value, or None where a comparison filters it out."""
    if symbol in _COMPARE:
        return left if _COMPARE[symbol](left, right) else None
    if symbol == "/":
        if right == 0:
            return math.nan if left == 0 or math.isnan(left) else math.copysign(math.inf, left)
        return left / right
    return {"+": left + right, "-": left - right, "*": left * right}[symbol]
