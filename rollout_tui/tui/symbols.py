"""Symbols of severities, verdicts and states, and their ASCII forms (screens.md 7)."""

from __future__ import annotations

import locale
import os
from collections.abc import Mapping
from enum import StrEnum

from rollout_tui.domain.releases import StateWord
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Progress
from rollout_tui.domain.verdicts import GateResult, Verdict
from rollout_tui.tui.ink import BEHIND

SEVERITY: Mapping[Severity, tuple[str, str]] = {
    Severity.OK: ("●", "ok"),
    Severity.INFO: ("◆", "info"),
    Severity.WARNING: ("▲", "warn"),
    Severity.CRITICAL: ("■", "crit"),
    Severity.UNKNOWN: ("?", "unk"),
}
"""Symbol and colour; solid shapes, so that they cannot be taken for verdicts."""

VERDICT: Mapping[Verdict, tuple[str, str]] = {
    Verdict.PASS: ("✓", "ok"),
    Verdict.FAIL: ("✗", "crit"),
    Verdict.UNDECIDED: ("~", "info"),
    Verdict.NO_DATA: ("?", "unk"),
    Verdict.WAIVED: ("⚑", "warn"),
}

STATE: Mapping[StateWord, tuple[str, str]] = {
    StateWord.RUNNING: ("►", "ok"),
    StateWord.PAUSED: ("‖", "warn"),
    StateWord.IN_REVIEW: ("○", "info"),
    StateWord.WAITING: ("○", "warn"),
    StateWord.REJECTED: ("✗", "crit"),
    StateWord.DONE: ("✓", "ok"),
    StateWord.UNKNOWN: ("?", "unk"),
}

PROGRESS: Mapping[Progress, tuple[str, str]] = {
    Progress.DONE: ("✓", "ok"),
    Progress.CURRENT: ("►", "accent"),
    Progress.TO_COME: ("○", "mute"),
}

_ASCII = str.maketrans(
    {
        "●": "o",
        "◆": "i",
        "▲": "!",
        "■": "#",
        "►": ">",
        "‖": "=",
        "○": "-",
        "▌": "|",
        "✓": "+",
        "✗": "x",
        "⚑": "w",
        "━": "=",
        "╌": ".",
        "┼": "|",
        "┬": "+",
        "│": "|",
        "─": "-",
        "╭": "+",
        "╮": "+",
        "╰": "+",
        "╯": "+",
        "┊": ":",
        "┈": ".",
        "┤": "|",
        "└": "+",
        "┴": "+",
        "├": "|",
        "·": "-",
        "…": "~",
        "–": "-",
        "→": ">",
        "←": "<",
        "“": '"',
        "”": '"',
        "↑": "^",
        "↓": "v",
    }
)


_QUARTERS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
"""By bits: upper left, upper right, lower left, lower right."""
_DOTS = (0x03, 0x18, 0x44, 0xA0)
"""Braille bits of each quarter."""
_BLOCKS = {
    0x2800 | dots: _QUARTERS[sum(1 << bit for bit, quarter in enumerate(_DOTS) if dots & quarter)]
    for dots in range(256)
}


class SymbolSet(StrEnum):
    """Which characters the terminal can show."""

    UNICODE = "unicode"
    BLOCKS = "blocks"
    """Charts of quarter blocks, for fonts without braille; all else as in Unicode."""
    ASCII = "ascii"


def verdict_of(result: GateResult) -> tuple[str, str, str]:
    """Symbol, word and colour of a gate: NOT YET where it only waits for time or a person."""
    if result.waits and result.verdict is Verdict.UNDECIDED:
        return "○", "NOT YET", "mute"
    symbol, colour = VERDICT[result.verdict]
    return symbol, result.verdict.value, colour


def ascii_text(text: str) -> str:
    """The same cells in ASCII: a sign and its space become two signs, so that no column moves."""
    return text.replace("≥ ", ">=").replace("≤ ", "<=").translate(_ASCII).encode("ascii", "replace").decode()


def shown_in(symbols: SymbolSet, text: str) -> str:
    """The text of a row in the characters of that set, as it is written: cell for cell."""
    if symbols is SymbolSet.ASCII:
        return ascii_text(text)
    return (text.translate(_BLOCKS) if symbols is SymbolSet.BLOCKS else text).replace(BEHIND, "")


def choose(wanted: str, encoding: str | None = None) -> SymbolSet:
    """Unicode where the locale is UTF-8 and its symbols one cell wide; ASCII elsewhere or where it is asked for."""
    if wanted != "auto":
        return SymbolSet(wanted)
    # Not the preferred encoding: Python itself writes UTF-8 under LC_ALL=C, but the terminal need not read it.
    name = encoding or os.environ.get("PYTHONIOENCODING") or locale.nl_langinfo(locale.CODESET)
    return SymbolSet.UNICODE if "utf" in name.lower() and not _is_wide("■") else SymbolSet.ASCII


def _is_wide(symbol: str) -> bool:
    """Whether this locale makes it two cells; asked only where that happens, since the answer costs an import."""
    if not locale.setlocale(locale.LC_CTYPE).startswith(("ja", "ko", "zh")):
        return False
    import ctypes

    return bool(ctypes.CDLL(None).wcwidth(ord(symbol)) > 1)
