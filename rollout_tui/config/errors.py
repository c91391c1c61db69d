"""Errors of a configuration, all at once: file, line where known, key, what stands there, what was expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. `key` is the path of keys (`platforms.android.phases[0].share`), empty for the file as a whole.

    `line` and `column` count from 1.
    """

    key: str
    message: str
    line: int | None = None
    column: int | None = None


class ConfigErrors(Exception):
    """Everything that is wrong with one file, in the order of its lines."""

    def __init__(self, path: Path, problems: Sequence[Problem]) -> None:
        self.path = path
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line or 0))
        super().__init__("\n".join(self.lines()))

    def lines(self) -> list[str]:
        """One line a mistake, `FILE:LINE: KEY: what is wrong`."""
        return [
            ": ".join(filter(None, [_spot(self.path, problem), problem.key, problem.message]))
            for problem in self.problems
        ]


def key_path(parts: Sequence[str | int]) -> str:
    """`platforms.android.phases[0].share` from its parts; a name that is no bare key is quoted."""
    text = ""
    for part in parts:
        if isinstance(part, int):
            text += f"[{part}]"
            continue
        bare = part.isascii() and part.replace("_", "").replace("-", "").isalnum()
        text += ("." if text else "") + (part if bare else f'"{part}"')
    return text


def _spot(path: Path, problem: Problem) -> str:
    numbers = [str(number) for number in (problem.line, problem.column) if number is not None]
    return ":".join([str(path), *numbers])
