"""Painting changed cells only shows the same screen as painting everything, with far fewer bytes."""

from __future__ import annotations

import io
from pathlib import Path

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from rollout_tui.tui.delta import DeltaUpdate, Shadow, delta

WIDTH, HEIGHT = 12, 3
CONSOLE = Console(file=io.StringIO(), color_system="truecolor", force_terminal=True, width=WIDTH)
STYLES = (Style(color="#ffffff", bgcolor="#000000"), Style(color="#ff0000", bgcolor="#000000", bold=True))

cells = st.tuples(st.sampled_from("ab ·█"), st.sampled_from(STYLES))
lines = st.lists(cells, min_size=WIDTH, max_size=WIDTH)
screens = st.lists(lines, min_size=HEIGHT, max_size=HEIGHT)


def strip(line: list[tuple[str, Style]]) -> Strip:
    return Strip([Segment(character, style) for character, style in line])


def whole(screen: list[list[tuple[str, Style]]]) -> LayoutUpdate:
    return LayoutUpdate([[strip(line)] for line in screen], Region(0, 0, WIDTH, HEIGHT))


def spans(screen: list[list[tuple[str, Style]]], found: list[tuple[int, int, int]]) -> ChopsUpdate:
    return ChopsUpdate([{0: strip(line)} for line in screen], found, [[WIDTH] for _ in screen])


def terminal() -> tuple[pyte.Screen, pyte.Stream]:
    emulated = pyte.Screen(WIDTH, HEIGHT)
    return emulated, pyte.Stream(emulated)


def shown(emulated: pyte.Screen) -> list[list[tuple[str, str, bool]]]:
    return [
        [(cell.data, cell.fg, cell.bold) for cell in (emulated.buffer[y][x] for x in range(WIDTH))]
        for y in range(HEIGHT)
    ]


@settings(max_examples=150)
@given(st.lists(screens, min_size=1, max_size=5))
def test_any_run_of_updates_ends_on_the_same_screen_as_without_the_shadow(pictures: list[object]) -> None:
    shadow = Shadow()
    (plain, plain_in), (painted, painted_in) = terminal(), terminal()
    for picture in pictures:
        update = whole(picture)  # type: ignore[arg-type]  # hypothesis' own shape
        plain_in.feed("".join(f"\x1b[{y + 1};1H{line[0].render(CONSOLE)}" for y, line in enumerate(update.strips)))
        painted_in.feed(DeltaUpdate(update, shadow).render_segments(CONSOLE))
        assert shown(painted) == shown(plain)


@given(screens, screens, st.integers(0, WIDTH - 1), st.integers(1, WIDTH), st.integers(0, HEIGHT - 1))
def test_a_span_is_painted_within_its_bounds(
    first: list[list[tuple[str, Style]]], second: list[list[tuple[str, Style]]], start: int, length: int, y: int
) -> None:
    shadow = Shadow()
    emulated, stream = terminal()
    stream.feed(DeltaUpdate(whole(first), shadow).render_segments(CONSOLE))
    before = shown(emulated)
    end = min(WIDTH, start + length)
    stream.feed(DeltaUpdate(spans(second, [(y, start, end)]), shadow).render_segments(CONSOLE))
    after = shown(emulated)
    for line in range(HEIGHT):
        for x in range(WIDTH):
            inside = line == y and start <= x < end
            assert after[line][x][0] == (second[line][x][0] if inside else before[line][x][0])


def test_what_the_terminal_shows_already_is_not_written_again() -> None:
    shadow, picture = Shadow(), [[("a", STYLES[0])] * WIDTH] * HEIGHT
    assert DeltaUpdate(whole(picture), shadow).render_segments(CONSOLE) != ""
    assert DeltaUpdate(whole(picture), shadow).render_segments(CONSOLE) == ""
    shadow.forget()
    assert DeltaUpdate(whole(picture), shadow).render_segments(CONSOLE) != ""


def test_one_changed_number_costs_less_than_eighty_bytes() -> None:
    shadow = Shadow()
    line = [(character, STYLES[0]) for character in "0.29 %  OK  "]
    DeltaUpdate(whole([line] * HEIGHT), shadow).render_segments(CONSOLE)
    changed = [("0.31 %  OK  "[x], style) for x, (_, style) in enumerate(line)]
    written = DeltaUpdate(whole([changed, line, line]), shadow).render_segments(CONSOLE)
    assert 0 < len(written) < 80


def drawn(text: str) -> LayoutUpdate:
    return LayoutUpdate([[Strip([Segment(text, STYLES[0])])]], Region(0, 0, WIDTH, 1))


def test_wide_characters_are_written_where_they_change() -> None:
    shadow = Shadow()
    assert "漢字 12:00:00" in DeltaUpdate(drawn("漢字 12:00:00"), shadow).render_segments(CONSOLE)
    assert DeltaUpdate(drawn("漢字 12:00:00"), shadow).render_segments(CONSOLE) == ""
    tick = DeltaUpdate(drawn("漢字 12:00:01"), shadow).render_segments(CONSOLE)
    assert tick.startswith("\x1b[1;13H")
    assert "漢" not in tick


def test_characters_without_a_cell_are_written_as_textual_does_and_leave_the_line_unknown() -> None:
    shadow = Shadow()
    first = DeltaUpdate(drawn("e\u0301漢"), shadow).render_segments(CONSOLE)
    assert "e\u0301漢" in first
    assert DeltaUpdate(drawn("e\u0301漢"), shadow).render_segments(CONSOLE) == first


def fitted(characters: str) -> str:
    """As many of them as fill the row exactly."""
    taken = ""
    for character in characters:
        if cell_len(taken + character) <= WIDTH:
            taken += character
    return taken + " " * (WIDTH - cell_len(taken))


wide_lines = st.text("ab 漢字👩ー", min_size=WIDTH, max_size=2 * WIDTH).map(fitted)


@settings(max_examples=300)
@given(st.lists(wide_lines, min_size=1, max_size=6))
def test_wide_characters_end_on_the_same_screen_as_without_the_shadow(texts: list[str]) -> None:
    shadow = Shadow()
    (plain, plain_in), (painted, painted_in) = terminal(), terminal()
    for text in texts:
        plain_in.feed(f"\x1b[1;1H{text}")
        painted_in.feed(DeltaUpdate(drawn(text), shadow).render_segments(CONSOLE))
        assert [cell[0] for cell in shown(painted)[0]] == [cell[0] for cell in shown(plain)[0]]


@pytest.mark.parametrize("other", [None, "text"])
def test_what_is_no_known_update_passes_through(other: str | None) -> None:
    assert delta(other, Shadow()) is other


def test_the_two_private_classes_are_those_of_the_pinned_textual() -> None:
    pinned = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    assert '"textual==8.2.8"' in pinned
    assert {"strips", "region"} <= vars(whole([[("a", STYLES[0])] * WIDTH] * HEIGHT)).keys()
    assert {"chops", "spans"} <= vars(spans([[("a", STYLES[0])] * WIDTH] * HEIGHT, [(0, 0, 1)])).keys()
