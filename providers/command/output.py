"""Reading what a program printed: a number, `bad/total`, or a JSON object. Anything else is no data, never a zero."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from providers.answering import NoData
from providers.stated import PARTS, SHAPES, Stated, UnitName, is_shape
from rollout_tui.domain.metrics import Kind
from rollout_tui.domain.words import plain_text

_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_BARE = re.compile(rf"({_NUMBER})\s*(%?)")
_PAIR = re.compile(rf"({_NUMBER})\s*/\s*({_NUMBER})")
_BESIDE = ("as_of", "build", "population", "since")
_PAIRED = {Kind.RATIO: ("bad", "total"), Kind.MEAN: ("sum", "count")}


def read(output: bytes, kind: Kind, unit: UnitName | None) -> tuple[Stated, UnitName | None]:
    """What was stated, and in which unit: a per cent sign says it by itself. Raises NoData."""
    text = output.decode("utf-8", "replace").strip()
    if not text:
        raise NoData("it printed nothing")
    if text.startswith("{"):
        return _object(text), unit
    if "\n" in text:
        raise NoData(f"it printed {len(text.splitlines())} lines, one number was expected: {plain_text(text, 60)}")
    if pair := _PAIR.fullmatch(text):
        return Stated(dict(zip(_PAIRED[kind], map(_number, pair.groups()), strict=True))), unit
    if bare := _BARE.fullmatch(text):
        return Stated({"value": _number(bare[1])}), "percent" if bare[2] else unit
    raise NoData(f"it printed no number: {plain_text(text, 60)}")


def _object(text: str) -> Stated:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f" at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
        raise NoData(f"it printed no JSON{where}: {plain_text(text, 60)}") from None
    parts: Mapping[str, object] = {name: found[name] for name in PARTS if name in found}
    if not is_shape(parts):
        raise NoData(f"its JSON has {', '.join(parts) or 'none of the names'}; expected {SHAPES}")
    beside = {name: found[name] for name in _BESIDE if name in found}
    # A name that is there without a value is a question without an answer.
    return Stated(parts, must=frozenset(beside), **beside)


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)
