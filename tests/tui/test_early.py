"""The first frame, before Textual: the same cells and colours that Textual paints a moment later."""

from __future__ import annotations

import itertools
import os
import signal

import pyte
import pytest
from rich.color import ColorSystem

from rollout_tui.tui.app import RolloutApp
from rollout_tui.tui.early import Handover, _ended_in_order, _painted, _rows
from rollout_tui.tui.ink import Ink, text_of
from rollout_tui.tui.look import Look
from rollout_tui.tui.sgr import colour_depth, written
from rollout_tui.tui.symbols import SymbolSet
from rollout_tui.tui.theme import PALETTES, Depth, Theme, style
from rollout_tui.tui.widgets.surface import Surface
from tests.tui.fake_desk import FakeDesk
from tests.tui.samples import incident, snapshot

SYSTEMS = {
    Depth.TRUE: ColorSystem.TRUECOLOR,
    Depth.CUBE: ColorSystem.EIGHT_BIT,
    Depth.NAMES: ColorSystem.STANDARD,
}
TOKENS = tuple(PALETTES[Theme.DARK])


def shown(text: str) -> object:
    """One cell as a terminal shows it."""
    screen = pyte.Screen(4, 1)
    pyte.Stream(screen).feed(text)
    return screen.buffer[0][0]


@pytest.mark.parametrize(
    ("theme", "depth"),
    [
        *itertools.product((Theme.DARK, Theme.LIGHT, Theme.CONTRAST), (Depth.TRUE, Depth.CUBE)),
        (Theme.ANSI, Depth.NAMES),
        (Theme.MONO, Depth.NAMES),
    ],
)
def test_every_ink_looks_as_textual_will_paint_it(theme: Theme, depth: Depth) -> None:
    style.cache_clear()  # a style keeps the codes of the first terminal that it was painted on
    for colour, ground, bold in itertools.product(TOKENS, TOKENS, (False, True)):
        ink = Ink(colour, bold, ground)
        theirs = style(theme, ink).render("x", color_system=SYSTEMS[depth])
        assert shown(written("x", ink, theme, depth)) == shown(theirs), ink
    style.cache_clear()


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (50, 12)])
@pytest.mark.parametrize("ascii_only", [False, True])
async def test_it_is_the_frame_that_the_app_draws(size: tuple[int, int], ascii_only: bool) -> None:
    desk, look = FakeDesk(incident()), Look(symbols=SymbolSet.ASCII if ascii_only else SymbolSet.UNICODE)
    rows = _rows(desk, look, *size)
    app = RolloutApp(desk, look)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        theirs = app.screen.query_one(Surface).rows
        assert [text_of(row) for row in rows] == [text_of(row) for row in theirs]
        assert rows == list(theirs)


def test_its_rows_stand_where_they_belong_and_no_style_runs_on() -> None:
    desk, look = FakeDesk(snapshot()), Look()
    rows = _rows(desk, look, 120, 40)
    screen = pyte.Screen(120, 40)
    pyte.Stream(screen).feed(_painted(rows, look, Depth.TRUE) + "\x1b[40;120Hx")
    assert [line.rstrip() for line in screen.display[:39]] == [text_of(row).rstrip() for row in rows[:39]]
    assert screen.buffer[39][119].bg == "default"


@pytest.mark.parametrize(
    ("environment", "depth"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, Depth.TRUE),
        ({"TERM": "xterm-256color"}, Depth.CUBE),
        ({"TERM": "xterm-kitty"}, Depth.CUBE),
        ({"TERM": "vt220"}, None),
    ],
)
def test_colours_are_left_to_textual_where_the_terminal_does_not_say_what_it_can(
    environment: dict[str, str], depth: Depth | None
) -> None:
    assert colour_depth(Theme.DARK, environment) is depth
    assert colour_depth(Theme.MONO, environment) is Depth.NAMES


class SignalledInside:
    """A signal comes while a class is made of it: Python wraps whatever `__set_name__` raises."""

    def __set_name__(self, owner: type, name: str) -> None:
        os.kill(os.getpid(), signal.SIGTERM)


def test_a_signal_that_python_wraps_in_another_error_ends_the_program_as_that_signal() -> None:
    with pytest.raises(SystemExit) as ended, _ended_in_order(Handover((80, 24), [], [])):
        type("Imported", (), {"field": SignalledInside()})
    assert ended.value.code == 143


def test_an_error_without_a_signal_stays_what_it_is() -> None:
    with pytest.raises(ZeroDivisionError), _ended_in_order(Handover((80, 24), [], [])):
        raise ZeroDivisionError


async def test_a_signal_that_was_dropped_on_its_way_ends_the_program_once_it_listens() -> None:
    desk = FakeDesk(snapshot())
    app = RolloutApp(desk, handover=Handover((80, 24), _rows(desk, Look(), 80, 24), [], ended_by=signal.SIGTERM))
    async with app.run_test(size=(80, 24)):
        pass
    assert app.return_code == 143
