"""`/` filters what is listed: the events from a main screen and its pages, the fleet where that is seen."""

from __future__ import annotations

from rollout_tui.tui.screens.events import EventsPage
from rollout_tui.tui.screens.fleet import FleetScreen
from rollout_tui.tui.screens.main import MainScreen
from tests.tui.fake_desk import FakeDesk
from tests.tui.hand import at_the_keyboard
from tests.tui.samples import incident, snapshot


async def test_on_the_main_screen_it_opens_the_events_with_the_field_of_their_filter() -> None:
    async with at_the_keyboard(FakeDesk(incident())) as hand:
        await hand.press("slash", "p", "a", "u")
        assert isinstance(hand.app.screen, EventsPage)
        assert "“pau”" in hand.screen()
        await hand.press("enter", "escape")
        assert isinstance(hand.app.screen, MainScreen)


async def test_on_another_page_too_and_on_the_events_it_opens_their_own_field() -> None:
    async with at_the_keyboard(FakeDesk(incident())) as hand:
        await hand.press("b", "slash", "x", "enter")
        page = hand.app.screen
        assert isinstance(page, EventsPage)
        await hand.press("slash", "y", "enter")
        assert hand.app.screen is page
        assert "“xy”" in hand.screen()


async def test_the_palette_and_the_help_know_it_once_on_every_screen() -> None:
    async with at_the_keyboard(FakeDesk(snapshot())) as hand:
        await hand.press("question_mark")
        assert "Filter the events" in hand.screen()
        await hand.press("escape", "ctrl+p", *"filter", "enter")
        assert isinstance(hand.app.screen, EventsPage)
        await hand.press("escape", "question_mark")
        keys = [row.split()[1] for row in hand.front() if len(row.split()) > 2]
        assert keys.count("/") == 1
        assert keys.count("t") == 1


async def test_the_palette_over_the_fleet_opens_the_filter_of_the_fleet() -> None:
    desks = [FakeDesk(snapshot()) for _ in range(3)]
    async with at_the_keyboard(*desks) as hand:
        await hand.press("ctrl+p", *"filter", "enter", "z", "z")
        assert isinstance(hand.app.screen, FleetScreen)
        assert "zz" in hand.screen()
