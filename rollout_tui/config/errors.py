"""Errors of a configuration, all at once: file, line where known, key, what stands there, what was expected."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. `key` is the path of keys (`platforms.android.phases[0].share`), empty for the file as a whole."""

    key: str
    message: str
    line: int | None = None


class ConfigErrors(Exception):
    """Everything that is wrong with one file."""

    def __init__(self, path: Path, problems: Sequence[Problem]) -> None:
        self.path = path
        self.problems = tuple(problems)
        super().__init__("\n".join(self.lines()))

    def lines(self) -> list[str]:
        """One line a mistake, `FILE:LINE: KEY: what is wrong`."""
        return [
            ": ".join(filter(None, [f"{self.path}:{p.line}" if p.line else str(self.path), p.key, p.message]))
            for p in self.problems
        ]


def key_path(parts: Sequence[str | int]) -> str:
    """`platforms.android.phases[0].share` from its parts."""
    text = ""
    for part in parts:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


def find_line(source: str, parts: Sequence[str | int]) -> int | None:
    """The line (1-based) on which a key stands, as near as tables and names tell; None where they do not."""
    names = [part for part in parts if isinstance(part, str)]
    index = next((part for part in parts if isinstance(part, int)), 0)
    best: int | None = None
    table: list[str] = []
    seen: dict[str, int] = {}
    for number, text in enumerate(source.splitlines(), 1):
        header = re.match(r"\s*(\[\[?)\s*([^\]]+?)\s*\]", text)
        if header:
            table = [name.strip().strip("\"'") for name in header[2].split(".")]
            if header[1] == "[[":
                seen[header[2]] = seen.get(header[2], -1) + 1
                if seen[header[2]] != index and table == names[: len(table)]:
                    table = ["", *table]
                    continue
            if table == names[: len(table)]:
                best = number
            continue
        key = re.match(r"\s*[\"']?([\w-]+(?:\.[\w-]+)*)[\"']?\s*=", text)
        if key and [*table, *key[1].split(".")] == names[: len(table) + len(key[1].split("."))]:
            return number
    return best
