"""Polls as JSON lines in, verdicts as JSON lines out, one at a time (gates.md 11)."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from math import isfinite
from pathlib import Path
from typing import IO, Any

from rollout_tui.domain.evidence.gate import SPOKEN, Evidence, Rule

_LONGEST_INTEGER = 300


class BadStream(Exception):
    """A stream that cannot be opened or gone on with; says where."""


@contextmanager
def opened(name: str) -> Iterator[IO[bytes]]:
    """The stream of that name, `-` for stdin; bytes, so that a line is there as soon as it was written."""
    if name == "-":
        if sys.stdin is None:
            raise BadStream("stdin is closed")
        yield sys.stdin.buffer
        return
    with ExitStack() as stack:
        try:
            source = stack.enter_context(Path(name).open("rb"))
        except OSError as error:
            raise BadStream(f"cannot be read: {error.strerror}") from None
        yield source


def answers(source: Iterable[bytes], rule: Rule) -> Iterator[tuple[str, str]]:
    """(verdict, answer as JSON) for each poll, lazily. Raises BadStream at the first line that is no poll."""
    evidence = Evidence(rule, endless=False)
    newest = 0.0
    for number, line in _lines(source):
        poll = _poll(number, line)
        t = poll["t"]
        if t < newest:
            wrong = f"smaller than {newest} before" if t >= 0 else "negative"
            raise BadStream(f"line {number}: t is {t}, {wrong}")
        newest = t
        judged = evidence.poll(float(t), poll.get("bad"), poll.get("total"))
        verdict = SPOKEN[judged.verdict]
        answer = {"t": t, "verdict": verdict, "log_e_fail": judged.log_e_fail, "log_e_pass": judged.log_e_pass}
        if judged.reason:
            answer["reason"] = judged.reason
        yield verdict, json.dumps(answer, allow_nan=False)


def _lines(source: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Numbered lines that are not blank."""
    number = 0
    try:
        for number, line in enumerate(source, 1):
            if line.strip():
                yield number, line
    except OSError as error:
        raise BadStream(f"cannot be read after line {number}: {error.strerror}") from None


def _poll(number: int, line: bytes) -> dict[str, Any]:
    """The object of a line, with a usable `t`."""
    try:
        poll = json.loads(line.decode("utf-8-sig"), parse_int=_integer)
    except (ValueError, RecursionError):
        raise BadStream(f"line {number}: not JSON") from None
    if not isinstance(poll, dict):
        raise BadStream(f'line {number}: not an object with "t", "bad" and "total"')
    if "t" not in poll:
        raise BadStream(f'line {number}: no "t"')
    t = poll["t"]
    if isinstance(t, bool) or not isinstance(t, int | float) or not isfinite(t):
        raise BadStream(f"line {number}: t is not a number of seconds")
    return poll


def _integer(digits: str) -> int | float:
    """An integer; one that no source can mean is infinite."""
    return int(digits) if len(digits) < _LONGEST_INTEGER else float(digits)
