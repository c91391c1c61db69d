"""A recording of another host on screen: every page says so, nothing asks for a key that acts, nothing is read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rollout_tui.engine.travel import Record
from rollout_tui.tui.app import RolloutApp
from rollout_tui.tui.look import Look
from rollout_tui.tui.pages import FirstPage, past_at
from rollout_tui.tui.screens.main import MainScreen
from rollout_tui.tui.screens.travel import TravelPage
from tests.tui.fake_desk import FakeDesk
from tests.tui.hand import Hand, Wrist, at_the_keyboard
from tests.tui.samples import incident
from tests.unit.domain.builders import HOUR, NOW

TOLD = "this is a recording of rel-01, exported Wed 11 Mar 14:40"
LOOK = Look(recording="rel-01", bell=True)


def recorded() -> FakeDesk:
    return FakeDesk(incident(), read_only=TOLD)


@pytest.mark.parametrize("size", [(200, 60), (120, 40), (80, 24), (60, 16)])
@pytest.mark.parametrize("keys", [(), ("f",), ("e",), ("b",), ("i",), ("enter",), ("t",)], ids="-".join)
async def test_every_page_says_that_it_is_a_recording_of_which_host_and_when(
    size: tuple[int, int], keys: tuple[str, ...]
) -> None:
    async with at_the_keyboard(recorded(), size=size, look=LOOK) as hand:
        await hand.press(*keys)
        rows = await hand.settled(20)
        assert {len(row) for row in rows} == {size[0]}
        assert " RECORDING " in rows[0]
        assert "link" not in rows[0].lower()
        assert "NEXT  Recording of rel-01, Wed 11 Mar 14:" in rows[1]
        assert size[0] < 80 or "Nothing can be acted on." in rows[1]
        assert "press" not in "\n".join(rows[1 : 3 if size[1] >= 24 else 2])


async def test_in_a_window_that_is_too_small_it_is_said_too() -> None:
    async with at_the_keyboard(recorded(), size=(40, 10), look=LOOK) as hand:
        rows = await hand.settled()
        assert " RECORDING " in rows[0]
        assert "Recording of rel-01" in rows[1]
        assert not any("Pause works" in row for row in rows)


async def test_what_was_to_be_done_is_told_without_its_key() -> None:
    async with at_the_keyboard(recorded(), look=LOOK) as hand:
        rows = await hand.settled()
        assert "Then: Pause Android." in rows[2]
        await hand.press("f")
        rows = await hand.settled()
        assert "Then: One needs you: acme-connect, pause Android." in rows[2]


async def test_there_is_nothing_to_read_and_no_bell() -> None:
    desk = recorded()
    async with at_the_keyboard(desk, look=LOOK) as hand:
        assert hand.app.title.startswith("RECORDING ")
        await hand.press("u")
        assert "this is a recording: there is nothing to read" in (await hand.settled())[-1]
        assert desk.reads == 0


async def test_travelling_in_it_has_no_present_to_go_back_to() -> None:
    desk = recorded()
    hole = (NOW - 3 * HOUR, NOW - 2 * HOUR)
    desk.travels.recorded = Record(NOW - 6 * HOUR, NOW, (hole,))
    async with at_the_keyboard(desk, look=LOOK) as hand:
        await hand.press("t")
        text = "\n".join(rows := await hand.settled(20))
        assert rows[-3].startswith(" RECORDING  Wed 11 Mar 14:17 UTC  of rel-01  1 hole: Wed 11 Mar 11:32–12:32 ")
        assert " now" not in text.split("EVENTS")[1]
        assert "NOW" not in "\n".join(rows[:3])
        assert rows[2].startswith(" " * 9 + "Then: Pause Android. New users")
        assert "esc Back" in rows[-1]
        await hand.press("p")
        assert "this is a recording: nothing here can be acted on" in (await hand.settled(20))[-1]
        await hand.press("end")
        assert "14:32 UTC" in (await hand.settled(20))[-3]
        assert isinstance(hand.app.screen, TravelPage)
        await hand.press("escape")
        assert isinstance(hand.app.screen, MainScreen)


async def test_the_first_page_says_that_esc_ends_the_program() -> None:
    app = RolloutApp(
        recorded(), LOOK, clock=(wrist := Wrist()), first=FirstPage(past_at(NOW, leaves=True), leaves=True)
    )
    async with app.run_test(size=(120, 40)) as pilot:
        hand = Hand(app, pilot, wrist)
        assert "esc Quit" in (await hand.settled(20))[-1]
        await hand.press("escape")
    assert app.return_code == 0


@pytest.mark.parametrize(("size", "told"), [((120, 40), "REHEARSAL 60x"), ((80, 24), "REH 60x"), ((60, 16), "REH 60x")])
async def test_a_recording_of_a_rehearsal_says_both(size: tuple[int, int], told: str) -> None:
    async with at_the_keyboard(recorded(), size=size, look=replace(LOOK, rehearsal="ios-phased 60x")) as hand:
        row = (await hand.settled())[0]
        assert told in row
        assert " RECORDING " in row
        assert row.startswith(" acme-connect 4.2.0 ")


async def test_frozen_it_is_a_recording_still() -> None:
    async with at_the_keyboard(recorded(), look=replace(LOOK, bell=False)) as hand:
        await hand.press("space")
        assert " RECORDING " in (await hand.settled())[0]


@pytest.mark.parametrize("width", [50, 80])
async def test_the_way_out_of_a_recording_stands_in_the_narrowest_footer_and_beside_a_notice(width: int) -> None:
    app = RolloutApp(
        recorded(), LOOK, clock=(wrist := Wrist()), first=FirstPage(past_at(NOW, leaves=True), leaves=True)
    )
    async with app.run_test(size=(width, 24)) as pilot:
        hand = Hand(app, pilot, wrist)
        assert "esc Quit" in (await hand.settled(20))[-1]
        await hand.press("p")
        rows = await hand.settled(20)
        assert "this is a record" in rows[-1]
        assert "esc Quit" in rows[-1]
