"""How many cells text takes on a terminal, and cutting it to them: letters of Chinese, Japanese and Korean take two."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_MODIFIERS = range(0x1F3FB, 0x1F400)
"""Skin tones: terminals join them with the sign before, or do not."""
_TOO_NEW = 0x1FA00
"""From here on stand signs that terminals of some years ago do not know the width of."""


def cells(text: str) -> int:
    """Cells that the text takes."""
    return len(text) if text.isascii() else len(text) + sum(map(is_wide, text))


@lru_cache(maxsize=4096)
def is_wide(character: str) -> bool:
    """Whether every terminal gives it two cells."""
    if character.isascii() or unicodedata.east_asian_width(character) not in "WF":
        return False
    if unicodedata.category(character) == "Cn":  # Python 3.11 takes what is assigned to nothing for wide
        return False
    return ord(character) < _TOO_NEW and ord(character) not in _MODIFIERS


def head(text: str, width: int) -> str:
    """As much of the text's beginning as fits; a letter of two cells is never halved."""
    if text.isascii():
        return text[: max(0, width)]
    taken = 0
    for place, character in enumerate(text):
        taken += 1 + is_wide(character)
        if taken > width:
            return text[:place]
    return text


def padded(text: str, width: int) -> str:
    """With spaces behind it, up to that many cells."""
    return text + " " * (width - cells(text))


def tail(text: str, width: int) -> str:
    """As much of its end as fits."""
    return head(text[::-1], width)[::-1]
