"""The chain of the audit log: one JSON object a line, which holds the hash of the line before and its own.

A line's own hash is SHA-256 over its bytes up to `,"hash":`, so that any tool can check it. A line that a crash tore
off is never cut away: the next writer ends it and says in a `repair` what was there.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

START = "0" * 64
"""What the first line follows."""
REPAIR = "repair"
"""Kind of the line that tells of a torn one: `torn` is the SHA-256 of what stood there."""
_END = re.compile(rb',"hash":"([0-9a-f]{64})"\}$')


@dataclass(frozen=True, slots=True)
class Link:
    """One line's place in the chain: its number (from 1) and its hash."""

    number: int
    hash: str


ORIGIN = Link(0, START)


@dataclass(frozen=True, slots=True)
class Sought:
    """A line that was looked for: where it stands, or why it is not known."""

    line: Link | None
    why_not: str = ""


def link(before: Link, content: Mapping[str, object]) -> tuple[Link, bytes]:
    """The next line, without its end."""
    number = before.number + 1
    text = json.dumps({"n": number, "prev": before.hash, **content}, ensure_ascii=False, separators=(",", ":"))
    body = text[:-1].encode("utf-8", "backslashreplace")  # half a character from outside must not stop an action
    own = hash_of(body)
    return Link(number, own), body + f',"hash":"{own}"}}'.encode()


def hash_of(data: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def read_line(line: bytes) -> dict[str, Any] | None:
    """What a line says, or None where it is not as it was written."""
    end = _END.search(line)
    if end is None or hash_of(line[: end.start()]) != end[1].decode():
        return None
    try:
        read = json.loads(line)
    except ValueError:
        return None
    return read if isinstance(read, dict) and isinstance(read.get("n"), int) else None


def place(read: Mapping[str, Any]) -> Link:
    """Where a line that was read stands."""
    return Link(read["n"], read["hash"])


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look at the whole log found.

    `torn` counts torn lines whose repair stands, `unfinished` says that the last line is torn and nothing follows yet:
    neither is a problem. `head` is the last good line.
    """

    records: int
    head: Link
    problems: tuple[str, ...]
    torn: int = 0
    unfinished: bool = False


def check(data: bytes, anchors: Iterable[Link]) -> Checked:
    """Follow the chain, then compare it with what history remembers of it."""
    problems: list[str] = []
    known: dict[int, str] = {}
    *lines, rest = data.split(b"\n")
    if read_line(rest) is not None:  # only its end was torn off
        lines, rest = [*lines, rest], b""
    last, torn = ORIGIN, 0
    unread: list[bytes] = []
    for number, line in enumerate(lines, 1):
        read = read_line(line)
        if read is None:
            unread.append(line)
            continue
        if unread and _tells_of(read, unread):
            torn += 1
        else:
            problems += [f"line {number - nth}: changed" for nth in range(len(unread), 0, -1)]
        problems += _misplaced(read, last, number, len(unread))
        last, unread = place(read), []
        known[last.number] = last.hash
    problems += [f"line {len(lines) + 1 - nth}: changed" for nth in range(len(unread), 0, -1) if not rest]
    problems += _against_anchors(known, anchors)
    return Checked(len(known), last, tuple(problems), torn, unfinished=bool(rest))


def _tells_of(read: Mapping[str, Any], unread: list[bytes]) -> bool:
    return read.get("kind") == REPAIR and read.get("torn") == hash_of(b"\n".join(unread))


def _misplaced(read: Mapping[str, Any], last: Link, number: int, unread: int) -> list[str]:
    """Why a line does not stand where it was written; `unread` lines before it that were changed are told already."""
    found = read["n"]
    if found == last.number + 1 and read.get("prev") == last.hash:
        return []
    if last.number + 1 < found <= last.number + 1 + unread:
        return []
    if found == last.number + 1:
        return [f"line {number}: record {found} does not follow the line before it"]
    return [f"line {number}: holds record {found}, where record {last.number + 1} belongs"]


def _against_anchors(known: Mapping[int, str], anchors: Iterable[Link]) -> list[str]:
    """Records that history knows of and that the log no longer holds so."""
    remembered = list(anchors)
    missing = [anchor.number for anchor in remembered if anchor.number not in known]
    other = [anchor.number for anchor in remembered if known.get(anchor.number, anchor.hash) != anchor.hash]
    told = [f"record {number} is not the one that history remembers" for number in other]
    if missing:
        first, count = missing[0], len(missing)
        what = f"record {first} is" if count == 1 else f"{count} records from {first} on are"
        told.append(f"{what} missing: history remembers more than the log holds")
    return told
