"""Colours can be read, symbols are one cell wide, and NO_COLOR needs none."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from dataclasses import replace
from itertools import product

import pytest
from rich.cells import cell_len
from rich.color import Color
from rich.console import Console

from rollout_tui.domain.actions import ActionKind
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Snapshot, Urgency
from rollout_tui.tui.ink import Ink, Row, blank
from rollout_tui.tui.symbols import PROGRESS, SEVERITY, STATE, VERDICT, SymbolSet, ascii_text, shown_in
from rollout_tui.tui.symbols import choose as choose_symbols
from rollout_tui.tui.theme import PALETTES, Theme, choose, style
from rollout_tui.tui.view.dialogs import DialogState, Stop, dialog_rows
from rollout_tui.tui.view.help import Subject, help_rows
from rollout_tui.tui.view.next import next_rows
from rollout_tui.tui.view.scene import Focus, Scene
from rollout_tui.tui.view.screen import screen_rows
from tests.tui.fake_desk import FakeDesk
from tests.tui.samples import android, incident, snapshot
from tests.unit.domain.builders import NOW

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


EXEMPT = ("faint", "rule", "ghost")
"""They carry nothing that is not said elsewhere."""


def drawn() -> set[tuple[str, str]]:
    """Colour and ground of every text on screens and dialogs, exempt ones left out."""
    rows: list[Row] = []
    for shown in (snapshot(), incident(), snapshot(android())):
        for width, height in ((200, 60), (120, 40), (100, 28), (80, 24), (60, 16), (50, 12)):
            for pane in range(len(shown.rollouts)):
                rows += screen_rows(Scene(shown, NOW, Focus(pane), who="jkim"), width, height, blank(width))
        scene = Scene(shown, NOW, who="jkim")
        for severity, urgency in product(Severity, Urgency):
            advice = replace(shown.recommendation, severity=severity, urgency=urgency)
            rows += next_rows(replace(scene, snapshot=replace(shown, recommendation=advice)), 120, 2)
        for kind in ActionKind:
            proposal = FakeDesk(shown).propose(Platform.ANDROID, kind)
            for stop, changed in ((Stop.CANCEL, ""), (Stop.FIELD, "It changed."), (Stop.ACT, "")):
                for asked in (proposal, replace(proposal, obstacles=())):
                    rows += dialog_rows(scene, asked, DialogState(stop, changed=changed, refused="no"), 86, 40)
    rows += help_rows(Subject({"resume": "nothing is paused"}), 104, 40)
    return {(i.colour, i.ground) for row in rows for text, i in row if text.strip() and i.colour not in EXEMPT}


@pytest.mark.parametrize("theme", [Theme.DARK, Theme.LIGHT, Theme.CONTRAST])
def test_every_text_that_is_drawn_can_be_read(theme: Theme) -> None:
    pairs = drawn()
    assert len(pairs) > 30
    ratios = {pair: round(contrast(Ink(pair[0], ground=pair[1]), theme), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("ground", ["focus", "critbg"])
def test_on_a_coloured_ground_of_sixteen_colours_all_text_is_white(ground: str) -> None:
    for colour in ("text", "crit", "warn", "ok", "mute"):
        found = style(Theme.ANSI, Ink(colour, ground=ground)).color
        assert found is not None
        assert found.name == "white"


def test_sixteen_colours_keep_the_terminals_own_ground() -> None:
    assert style(Theme.ANSI, Ink("crit")).bgcolor == Color.default()
    assert style(Theme.ANSI, Ink("text", ground="select")).reverse


def test_what_no_color_shows_in_reverse_is_what_must_be_found_at_a_glance() -> None:
    grounds = ("bg", "focus", "select", "badgebg", "critbg", "warnbg", "infobg", "okbg", "unkbg", "raise", "band")
    reversed_ones = {ground for ground in grounds if style(Theme.MONO, Ink(ground=ground)).reverse}
    assert reversed_ones == {"focus", "select", "badgebg", "critbg"}


@pytest.mark.parametrize("shown", [snapshot(), incident()])
def test_every_sign_that_is_drawn_has_an_ascii_form(shown: Snapshot) -> None:
    for width, height in ((120, 40), (80, 24), (60, 16)):
        for row in screen_rows(Scene(shown, NOW, who="jkim", ascii_only=True), width, height, blank(width)):
            for text, _ in row:
                assert len(ascii_text(text)) == len(text)
                assert ascii_text(text).count("?") == text.count("?"), f"an unknown sign in {text!r}"


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
    plain = style(Theme.MONO, Ink("crit", ground="critbg"))
    assert (plain.color, plain.bgcolor, plain.reverse) == (None, None, True)


@pytest.mark.parametrize(
    ("term", "colorterm", "theme"),
    [
        ("xterm", "", Theme.ANSI),
        ("vt100", "", Theme.ANSI),
        ("linux", "", Theme.ANSI),
        ("rxvt-16color", "", Theme.ANSI),
        ("", "", Theme.ANSI),
        ("xterm-256color", "", Theme.DARK),
        ("xterm-kitty", "", Theme.DARK),
        ("xterm", "truecolor", Theme.DARK),
        ("tmux-256color", "24bit", Theme.DARK),
    ],
)
def test_a_terminal_of_sixteen_colours_gets_a_theme_made_for_them_and_any_theme_that_was_asked_for(
    term: str, colorterm: str, theme: Theme
) -> None:
    environment = {"TERM": term, "COLORTERM": colorterm}
    assert choose("auto", environment) is theme
    assert choose("dark", environment) is Theme.DARK
    textual = Console(file=io.StringIO(), force_terminal=True, _environ=environment).color_system
    assert (textual == "standard") == (theme is Theme.ANSI), "what Textual writes with"


def test_symbols_follow_the_locale_unless_they_are_chosen() -> None:
    assert choose_symbols("auto", "UTF-8") is SymbolSet.UNICODE
    assert choose_symbols("auto", "ISO-8859-1") is SymbolSet.ASCII
    assert choose_symbols("ascii", "UTF-8") is SymbolSet.ASCII


def test_a_locale_that_is_not_utf_8_gets_ascii_although_python_itself_writes_utf_8() -> None:
    code = "from rollout_tui.tui.symbols import choose; print(choose('auto'))"
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    chosen = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert chosen.stdout == "ascii\n"


def test_without_braille_charts_are_quarter_blocks_cell_for_cell_and_all_else_stays() -> None:
    assert shown_in(SymbolSet.BLOCKS, "⠁⠐⡀⢀⣀⠉⣿⠀") == "▘▝▖▗▄▀█ "
    for row in screen_rows(Scene(incident(), NOW), 120, 40, blank(120)):
        for text, _ in row:
            shown = shown_in(SymbolSet.BLOCKS, text)
            assert len(shown) == len(text) == cell_len(shown)
            assert not any("\u2800" <= character <= "\u28ff" for character in shown)
            assert "✓ PASS" not in text or "✓ PASS" in shown
