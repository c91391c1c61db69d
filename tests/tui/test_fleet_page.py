"""The fleet of the real app: open and back, pause from the list, filter, and an order that waits for the hands."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from rollout_tui.domain.actions import ActionKind, Ending
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.snapshot import Snapshot
from rollout_tui.tui.screens.confirm import OverrideWanted
from rollout_tui.tui.screens.events import EventsPage
from rollout_tui.tui.screens.fleet import FleetScreen
from rollout_tui.tui.screens.main import MainScreen
from rollout_tui.tui.view.fleet import FleetList
from tests.tui.fake_desk import FakeDesk, paused_elsewhere
from tests.tui.hand import Hand, at_the_keyboard
from tests.tui.samples import incident, snapshot


def named(app: str, of: Snapshot) -> Snapshot:
    return replace(of, plan=replace(of.plan, app=app))


def three() -> list[FakeDesk]:
    """Two quiet apps and one with a crash spike, the last one."""
    return [
        FakeDesk(named("alder", snapshot())),
        FakeDesk(named("birch", snapshot())),
        FakeDesk(named("acme", incident())),
    ]


def chosen(hand: Hand) -> str:
    """The line with the mark."""
    return next(row for row in hand.screen().splitlines() if row.startswith("▌"))


async def test_three_rollouts_are_seen_as_a_fleet_first_and_the_worst_is_chosen() -> None:
    async with at_the_keyboard(*three()) as hand:
        assert isinstance(hand.app.screen, FleetScreen)
        assert "fleet 6 rollouts, 3 apps" in hand.screen()
        assert "One needs you: acme, pause Android." in hand.screen()
        assert "■ CRITICAL   acme" in chosen(hand)
        assert hand.app.title == "CRITICAL fleet 6 rollouts, 3 apps"


async def test_one_app_is_seen_by_itself_first_and_f_shows_it_as_a_fleet() -> None:
    async with at_the_keyboard(FakeDesk(incident())) as hand:
        assert isinstance(hand.app.screen, MainScreen)
        await hand.press("escape")
        assert isinstance(hand.app.screen, MainScreen), "esc leads nowhere from the first screen"
        await hand.press("f")
        assert "■ CRITICAL   acme-connect" in chosen(hand)
        await hand.press("escape")
        assert isinstance(hand.app.screen, MainScreen)


@pytest.mark.parametrize("back", ["f", "escape"])
async def test_enter_opens_the_chosen_rollout_and_the_way_back_leads_to_the_same_line(back: str) -> None:
    async with at_the_keyboard(*three()) as hand:
        await hand.press("down", "enter")
        assert isinstance(hand.app.screen, MainScreen)
        assert " acme 4.2.0 " in hand.screen()
        assert hand.app.screen.focused_platform is Platform.IOS
        await hand.press(back)
        assert isinstance(hand.app.screen, FleetScreen)
        assert "? UNKNOWN    acme" in chosen(hand)
        await hand.press("down", "enter")
        assert " alder 4.2.0 " in hand.screen()


async def test_p_and_y_pause_the_chosen_rollout_of_its_own_app_and_the_dialog_names_it() -> None:
    desks = three()
    async with at_the_keyboard(*desks) as hand:
        await hand.press("down", "down", "p")
        assert "PAUSE ANDROID, alder 4.2.0" in hand.screen()
        await hand.press("y")
        assert [[(p.platform, p.kind) for p in desk.performed] for desk in desks] == [
            [(Platform.ANDROID, ActionKind.PAUSE)],
            [],
            [],
        ]
        assert "alder android: Paused." in hand.screen()
        assert isinstance(hand.app.screen, FleetScreen)


async def test_while_a_dialog_is_open_it_stays_with_its_rollout_whatever_becomes_worse() -> None:
    desks = three()
    async with at_the_keyboard(*desks) as hand:
        await hand.press("p")
        desks[2].publish(named("acme", snapshot()))
        desks[0].publish(named("alder", incident()))
        hand.wrist.time += 20
        await hand.press("y")
        assert [len(desk.performed) for desk in desks] == [0, 0, 1]


async def test_a_dialog_that_comes_back_over_another_app_follows_its_own_and_asks_about_its_own_gates() -> None:
    """The store differed: the dialog of acme opens again while somebody looks at alder already."""
    desks = three()
    acme = desks[2]
    acme.hold, acme.outcome = asyncio.Event(), Ending.DIFFERS
    async with at_the_keyboard(*desks) as hand:
        await hand.press("p", "y", "down", "down", "enter")
        assert " alder 4.2.0 " in hand.screen()
        acme.hold.set()
        await hand.pilot.pause()
        assert "PAUSE ANDROID, acme 4.2.0" in hand.screen()
        acme.publish(paused_elsewhere(acme.snapshot))
        await hand.pilot.pause()
        assert "The store now says" in hand.screen()
        await hand.press("escape")
        gate = next(one.gate for one in acme.snapshot.rollouts[0].gates if one.gate.metric is not None)
        hand.app.post_message(OverrideWanted(acme, Platform.ANDROID, gate.id))
        await hand.pilot.pause()
        assert "OVERRIDE A GATE, acme 4.2.0" in hand.screen()
        assert hand.app.screen._desk is acme  # type: ignore[attr-defined]


async def test_a_filter_is_typed_and_enter_keeps_it_and_esc_shows_all_again() -> None:
    async with at_the_keyboard(*three()) as hand:
        await hand.press("slash", *"birch", "space", *"ios")
        assert "/ birch ios" in hand.screen()
        assert "1 of 6" in hand.screen()
        assert "● OK         birch" in chosen(hand)
        assert isinstance(hand.app.screen, FleetScreen), "letters are text: no p, no q"
        await hand.press("enter", "enter")
        assert " birch 4.2.0 " in hand.screen()
        await hand.press("f", "escape")
        assert "1 of 6" not in hand.screen()


async def test_no_key_acts_where_no_line_is_left() -> None:
    desks = three()
    async with at_the_keyboard(*desks) as hand:
        await hand.press("slash", *"zebra", "enter", "p", "y", "e", "u")
        assert isinstance(hand.app.screen, FleetScreen)
        assert [desk.performed for desk in desks] == [[], [], []]


async def test_the_order_stands_for_ten_seconds_after_a_key() -> None:
    desks = three()
    async with at_the_keyboard(*desks) as hand:
        fleet = hand.app.screen
        assert isinstance(fleet, FleetScreen)

        def order() -> list[str]:
            listed: FleetList = fleet._listed()
            return [line.app for line in listed.lines][:2]

        await hand.press("down", "down")
        assert "alder" in chosen(hand)
        desks[1].publish(named("birch", incident()))
        hand.wrist.time += 9
        assert order() == ["acme", "acme"]
        hand.wrist.time += 2
        assert order() == ["acme", "birch"]
        await hand.until(lambda: "■ CRITICAL   birch" in hand.screen(), "the new order")
        assert "alder" in chosen(hand), "the focus stays with its rollout"


async def test_s_sorts_by_decision_and_by_app() -> None:
    async with at_the_keyboard(*three()) as hand:
        await hand.press("s")
        assert "soonest decision first" in hand.screen()
        await hand.press("s", "home")
        assert "by app" in hand.screen()
        assert "acme" in chosen(hand)


async def test_e_shows_the_events_of_the_chosen_app() -> None:
    async with at_the_keyboard(*three()) as hand:
        await hand.press("e")
        assert isinstance(hand.app.screen, EventsPage)
        await hand.press("escape")
        assert isinstance(hand.app.screen, MainScreen)


async def test_what_is_under_way_in_another_app_is_asked_about_before_leaving() -> None:
    desks = three()
    desks[2].hold = asyncio.Event()
    async with at_the_keyboard(*desks) as hand:
        await hand.press("p", "y", "down", "down", "enter", "q")
        assert hand.app.return_code is None
        assert "Pause" in hand.screen()
        assert "QUIT WITH WORK OPEN" in hand.screen()
        desks[2].hold.set()
