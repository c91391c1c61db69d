"""On which line of a TOML text each key stands, for errors that a person can go to.

The TOML reader tells no positions. This walks a text that it has already accepted, so every construct is well formed
and only its extent matters, not its value.
"""

from __future__ import annotations

import re
from bisect import bisect_right

Parts = tuple[str | int, ...]

_GAP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"""[ \t]*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))[ \t]*(\.)?""")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\]|\\.)*"'
    r"|'[^']*'",
    re.DOTALL,
)
_BARE = re.compile(r"[^,\]}#\r\n]*")


class Lines:
    """Line numbers (from 1) of the keys and array elements of one text."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._starts = [0, *(match.end() for match in re.finditer("\n", source))]
        self._found: dict[Parts, int] = {}
        self._tables: dict[Parts, int] = {}
        self._walk()

    def find(self, parts: Parts) -> int | None:
        """The line of the key, or of the nearest table around it (for a key that is missing)."""
        while parts and parts not in self._found:
            parts = parts[:-1]
        return self._found.get(parts)

    def _walk(self) -> None:
        table: Parts = ()
        at = self._gap(0)
        while at < len(self._source):
            start = at
            if self._source[at] == "[":
                double = self._source.startswith("[[", at)
                names, at = self._key(at + (2 if double else 1))
                at += 2 if double else 1
                table = self._open(names, double)
                for depth in range(1, len(table) + 1):
                    self._note(table[:depth], start)
            else:
                at = self._pair(table, at)
            at = self._gap(at)

    def _open(self, names: Parts, double: bool) -> Parts:
        """The place of a table header: arrays of tables on the way count their newest element."""
        place: Parts = ()
        for position, name in enumerate(names):
            place = (*place, name)
            if double and position == len(names) - 1:
                self._tables[place] = self._tables.get(place, -1) + 1
            if place in self._tables:
                place = (*place, self._tables[place])
        return place

    def _pair(self, table: Parts, at: int) -> int:
        """A key, its sign and its value; the position behind them."""
        names, after = self._key(at)
        place = (*table, *names)
        for depth in range(len(table) + 1, len(place) + 1):
            self._note(place[:depth], at)
        return self._value(place, self._gap(after + 1))

    def _value(self, place: Parts, at: int) -> int:
        opening = self._source[at : at + 1]
        if opening == "[":
            return self._items(place, self._gap(at + 1))
        if opening == "{":
            at = self._gap(at + 1)
            while self._source[at] != "}":
                at = self._gap(self._pair(place, at))
                at = self._gap(at + 1) if self._source[at] == "," else at
            return at + 1
        match = (_STRING if opening in ('"', "'") else _BARE).match(self._source, at)
        return at if match is None else match.end()

    def _items(self, place: Parts, at: int) -> int:
        index = 0
        while self._source[at] != "]":
            self._note((*place, index), at)
            at = self._gap(self._value((*place, index), at))
            at = self._gap(at + 1) if self._source[at] == "," else at
            index += 1
        return at + 1

    def _key(self, at: int) -> tuple[Parts, int]:
        """A dotted key; the position of what follows it."""
        names: list[str] = []
        while (match := _KEY.match(self._source, at)) is not None:
            names.append(next(group for group in match.groups()[:3] if group is not None))
            at = match.end()
            if match[4] is None:
                break
        return tuple(names), at

    def _gap(self, at: int) -> int:
        match = _GAP.match(self._source, at)
        return at if match is None else match.end()

    def _note(self, place: Parts, at: int) -> None:
        self._found.setdefault(place, bisect_right(self._starts, at))
