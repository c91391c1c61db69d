"""Paint as terminal codes, for the one frame that is written before Textual is there."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache

from rollout_tui.tui.ink import Ink
from rollout_tui.tui.theme import Depth, Paint, Theme, depth_of, paint

_NAMED = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")


def colour_depth(theme: Theme, environment: Mapping[str, str] | None = None) -> Depth | None:
    """How this terminal takes the theme's colours; None where that is better left to Textual."""
    environment = os.environ if environment is None else environment
    if theme in (Theme.ANSI, Theme.MONO):
        return Depth.NAMES
    found = depth_of(environment)
    return None if found is Depth.NAMES else found


def written(text: str, ink: Ink, theme: Theme, depth: Depth) -> str:
    """The text behind the codes that bring the terminal from anything to its paint."""
    return _codes(paint(theme, ink), depth) + text


@lru_cache(maxsize=256)
def _codes(found: Paint, depth: Depth) -> str:
    flags = ((found.bold, "1"), (found.dim, "2"), (found.reverse, "7"))
    codes = ["0", *(code for wanted, code in flags if wanted)]
    for colour, base in ((found.colour, 30), (found.ground, 40)):
        if colour is not None:
            codes.append(_colour(colour, base, depth))
    return f"\x1b[{';'.join(codes)}m"


def _colour(colour: str, base: int, depth: Depth) -> str:
    """The code of one colour; `base` is 30 for text, 40 for ground."""
    if not colour.startswith("#"):
        if colour == "default":
            return str(base + 9)
        bright, name = colour.startswith("bright_"), colour.removeprefix("bright_")
        return str(base + _NAMED.index(name) + (60 if bright else 0))
    if depth is Depth.CUBE:
        from rich.color import Color, ColorSystem

        return f"{base + 8};5;{Color.parse(colour).downgrade(ColorSystem.EIGHT_BIT).number}"
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"{base + 8};2;{red};{green};{blue}"
