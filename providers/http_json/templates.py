"""Texts with `$build`, `$start` and the like in them, filled in as the place they stand in needs it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import quote

from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.readings import Window
from rollout_tui.ports import Misconfigured

Values = Mapping[str, str | int | None]
"""What is filled in, by name: texts, whole numbers, or nothing (the cursor of a first page)."""

WHICH = ("platform", "build", "version")
TIMES = ("start", "start_ms", "start_iso", "end", "end_ms", "end_iso", "window")
SINCE = ("since", "since_ms", "since_iso", "minutes")
PAGES = ("cursor", "page", "offset")
FILTER = "filter"
NAMES = (*WHICH, *TIMES, *SINCE, *PAGES, FILTER)
_HOLE = re.compile(r"\$(?:(?P<dollar>\$)|\{(?P<braced>\w+)\}|(?P<bare>[a-zA-Z_]\w*))?")
_STRING = re.compile(r'"(?:\\.|[^"\\])*"')
_UNSAFE = re.compile(r"[\"'`\\\x00-\x1f\x7f]")


class BadTemplate(ValueError):
    """A text that cannot be filled in, and why, with its place."""


def names(text: str) -> frozenset[str]:
    """Which placeholders stand in a text. Raises BadTemplate for one that nobody knows."""
    found: set[str] = set()
    for match in _HOLE.finditer(text):
        name = match["braced"] or match["bare"]
        if name in NAMES:
            found.add(name)
        elif not match["dollar"]:
            raise BadTemplate(
                f"unknown placeholder {match[0]} at character {match.start() + 1}; "
                f"known are {', '.join(f'${known}' for known in NAMES)}, and $$ for a dollar sign"
            )
    return frozenset(found)


def fill(text: str, values: Values, encode: Callable[[str], str] = str) -> str:
    """The text with its placeholders filled in; what is filled in is encoded, what a person wrote is not."""

    def filled(match: re.Match[str]) -> str:
        name = match["braced"] or match["bare"]
        if name is None:
            return "$"
        value = values.get(name)
        return "" if value is None else encode(str(value))

    return _HOLE.sub(filled, text)


def in_address(text: str, values: Values) -> str:
    """For the path of an address: nothing that is filled in leaves its segment."""
    return fill(text, values, lambda value: quote(value, safe=""))


def in_json(text: str, values: Values) -> str:
    """For JSON: a text stays inside its quotes; outside of quotes a number, a quoted text or null is written."""
    parts: list[str] = []
    end = 0
    for match in _STRING.finditer(text):
        parts += (_literals(text[end : match.start()], values), fill(match[0], values, _escaped))
        end = match.end()
    return "".join((*parts, _literals(text[end:], values)))


def check_json(text: str) -> str:
    """The text, where it is JSON once it is filled in. Raises BadTemplate with the place."""
    names(text)
    try:
        json.loads(in_json(text, dict.fromkeys(NAMES, 1)))
    except json.JSONDecodeError as error:
        raise BadTemplate(f"is no JSON at line {error.lineno}, character {error.colno}: {error.msg}") from None
    for match in _STRING.finditer(text):
        if "cursor" in names(match[0]):
            raise BadTemplate("$cursor stands outside of quotes in JSON: on the first page it is null")
    return text


def of_rollout(rollout: RolloutPlan) -> dict[str, str | int | None]:
    """Platform, build and version. Raises Misconfigured for what could end a quoted text in somebody's query."""
    values = {"platform": rollout.platform.value, "build": rollout.build, "version": rollout.version}
    for name, value in values.items():
        if _UNSAFE.search(value):
            raise Misconfigured(f"the {name} holds a quote, a backslash or a control character", f"look at `{name}`")
    return dict(values)


def of_window(window: Window) -> dict[str, str | int | None]:
    """The window as numbers and texts."""
    return {
        **_forms("start", window.start),
        **_forms("end", window.end),
        "window": max(1, round(window.end - window.start)),
    }


def of_since(since: float, now: float) -> dict[str, str | int | None]:
    """A moment that counting begins with, and how many minutes ago it was, rounded up."""
    return {**_forms("since", since), "minutes": int(max(0.0, now - since) // 60) + 1}


def _forms(name: str, at: float) -> dict[str, str | int | None]:
    iso = datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {name: int(at), f"{name}_ms": int(at * 1000), f"{name}_iso": iso}


def _literals(text: str, values: Values) -> str:
    return _HOLE.sub(lambda match: json.dumps(values.get(match["braced"] or match["bare"] or "")), text)


def _escaped(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1]
