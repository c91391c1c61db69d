"""Gathering mistakes: every one with its place, said once, and never with a value that may be a secret."""

from __future__ import annotations

import copy
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from rollout_tui.config.errors import Problem, key_path
from rollout_tui.config.lines import Lines, Parts
from rollout_tui.config.raw import File
from rollout_tui.config.secrets import REFERENCE, may_hold_secret
from rollout_tui.domain.words import plain_text

if typing.TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_KEY_MARK = "[key]"
"""Pydantic's mark for a mistake in a table's name instead of in what it holds."""

_ROUNDS = 8
"""Taking a mistake away can bring another to light (a table without a key that it needs); so deep tables are not."""


@dataclass(frozen=True, slots=True)
class Shaped:
    """A file in its checked shape; `gone` are the places that were left out of `raw` because of their mistakes."""

    file: File
    raw: Mapping[str, Any]
    gone: frozenset[Parts]


class Problems:
    """The mistakes found so far. The first one about a place stays: later ones mostly follow from it."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._found: dict[Parts, Problem] = {}

    def complain(self, parts: Parts, message: str) -> None:
        """Note a mistake."""
        text = plain_text(message, 600)
        self._found.setdefault(parts, Problem(key_path(parts), text, self._lines.find(parts)))

    def complain_all(self, error: ValidationError, where: Parts, model: type[BaseModel]) -> None:
        """Note every mistake that pydantic found in the table at `where`, in our words."""
        details = error.errors(include_url=False)
        misnamed = [_place(detail) for detail in details if detail["loc"][-1:] == (_KEY_MARK,)]
        for detail in details:
            parts = _place(detail)
            if any(parts[: len(name)] == name and parts != name for name in misnamed):
                continue  # what a table that nobody knows should hold, nobody can say
            self.complain((*where, *parts), _said(detail, parts, model))

    @property
    def found(self) -> Sequence[Problem]:
        """All of them."""
        return tuple(self._found.values())


def shape(raw: Mapping[str, Any], problems: Problems) -> Shaped | None:
    """The file in its checked shape.

    A file with mistakes goes on without them, so that the meaning of the rest is checked in the same run. None where
    too little is left for that.
    """
    data = copy.deepcopy(dict(raw))
    gone: set[Parts] = set()
    stood_in: set[Parts] = set()
    for attempt in range(_ROUNDS):
        try:
            return Shaped(File.model_validate(data), raw, frozenset(gone))
        except ValidationError as error:
            if attempt == 0:
                problems.complain_all(error, (), File)
            for detail in error.errors(include_url=False, include_input=False):
                place = _place(detail)
                if detail["type"] != "missing":
                    gone.add(_leave_out(data, place))
                elif place in stood_in:
                    gone.add(_leave_out(data, place[:-1]))
                else:
                    stood_in.add(place)
                    _stand_in(data, place)
    return None


def nearest(name: str, known: Iterable[str]) -> str:
    """What was expected instead of an unknown name: `expected one of a, b (did you mean "b"?)`."""
    from difflib import get_close_matches

    names = list(known)
    close = [known for known in names if len(name) > 2 and known.startswith(name)] or get_close_matches(
        name, names, 1, 0.7
    )
    hint = f' (did you mean "{close[0]}"?)' if close else ""
    return f"expected one of {', '.join(names) or 'none'}{hint}"


def _place(detail: ErrorDetails) -> Parts:
    return tuple(part for part in detail["loc"] if part != _KEY_MARK)


def _stand_in(data: dict[str, Any], place: Parts) -> None:
    """Put something where a key is missing; a text does for most keys, and what it spoils has been complained of."""
    holder = _at(data, place[:-1])
    if isinstance(holder, dict):
        index = next((part for part in reversed(place) if isinstance(part, int)), 0)
        holder[str(place[-1])] = {} if len(place) == 1 else f"missing-{index}"


def _leave_out(data: dict[str, Any], place: Parts) -> Parts:
    """Take the mistaken key away. The place that went."""
    while place and (not isinstance(place[-1], str) or not isinstance(_at(data, place[:-1]), dict)):
        place = place[:-1]  # lists go as a whole: what follows in them must not change its number
    holder = _at(data, place[:-1])
    if place and isinstance(holder, dict):
        holder.pop(place[-1], None)
    return place


def _at(data: Any, parts: Parts) -> Any:
    for part in parts:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _said(detail: ErrorDetails, parts: Parts, model: type[BaseModel]) -> str:
    """What stands there and what was expected."""
    kind, found = detail["type"], detail.get("input")
    if kind == "missing":
        return "missing: this key is needed"
    if kind == "extra_forbidden":
        return f"nobody knows this key; {nearest(str(parts[-1]), _keys(model, parts[:-1]))}"
    message = _WORDS.get(kind) or detail["msg"].removeprefix("Value error, ")
    if kind in ("literal_error", "enum"):
        message = "expected " + str(detail.get("ctx", {}).get("expected", "")).replace("'", '"')
    if kind == "string_pattern_mismatch" and "env|file" in str(detail.get("ctx")):
        return f"expected {REFERENCE}"
    if kind in _BOUNDS:
        key, word = _BOUNDS[kind]
        message = f"expected a number {word} {detail.get('ctx', {}).get(key)}"
    last = str(parts[-1]) if parts else ""
    if isinstance(found, dict | list | tuple | BaseModel) or may_hold_secret(last, found):
        return message
    shown = f'"{plain_text(str(found), 60)}"'
    return message if shown in message else f"{shown}: {message[:1].lower()}{message[1:]}"


_BOUNDS = {
    "greater_than": ("gt", "above"),
    "greater_than_equal": ("ge", "of at least"),
    "less_than": ("lt", "below"),
    "less_than_equal": ("le", "of at most"),
}
_WORDS = {
    "finite_number": "expected a number that is not infinite",
    "string_too_short": "expected a text that is not empty",
    "too_short": "expected at least one",
    "string_type": "expected a text in quotes",
    "model_type": "expected a table",
    "dict_type": "expected a table",
    "model_attributes_type": "expected a table",
    "tuple_type": "expected a list in [ ]",
    "list_type": "expected a list in [ ]",
    "bool_type": "expected true or false",
    "bool_parsing": "expected true or false",
    "int_type": "expected a whole number",
    "int_parsing": "expected a whole number",
    "float_type": "expected a number",
    "float_parsing": "expected a number",
}


def _keys(model: type[BaseModel], parts: Parts) -> list[str]:
    """The keys that the table at these parts may hold."""
    current: type[BaseModel] | None = model
    for part in parts:
        if current is not None and part in current.model_fields:
            current = _model_in(current.model_fields[str(part)].annotation)
    return list(current.model_fields) if current is not None else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model of the tables that a field holds, inside lists, tables of tables and options."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in typing.get_args(annotation) if (found := _model_in(inner)) is not None), None)
