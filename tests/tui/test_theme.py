"""Colours can be read, symbols are one cell wide, and NO_COLOR needs none."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from rollout_tui.tui.ink import Ink
from rollout_tui.tui.symbols import PROGRESS, SEVERITY, STATE, VERDICT, SymbolSet, ascii_text
from rollout_tui.tui.symbols import choose as choose_symbols
from rollout_tui.tui.theme import PALETTES, Theme, choose, style

TEXTS = ("text", "mute", "accent", "ok", "info", "warn", "crit", "unk", "tline", "aline")
GROUNDS = {"bg": TEXTS, "panel": TEXTS, "raise": ("text", "mute", "accent", "unk"), "band": ("text", "mute")}
BANDS = ("okbg", "infobg", "warnbg", "critbg", "unkbg", "focus", "select")


def luminance(colour: str) -> float:
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(ink: Ink, theme: Theme) -> float:
    found = style(theme, ink)
    assert found.color is not None
    assert found.bgcolor is not None
    one, other = (luminance(found.color.name), luminance(found.bgcolor.name))
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


@pytest.mark.parametrize("theme", [Theme.DARK, Theme.LIGHT, Theme.CONTRAST])
def test_text_can_be_read_on_its_ground(theme: Theme) -> None:
    pairs = [(text, ground) for ground, texts in GROUNDS.items() for text in texts]
    pairs += [("text", band) for band in BANDS] + [("badge", "badgebg")]
    weak = {pair: round(contrast(Ink(pair[0], ground=pair[1]), theme), 2) for pair in pairs}
    # Lines of charts repeat what their labels say; 3:1 is what graphics need.
    floor = {"tline": 3.0, "aline": 3.0}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < floor.get(pair[0], 4.5)} == {}


def test_every_theme_knows_every_token() -> None:
    names = set(PALETTES[Theme.DARK])
    assert all(set(palette) == names for palette in PALETTES.values())


def test_every_symbol_is_one_cell_wide_and_has_an_ascii_form() -> None:
    tables = (SEVERITY, VERDICT, STATE, PROGRESS)
    for symbol in {symbol for table in tables for symbol, _ in table.values()}:
        assert cell_len(symbol) == 1
        assert ascii_text(symbol).isascii()
        assert len(ascii_text(symbol)) == 1


def test_severities_and_verdicts_cannot_be_taken_for_each_other() -> None:
    severities = {symbol for symbol, _ in SEVERITY.values()} - {"?"}
    assert severities.isdisjoint(symbol for symbol, _ in VERDICT.values())


def test_no_color_wins_over_every_theme_and_uses_none() -> None:
    assert choose("light", {"NO_COLOR": "1"}) is Theme.MONO
    assert choose("light", {}) is Theme.LIGHT
    assert choose("auto", {}) is Theme.DARK
    plain = style(Theme.MONO, Ink("crit", ground="critbg"))
    assert (plain.color, plain.bgcolor, plain.reverse) == (None, None, True)


def test_symbols_follow_the_locale_unless_they_are_chosen() -> None:
    assert choose_symbols("auto", "UTF-8") is SymbolSet.UNICODE
    assert choose_symbols("auto", "ISO-8859-1") is SymbolSet.ASCII
    assert choose_symbols("ascii", "UTF-8") is SymbolSet.ASCII
