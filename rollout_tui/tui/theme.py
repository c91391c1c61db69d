"""Tokens of colour and what they are in each theme (screens.md 6). Colour repeats what a word and a symbol say."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from rollout_tui.tui.ink import Ink

if TYPE_CHECKING:
    from rich.style import Style


class Depth(StrEnum):
    """How a terminal takes colours."""

    TRUE = "true colour"
    CUBE = "256 colours"
    NAMES = "16 colours"


class Theme(StrEnum):
    """Named sets of colours; `mono` is what NO_COLOR asks for."""

    DARK = "dark"
    LIGHT = "light"
    CONTRAST = "contrast"
    ANSI = "ansi"
    MONO = "mono"


_GROUND_NAMES = ("bg", "panel", "raise", "band", "focus", "select")
_TEXT_NAMES = ("text", "mute", "faint", "rule", "accent", "ok", "info", "warn", "crit", "unk")
_BAND_NAMES = ("okbg", "infobg", "warnbg", "critbg", "unkbg")
_LINE_NAMES = ("tline", "aline", "cline", "ghost")
_NAMES = (*_GROUND_NAMES, *_TEXT_NAMES, *_BAND_NAMES, *_LINE_NAMES, "badge", "badgebg", "cursor")


def _palette(colours: str) -> Mapping[str, str]:
    return dict(zip(_NAMES, colours.split(), strict=True))


PALETTES: Mapping[Theme, Mapping[str, str]] = {
    Theme.DARK: _palette(
        "#0f1419 #171e26 #222c37 #1d2731 #163a5c #24364a #e4e9ee #93a1af #4d5a66 #33404c #6cb6ff #5cc9a0 #6cb6ff "
        "#f0b840 #ff7a6b #c49bff #12382d #17324d #4a3708 #6b1a14 #3a2660 #5b94b7 #ab8832 #d9655a #66727e "
        "#14181d #f0b840 #6cb6ff"
    ),
    Theme.LIGHT: _palette(
        "#fbfaf7 #f1efe9 #e6e3da #e9e6de #1b5a96 #d9e4ef #1c2126 #58626c #a9aeb3 #cbc8bf #0b5cad #0b6b4f #0b5cad "
        "#8a5a00 #b3261e #6b35b8 #d5ecdf #d6e6f5 #f6e3b4 #f7d3cd #e6d9f7 #2f6c9e #85610f #b23a2f #8d9399 "
        "#ffffff #8a5a00 #0b5cad"
    ),
    Theme.CONTRAST: _palette(
        "#000000 #000000 #000000 #262626 #ffffff #303030 #ffffff #d0d0d0 #8a8a8a #8a8a8a #ffffff #5fffaf #87d7ff "
        "#ffd75f #ff8787 #d7afff #003b22 #00324f #4f3f00 #7a0000 #3d007a #5fafd7 #d7af00 #ff5f5f #8a8a8a "
        "#000000 #ffd75f #ffffff"
    ),
    Theme.ANSI: _palette(
        "default default default default blue default white default bright_black bright_black cyan green cyan "
        "yellow bright_red bright_magenta default default default red default cyan yellow red bright_black "
        "black yellow cyan"
    ),
}
"""Colour of each token; on a ground of 16 colours all text is white (screens.md 6)."""

_GROUNDS = frozenset({"focus", "okbg", "infobg", "warnbg", "critbg", "unkbg"})
_REVERSED = frozenset({"focus", "select", "badgebg", "critbg", "cursor"})
"""What NO_COLOR shows in reverse."""


def choose(wanted: str, environment: Mapping[str, str] | None = None) -> Theme:
    """The theme of this terminal: NO_COLOR wins; `auto` is dark, and `ansi` where there are no more than 16 colours.

    Colours of the dark theme that are brought down to 16 fall together: off keys could not be told from their ground.
    """
    environment = os.environ if environment is None else environment
    if environment.get("NO_COLOR"):
        return Theme.MONO
    if wanted != "auto":
        return Theme(wanted)
    return Theme.ANSI if depth_of(environment) is Depth.NAMES else Theme.DARK


def depth_of(environment: Mapping[str, str]) -> Depth:
    """What this terminal says of its colours, read as Rich reads it, which writes all frames but the first."""
    if environment.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return Depth.TRUE
    last = environment.get("TERM", "").strip().lower().rpartition("-")[2]
    return Depth.CUBE if last in ("256color", "kitty") else Depth.NAMES


@dataclass(frozen=True, slots=True)
class Paint:
    """What an ink comes to: colours as `#rrggbb` or names of the 16, None where the terminal's own are left alone."""

    colour: str | None
    ground: str | None
    bold: bool = False
    dim: bool = False
    reverse: bool = False


@cache
def paint(theme: Theme, ink: Ink) -> Paint:
    """The paint of an ink in a theme."""
    if theme is Theme.MONO:
        return Paint(None, None, ink.bold, ink.colour in ("faint", "rule", "ghost"), ink.ground in _REVERSED)
    palette = PALETTES[theme]
    ground = palette[ink.ground]
    colour = palette[ink.colour]
    if theme is Theme.CONTRAST and ink.ground == "focus":
        colour = "#000000"
    elif theme is Theme.LIGHT and ink.ground == "focus":
        colour = "#ffffff"
    elif theme is Theme.ANSI and ink.ground in _GROUNDS and ground != "default":
        colour = "white"
    return Paint(colour, ground, ink.bold, reverse=theme is Theme.ANSI and ink.ground == "select")


@cache
def style(theme: Theme, ink: Ink) -> Style:
    """The same as Textual wants it."""
    from rich.style import Style

    found = paint(theme, ink)
    if found.colour is None:
        return Style(bold=found.bold, dim=found.dim, reverse=found.reverse)
    return Style(color=found.colour, bgcolor=found.ground, bold=found.bold, reverse=found.reverse)
