"""Every page and dialog, whatever is written in it: no row wider or narrower than the screen, every text readable."""

from __future__ import annotations

from collections import Counter

import pytest
from rich.cells import cell_len
from wcwidth import wcwidth

from rollout_tui.domain.investigation import Feedback, FeedbackKind, Inquired, Investigation, TroubleGroup, TroubleKind
from rollout_tui.tui.ink import Ink, text_of
from rollout_tui.tui.look import Look
from rollout_tui.tui.screens.whole import WholeScreen
from rollout_tui.tui.symbols import SymbolSet, ascii_text, shown_in
from rollout_tui.tui.theme import Theme, paint
from rollout_tui.tui.view.scene import Scene
from tests.tui.fake_desk import FakeDesk
from tests.tui.hand import at_the_keyboard
from tests.tui.samples import incident, snapshot
from tests.tui.test_hostile_text import NASTY, everywhere
from tests.tui.test_investigate import SENTRY, SILENT, VITALS
from tests.tui.test_theme import EXEMPT, contrast
from tests.tui.touring import WAYS, tour
from tests.unit.domain.builders import NOW

HOSTILE = " ".join(text[:300] for text in NASTY)
SIZES = ((120, 40), (80, 24), (60, 16))


def hostile() -> FakeDesk:
    """Nothing that anybody outside can write is harmless."""
    desk = FakeDesk(everywhere(HOSTILE))
    group = TroubleGroup("g", TroubleKind.CRASH, HOSTILE, HOSTILE, 10, 9, HOSTILE, True, link=HOSTILE, log="x")
    words = Feedback("f", FeedbackKind.REVIEW, NOW - 60, HOSTILE, HOSTILE, HOSTILE)
    answer = Investigation(HOSTILE, HOSTILE, NOW - 55, (group,), (words,), note=HOSTILE)
    desk.inquiry.answers = [Inquired("a", HOSTILE, answer), Inquired("b", HOSTILE, problem=HOSTILE)]
    desk.past.stored = desk.snapshot.events
    desk.people.approvers = (HOSTILE,)
    return desk


async def test_no_row_of_any_page_is_wider_or_narrower_than_the_screen_whatever_is_written_in_it() -> None:
    tour_of_all = await tour(hostile(), *SIZES)
    assert {seen.place for seen in tour_of_all} == set(WAYS)
    for seen in tour_of_all:
        place, (width, height), rows = seen.place, seen.size, seen.rows
        assert len(rows) <= height, place
        written = [shown_in(SymbolSet.UNICODE, text_of(row)) for row in rows]
        framed = set(map(cell_len, written))
        assert len(framed) == 1, place
        assert framed <= set(range(width + 1)) if place in DIALOGS else framed == {width}, place
        for row, text in zip(rows, written, strict=True):
            assert all(wcwidth(character) in (1, 2) for character in text), (place, text)
            assert sum(map(wcwidth, text)) == cell_len(text), (place, text)
            assert len(ascii_text(text_of(row))) == len(text_of(row)), place


DIALOGS = {"help", "help of a page", "palette", "pause", "promote", "override", "signing"}


def busy() -> FakeDesk:
    desk = FakeDesk(incident())
    desk.inquiry.answers = [SENTRY, VITALS, SILENT]
    desk.past.stored = desk.snapshot.events
    return desk


async def test_every_text_of_every_page_can_be_read_in_every_theme_and_has_an_ascii_form() -> None:
    plain = await tour(busy(), (120, 40), look=Look(symbols=SymbolSet.ASCII))
    places = [*plain, *await tour(FakeDesk(snapshot()), (120, 40))]
    drawn = [(row, seen.place) for seen in places for row in seen.rows]
    pairs = {
        (ink.colour, ink.ground): place
        for row, place in drawn
        for text, ink in row
        if text.strip() and ink.colour not in EXEMPT
    }
    for theme in (Theme.DARK, Theme.LIGHT, Theme.CONTRAST):
        weak = [(*pair, place) for pair, place in pairs.items() if contrast(Ink(pair[0], ground=pair[1]), theme) < 4.5]
        assert weak == [], theme
    for colour, ground in pairs:
        found = paint(Theme.ANSI, Ink(colour, ground=ground))
        assert found.reverse or found.colour == "default" or found.colour != found.ground, (colour, ground)
    for seen in plain:
        for text in map(text_of, seen.rows):
            assert ascii_text(text).count("?") == text.count("?"), f"{seen.place}: no ASCII form of a sign in {text!r}"


async def test_every_page_is_drawn_once_a_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual calls a page's on_mount and that of what it is made from: one that calls it too starts two clocks."""
    clocks: Counter[str] = Counter()
    begun = WholeScreen.on_mount

    def mounted(screen: WholeScreen[Scene]) -> None:
        clocks[type(screen).__name__] += 1
        begun(screen)

    for keys, page in ((("enter",), "ZoomPage"), (("i",), "InvestigatePage"), (("t",), "TravelPage")):
        async with at_the_keyboard(busy()) as hand:
            with monkeypatch.context() as watched:
                watched.setattr(WholeScreen, "on_mount", mounted)
                await hand.press(*keys)
        assert clocks[page] == 1, page
