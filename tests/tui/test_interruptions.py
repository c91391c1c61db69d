"""What comes in between: held keys, news under an open dialog, actions under way, other sizes."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from rollout_tui.domain.actions import ActionKind
from rollout_tui.domain.quantities import Proportion
from rollout_tui.domain.readings import Scope
from rollout_tui.domain.releases import Platform
from rollout_tui.tui.actions import ACTIONS
from rollout_tui.tui.screens.confirm import ConfirmDialog
from rollout_tui.tui.screens.main import MainScreen
from tests.tui.fake_desk import FakeDesk, paused_elsewhere
from tests.tui.hand import at_the_keyboard, ready_desk
from tests.tui.samples import QUIET_ANDROID_PHASE, android, incident, ios, readings, snapshot
from tests.unit.domain.builders import CONNECT, NOW

TARGET = (*"android", "space", *"100")


async def test_the_dialog_opens_at_once_and_asks_the_desk_for_nothing_that_waits() -> None:
    desk = FakeDesk(incident())
    async with at_the_keyboard(desk) as hand:
        await hand.pilot.press("p")
        assert isinstance(hand.app.screen, ConfirmDialog)
        assert (desk.performed, desk.reads) == ([], 0)


async def test_y_pressed_twice_pauses_once() -> None:
    desk = FakeDesk(incident())
    async with at_the_keyboard(desk) as hand:
        await hand.press("p", "y", "y", "y")
        assert len(desk.performed) == 1


@pytest.mark.parametrize("key", ["p", "n"])
async def test_the_opening_key_held_from_the_start_does_nothing_in_its_dialog(key: str) -> None:
    """A held key repeats after half a second, then thirty times a second."""
    desk = ready_desk()
    async with at_the_keyboard(desk) as hand:
        await hand.press(key)
        await hand.press(key, pause=0.5)
        await hand.press(*[key] * 50, pause=0.033)
        await hand.press(*[key] * 10, pause=0.2)
        assert isinstance(hand.app.screen, ConfirmDialog)
        assert desk.performed == []
        if key == "n":
            assert "0 of 11" in hand.screen(), "nothing was typed by holding it"
            await hand.press(*TARGET)
            assert "11 of 11" in hand.screen(), "but it is a letter of the target like any other"


async def test_enter_on_cancel_cancels_a_promotion_and_tab_goes_round() -> None:
    desk = ready_desk()
    async with at_the_keyboard(desk) as hand:
        await hand.press("n")
        assert "► Cancel" in hand.screen()
        await hand.press("enter")
        assert isinstance(hand.app.screen, MainScreen)
        await hand.press("n", *TARGET)
        assert "► Cancel" not in hand.screen()
        await hand.press("shift+tab", "enter")
        assert isinstance(hand.app.screen, MainScreen)
        assert desk.performed == []


@pytest.mark.parametrize("key", ["enter", "tab", "space", "y"])
async def test_a_promotion_is_not_confirmed_from_its_field(key: str) -> None:
    desk = ready_desk()
    async with at_the_keyboard(desk) as hand:
        await hand.press("n", *TARGET, key)
        assert desk.performed == []


async def test_the_button_of_a_wrong_text_stays_off_even_when_it_is_pressed() -> None:
    desk = ready_desk()
    async with at_the_keyboard(desk) as hand:
        await hand.press("n", *"android", "space", *"10", "1", "tab", "enter")
        assert desk.performed == []
        await hand.press("backspace", "0", "tab", "enter")
        assert [(p.platform, p.kind) for p in desk.performed] == [(Platform.ANDROID, ActionKind.PROMOTE)]


async def test_news_under_a_finger_count_no_key_before_they_could_be_read() -> None:
    desk = FakeDesk(snapshot())
    async with at_the_keyboard(desk) as hand:
        await hand.press("p", "tab")
        hand.wrist.time += 5
        desk.publish(paused_elsewhere(desk.snapshot))
        await hand.pilot.pause()
        assert "► Cancel" in hand.screen(), "the focus is back on Cancel"
        assert "Look again." in hand.screen()
        await hand.press("y", pause=0.2)
        assert desk.performed == []
        await hand.press("y", pause=0.5)
        assert [p.seen.share for p in desk.performed if p.seen is not None] == [
            desk.snapshot.rollouts[0].store.state.share
        ]


async def test_news_that_change_only_ages_take_nothing_back() -> None:
    desk = ready_desk()
    async with at_the_keyboard(desk) as hand:
        await hand.press("n", *TARGET)
        desk.publish(replace(desk.snapshot, answered_at=desk.snapshot.at))
        await hand.pilot.pause()
        assert "11 of 11" in hand.screen()
        await hand.press("tab", "enter")
        assert len(desk.performed) == 1


async def test_a_reading_moves_the_numbers_of_a_blocked_promotion_and_takes_nothing_back() -> None:
    desk = FakeDesk(snapshot())
    async with at_the_keyboard(desk) as hand:
        await hand.press("n")
        assert "n 239,100" in hand.screen()
        counts = {**QUIET_ANDROID_PHASE, CONNECT: Proportion(2230, 239_700)}
        desk.publish(snapshot(android(phase=readings(counts, Scope.PHASE, "4201", NOW - 5)), ios()))
        await hand.pilot.pause()
        assert "n 239,700" in hand.screen(), "the numbers are the newest"
        assert "Look again." not in hand.screen()


async def test_a_blocked_promotion_that_becomes_possible_is_typed_with_every_letter() -> None:
    desk = FakeDesk(snapshot())
    async with at_the_keyboard(desk) as hand:
        await hand.press("n")
        assert "NOT YET" in hand.screen()
        desk.publish(ready_desk().snapshot)
        await hand.pilot.pause()
        assert "It is possible now." in hand.screen()
        await hand.press("q", "y")
        assert isinstance(hand.app.screen, ConfirmDialog), "in a field letters are text"
        await hand.press("backspace", "backspace", *TARGET, "tab", "enter")
        assert len(desk.performed) == 1


async def test_a_promotion_that_becomes_blocked_loses_its_field_and_its_button() -> None:
    desk = ready_desk()
    async with at_the_keyboard(desk) as hand:
        await hand.press("n", *TARGET)
        desk.publish(snapshot())
        await hand.pilot.pause()
        text = hand.screen()
        assert "11 of 11" not in text
        assert "stand in the way" in text
        await hand.press("tab", "enter")
        assert desk.performed == []


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_quitting_with_an_action_under_way_asks_once(key: str) -> None:
    desk = FakeDesk(incident())
    desk.hold = asyncio.Event()
    async with at_the_keyboard(desk) as hand:
        await hand.press("p", "y", key)
        assert hand.app.return_code is None
        assert "QUIT WITH WORK OPEN" in hand.screen()
        assert "Pause android: it still goes out." in hand.screen()
        await hand.press(key, pause=0.1)
        assert hand.app.return_code is None, "nobody can have read it"
        await hand.press(key)
        desk.hold.set()
    assert hand.app.return_code == 0


async def test_esc_stays_and_a_held_q_does_not_quit() -> None:
    desk = FakeDesk(incident())
    desk.hold = asyncio.Event()
    async with at_the_keyboard(desk) as hand:
        await hand.press("p", "y", "q")
        for _ in range(60):
            await hand.press("q", pause=0.03)
        assert "QUIT WITH WORK OPEN" in hand.screen()
        await hand.press("escape")
        assert isinstance(hand.app.screen, MainScreen)
        await hand.press("q", "p")
        assert isinstance(hand.app.screen, ConfirmDialog), "pausing is never more than two keys away"
        desk.hold.set()


async def test_leaving_says_what_goes_on_and_what_stops() -> None:
    desk = FakeDesk(incident())
    desk.hold = asyncio.Event()
    async with at_the_keyboard(desk) as hand:
        await hand.press("p", "y", "q")
        assert "No guard runs: nothing alerts or pauses by itself." in hand.screen()
        assert "This screen, and its polling." in hand.screen()
        desk.guard = "mara@rel-01, process 77, sends alerts to pager"
        desk.publish(desk.snapshot)
        await hand.settled()
        assert "The guard: mara@rel-01, process 77, sends alerts to pager." in hand.screen()
        assert "No guard runs" not in hand.screen()
        desk.hold.set()
        await hand.settled()
        desk.publish(desk.snapshot)
        await hand.settled()
        assert "Nothing is under way any more." in hand.screen()
        await hand.press("q")
    assert hand.app.return_code == 0


async def test_a_new_action_replaces_how_the_last_one_ended() -> None:
    desk = FakeDesk(incident())
    async with at_the_keyboard(desk) as hand:
        await hand.press("p", "y")
        assert "The store shows it" in hand.screen()
        desk.hold = asyncio.Event()
        await hand.press("p", "y")
        assert "The store shows it" not in hand.screen()
        desk.hold.set()
        await hand.pilot.pause()
        assert "The store shows it" in hand.screen()


@pytest.mark.parametrize("key", ["p", "n"])
async def test_read_only_has_no_button_and_no_field(key: str) -> None:
    desk = FakeDesk(ready_desk().snapshot, read_only="started with --read-only by jkim")
    async with at_the_keyboard(desk) as hand:
        await hand.press(key)
        text = hand.screen()
        assert "read-only: started with --read-only by jkim" in text
        for button in ("Pause now", "Promote to 100 %", "Type android"):
            assert button not in text
        await hand.press("y", "tab", "space", "enter", *TARGET, "tab", "enter")
        assert desk.performed == []


async def test_a_promotion_keeps_its_text_and_its_buttons_at_every_size() -> None:
    desk = ready_desk()
    async with at_the_keyboard(desk) as hand:
        await hand.press("n", *TARGET)
        for size in ((80, 24), (60, 16), (50, 12), (200, 60), (120, 40)):
            await hand.pilot.resize_terminal(*size)
            await hand.pilot.pause()
            text = hand.screen()
            assert "Type android 100 to go on:  android 100" in text, size
            assert "11 of 11" in text or size == (50, 12), "the count gives way where there is no room"
            assert "Cancel" in text
            assert "Promote to 100 %" in text
        await hand.press("tab", "enter")
        assert len(desk.performed) == 1


async def test_help_lists_every_key_of_the_table_and_says_why_keys_are_off() -> None:
    async with at_the_keyboard(FakeDesk(snapshot()), size=(120, 60)) as hand:
        await hand.press("question_mark")
        text = hand.screen()
        for action in ACTIONS:
            if action.told:
                assert f" {action.shown} " in text
                assert action.about in text or f"{action.label}: off, " in text
        assert "Resume: off, nothing is paused" in text
        assert "Promote: off, " in text


async def test_the_palette_opens_what_a_key_opens_and_confirms_nothing() -> None:
    desk = FakeDesk(snapshot())
    async with at_the_keyboard(desk) as hand:
        await hand.press("ctrl+p", *"pause", "enter")
        assert isinstance(hand.app.screen, ConfirmDialog)
        await hand.press("enter")
        assert desk.performed == []


async def test_the_focus_is_where_it_was_after_a_dialog() -> None:
    async with at_the_keyboard(FakeDesk(snapshot(android(), ios()))) as hand:
        await hand.press("2", "down", "down")
        before = hand.app._main.scene().focus
        await hand.press("p", "escape", "question_mark", "escape")
        assert hand.app._main.scene().focus == before
        assert before.pane == 1


async def test_every_key_of_the_table_has_one_meaning() -> None:
    keys = [key for action in ACTIONS for key in action.keys]
    assert len(keys) == len(set(keys))
    assert not {"ctrl+b", "ctrl+a", "ctrl+s"} & set(keys), "those belong to tmux, screen and the terminal"


async def test_ctrl_z_with_an_action_under_way_is_refused_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rollout_tui.tui.terminal.has_shell", lambda: True)
    desk = FakeDesk(incident())
    desk.hold = asyncio.Event()
    async with at_the_keyboard(desk) as hand:
        await hand.press("p", "y", "ctrl+z")
        assert "pause android is under way; ctrl+z once the store shows it" in hand.screen()
        assert desk.rests == []
        desk.hold.set()
        await hand.settled()
        await hand.press("ctrl+z")
        await hand.until(lambda: [rest.is_set() for rest in desk.rests] == [True], "history that rests and goes on")


async def test_what_is_confirmed_while_history_comes_to_rest_is_not_suspended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rollout_tui.tui.terminal.has_shell", lambda: True)
    desk = FakeDesk(incident())
    desk.hold = asyncio.Event()
    at_rest = asyncio.Event()

    async def rest(_until: object) -> None:
        await at_rest.wait()

    desk.rest = rest  # type: ignore[method-assign]
    async with at_the_keyboard(desk) as hand:
        await hand.press("ctrl+z", "p", "y")
        at_rest.set()
        await hand.until(lambda: "pause android is under way" in hand.screen(), "the reason")
        desk.hold.set()
