"""JMESPath expressions: checked when the configuration is read, filled in and searched when an answer is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from providers.answering import NoData
from providers.http_json.templates import NAMES, WHICH, BadTemplate, Values, fill, names
from rollout_tui.domain.words import plain_text

_SHOWN = 60
_IDENTITY = {"type": "identity", "children": []}


def check(text: str) -> str:
    """The expression, where it parses and its functions exist. Raises ValueError with the place."""
    others = names(text) - set(WHICH)
    if others:
        raise BadTemplate(f"${min(others)} has no place in an expression; known here are $platform, $build, $version")
    _parsed(fill(text, dict.fromkeys(NAMES, "x")))
    return text


def search(text: str, document: Any, values: Values) -> Any:
    """What the expression finds; None for nothing. Raises NoData where it does not fit the answer."""
    from jmespath.exceptions import JMESPathError

    try:
        return _parsed(fill(text, values)).search(document)
    except (JMESPathError, ArithmeticError, AttributeError, RecursionError, TypeError, ValueError) as error:
        raise _misfit(text, error) from None


def _misfit(text: str, error: Exception) -> NoData:
    return NoData(f"{plain_text(text, _SHOWN)} does not fit the answer: {plain_text(str(error), 90)}")


def number(text: str, document: Any, values: Values) -> Any:
    """What the expression for a number finds. Raises NoData where it does not fit, or where a row has no number.

    JMESPath leaves such a row out, and a `sum` over none of them would be a zero.
    """
    from jmespath.exceptions import JMESPathError

    try:
        return _every_row()().visit(_parsed(fill(text, values)).parsed, document)
    except (JMESPathError, ArithmeticError, AttributeError, RecursionError, TypeError, ValueError) as error:
        raise _misfit(text, error) from None


@lru_cache(maxsize=1)
def _every_row() -> Any:
    """An interpreter whose projections miss nothing in silence."""
    from jmespath.visitor import TreeInterpreter

    class EveryRow(TreeInterpreter):
        def visit_projection(self, node: Any, value: Any) -> Any:
            return self._all(node, value, super().visit_projection)

        def visit_filter_projection(self, node: Any, value: Any) -> Any:
            return self._all(node, value, super().visit_filter_projection)

        def visit_value_projection(self, node: Any, value: Any) -> Any:
            return self._all(node, value, super().visit_value_projection)

        def _all(self, node: Any, value: Any, visit: Callable[[Any, Any], Any]) -> Any:
            right = node["children"][1]
            found = visit(node, value)
            rows = visit({**node, "children": [node["children"][0], _IDENTITY, *node["children"][2:]]}, value)
            if found is not None and right["type"] != "identity" and len(found) != len(rows):
                raise NoData(f"{len(rows) - len(found)} of {len(rows)} rows hold no number")
            return found

    return EveryRow


@lru_cache(maxsize=1024)
def _parsed(text: str) -> Any:
    """The expression, ready to search. Raises ValueError with the place of what is wrong."""
    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        parsed = jmespath.compile(text)
    except JMESPathError as error:
        at = getattr(error, "lex_position", None)
        place = "" if at is None else f" at character {at + 1}"
        raise ValueError(f"does not parse as JMESPath{place}: {_reason(error)}") from None
    for name, given in _calls(parsed.parsed):
        _check_call(text, name, given)
    return parsed


def _reason(error: Exception) -> str:
    """The library's words without the picture of the place that it draws."""
    return plain_text(str(error).splitlines()[0].partition(": Parse error")[0].removesuffix(":"), 120)


def _calls(node: Any) -> Iterator[tuple[str, int]]:
    """Every function that is called, with the number of its arguments."""
    if node["type"] == "function_expression":
        yield str(node["value"]), len(node["children"])
    for child in node["children"]:
        yield from _calls(child) if isinstance(child, dict) else ()


def _check_call(text: str, name: str, given: int) -> None:
    from jmespath.functions import Functions

    place = f"at character {text.find(name) + 1}"
    if name not in Functions.FUNCTION_TABLE:
        raise ValueError(f"{place}: JMESPath has no function {name}()")
    signature = Functions.FUNCTION_TABLE[name]["signature"]
    variadic = bool(signature) and signature[-1].get("variadic", False)
    if given < len(signature) or (given > len(signature) and not variadic):
        raise ValueError(f"{place}: {name}() takes {len(signature)} arguments, {given} are given")
