"""The past on screen: unmistakable, read-only, stepped, typed, played; an alert of the present is told all the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.severity import Severity
from rollout_tui.engine.travel import Record
from rollout_tui.tui.screens.main import MainScreen
from rollout_tui.tui.screens.travel import TravelPage
from tests.tui.fake_desk import FakeDesk
from tests.tui.hand import Hand, at_the_keyboard
from tests.tui.samples import incident, snapshot
from tests.unit.domain.builders import HOUR, NOW

MINUTE = 60.0


async def settled(hand: Hand) -> list[str]:
    """What is shown once the moment was read."""
    return await hand.settled(20)


@pytest.mark.parametrize("size", [(200, 60), (120, 40), (100, 30), (80, 24), (60, 16), (40, 10)])
async def test_every_row_is_as_wide_as_the_screen_and_the_past_is_named_at_every_size(size: tuple[int, int]) -> None:
    async with at_the_keyboard(FakeDesk(snapshot()), size=size) as hand:
        await hand.press("t")
        rows = await settled(hand)
        assert {len(row) for row in rows} == {size[0]}
        assert len(rows) == size[1]
        assert any(row.startswith(" PAST  Wed 11 Mar 14:17") for row in rows)


async def test_at_80x24_metrics_and_events_get_their_rows_and_holes_are_told() -> None:
    desk = FakeDesk(snapshot())
    holes = ((NOW - 5 * HOUR, NOW - 4 * HOUR), (NOW - 3 * HOUR, NOW - 2 * HOUR))
    desk.travels.recorded = Record(NOW - 6 * HOUR, NOW, holes)
    async with at_the_keyboard(desk, size=(80, 24)) as hand:
        await hand.press("t")
        rows = await settled(hand)
        assert not any(row.isspace() for row in rows[:-2])
        assert sum("target" in row and "alert" in row for row in rows) == 4, "a second row for each metric"
        assert any(row.startswith(" 14:") for row in rows[:-3]), "events"
        assert "2 holes: last Wed 11 Mar 11:32–12:32" in rows[-3]


async def test_at_60x16_nothing_of_the_screen_is_dropped_but_gates_that_hold() -> None:
    async with at_the_keyboard(FakeDesk(snapshot()), size=(60, 16)) as hand:
        await hand.press("t")
        text = "\n".join(await settled(hand))
        for word in ("Crash rate", "Connect failures", "Connection time", "Session duration", "RUNNING", "more"):
            assert word in text


async def test_below_60x16_the_window_has_its_own_size_and_no_key_that_is_off_is_named() -> None:
    async with at_the_keyboard(FakeDesk(snapshot()), size=(59, 15)) as hand:
        await hand.press("t")
        text = "\n".join(await settled(hand))
        assert "This window is 59x15." in text
        assert "Pause works" not in text


async def test_nothing_can_be_acted_on_and_the_mode_says_so() -> None:
    desk = FakeDesk(incident())
    async with at_the_keyboard(desk) as hand:
        await hand.press("t")
        rows = await settled(hand)
        assert "READ-ONLY" in rows[0]
        assert "Nothing here can be acted on" in rows[1]
        await hand.press("p")
        assert isinstance(hand.app.screen, TravelPage)
        assert "you look at the past" in (await settled(hand))[-1]
        await hand.press("r", "n", "y", "enter", "o")
        assert isinstance(hand.app.screen, TravelPage)
        assert desk.performed == []
        await hand.press("escape")
        assert isinstance(hand.app.screen, MainScreen)
        await hand.pilot.pause()
        assert desk.travels.closed


async def test_what_was_to_be_done_then_is_told_without_its_key() -> None:
    async with at_the_keyboard(FakeDesk(incident())) as hand:
        await hand.press("t")
        rows = await settled(hand)
        assert "Then: Pause Android." in rows[2]
        assert "press p" not in rows[2]


async def test_an_alert_of_the_present_is_told_in_the_past() -> None:
    desk = FakeDesk(incident())
    desk.travels.then = snapshot()
    async with at_the_keyboard(desk) as hand:
        await hand.press("t")
        rows = await settled(hand)
        assert "NOW: ■ CRITICAL Android; press esc." in rows[2]
        assert "◆ INFO" in rows[3]


async def test_arrows_step_and_stay_within_what_is_recorded() -> None:
    desk = FakeDesk(snapshot())
    async with at_the_keyboard(desk) as hand:
        await hand.press("t")
        await settled(hand)
        await hand.press("left")
        await settled(hand)
        assert desk.travels.asked[-1] == NOW - 30 * MINUTE
        await hand.press("shift+left")
        await settled(hand)
        assert desk.travels.asked[-1] == NOW - 6 * HOUR
        await hand.press("shift+right", "right")
        await settled(hand)
        assert desk.travels.asked[-1] == NOW


async def test_brackets_go_from_event_to_event() -> None:
    desk = FakeDesk(snapshot())
    events = tuple(
        Event(NOW - hours * HOUR, EventKind.SEVERITY, "x", Platform.ANDROID, Severity.WARNING) for hours in (5, 3)
    )
    desk.travels.recorded = Record(NOW - 6 * HOUR, NOW, ((NOW - 5.5 * HOUR, NOW - 5.2 * HOUR),), events)
    async with at_the_keyboard(desk) as hand:
        await hand.press("t")
        rows = await settled(hand)
        assert rows[-2].count("▲") == 2
        assert "complete but for Wed 11 Mar 09:02–09:20" in rows[-3]
        await hand.press("left_square_bracket", "left_square_bracket")
        await settled(hand)
        assert desk.travels.asked[-1] == NOW - 5 * HOUR
        await hand.press("left_square_bracket")
        assert "nothing else is recorded" in (await settled(hand))[-1]
        await hand.press("right_square_bracket")
        await settled(hand)
        assert desk.travels.asked[-1] == NOW - 3 * HOUR


async def test_a_moment_is_typed_and_refused_in_words() -> None:
    desk = FakeDesk(snapshot())
    async with at_the_keyboard(desk) as hand:
        await hand.press("t")
        await settled(hand)
        await hand.press("g", *"noon", "enter")
        assert 'expected a time such as "10:31"' in (await settled(hand))[-3]
        await hand.press("escape", "g", *"10:31", "enter")
        await settled(hand)
        assert desk.travels.asked[-1] == NOW - NOW % MINUTE - (4 * HOUR + 1 * MINUTE)
        await hand.press("g", *"9d", "enter")
        assert "nothing is recorded of that moment" in (await settled(hand))[-3]
        await hand.press("escape")
        assert isinstance(hand.app.screen, TravelPage)


async def test_playing_goes_on_by_itself_and_a_step_ends_it() -> None:
    desk = FakeDesk(snapshot())
    async with at_the_keyboard(desk) as hand:
        await hand.press("t")
        await settled(hand)
        await hand.press("shift+left")  # six hours to play: a minute and more of the wall
        await hand.press("space", "greater_than_sign")
        page = hand.app.screen
        assert isinstance(page, TravelPage)
        assert "playing 300x" in (await settled(hand))[-3]
        page._play_on()
        await settled(hand)
        played = desk.travels.asked[-1] - (NOW - 6 * HOUR)  # by this call, or by the second that passed as well
        assert played > 0
        assert played % (5 * MINUTE) == 0
        await hand.press("left")
        assert "playing" not in (await settled(hand))[-3]


async def test_before_the_moment_was_read_nothing_of_the_present_stands_there() -> None:
    desk = FakeDesk(incident())
    desk.travels.broken = "history.db: the file is damaged or not a history"
    async with at_the_keyboard(desk) as hand:
        await hand.press("t")
        rows = await settled(hand)
        assert not any("CRITICAL" in row for row in rows[1:])
        assert "the file is damaged" in "\n".join(rows)


async def test_events_of_then_are_listed_and_later_ones_are_not() -> None:
    desk = FakeDesk(snapshot())
    desk.travels.then = replace(snapshot(), events=())
    async with at_the_keyboard(desk) as hand:
        await hand.press("t")
        assert "nothing has happened yet" in "\n".join(await settled(hand))


async def test_a_notice_about_the_past_ends_with_the_past() -> None:
    async with at_the_keyboard(FakeDesk(snapshot())) as hand:
        await hand.press("t", "r")
        assert "you look at the past" in hand.front()[-1]
        await hand.press("escape")
        assert isinstance(hand.app.screen, MainScreen)
        assert "past" not in hand.front()[-1]
