"""Keys and dialogs of the real app: two keys pause, and no accident confirms anything."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from textual.events import Paste

from rollout_tui.domain.actions import ActionKind, Consent, Ending
from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.releases import Platform, StateWord
from rollout_tui.domain.snapshot import Snapshot
from rollout_tui.tui.actions import ACTIONS, opening_key
from rollout_tui.tui.app import RolloutApp
from rollout_tui.tui.screens.confirm import ConfirmDialog
from rollout_tui.tui.screens.main import MainScreen
from tests.clocks import until
from tests.tui.fake_desk import FakeDesk, paused_elsewhere
from tests.tui.hand import at_the_keyboard, ready_desk
from tests.tui.samples import android, incident, ios, snapshot, store_state
from tests.unit.domain.builders import NOW, play


async def test_p_and_y_pause_the_focused_platform_once() -> None:
    desk = FakeDesk(incident())
    async with at_the_keyboard(desk) as hand:
        await hand.press("p")
        assert "PAUSE ANDROID" in hand.screen()
        assert "build 4201 becomes halted." in hand.screen()
        assert "► Cancel" in hand.screen()
        await hand.press("y")
        assert [(p.platform, p.kind) for p in desk.performed] == [(Platform.ANDROID, ActionKind.PAUSE)]
        assert "Paused. The store shows it" in hand.screen()
        assert isinstance(hand.app.screen, MainScreen)


@pytest.mark.parametrize("key", ["enter", "p", "n", "x", "escape", "space"])
async def test_no_other_key_confirms_a_pause(key: str) -> None:
    desk = FakeDesk(snapshot())
    async with at_the_keyboard(desk) as hand:
        await hand.press("p", key, key)
        assert desk.performed == []


async def test_a_key_within_the_first_moment_does_not_count() -> None:
    desk = FakeDesk(snapshot())
    async with at_the_keyboard(desk) as hand:
        await hand.press("p")
        await hand.press("y", pause=0.3)
        assert desk.performed == []
        await hand.press("y")
        assert len(desk.performed) == 1


@pytest.mark.parametrize("key", ["p", "y", "enter", "space"])
async def test_a_key_held_down_for_two_seconds_confirms_nothing(key: str) -> None:
    desk = FakeDesk(snapshot())
    async with at_the_keyboard(desk) as hand:
        await hand.press("p")
        await hand.press(*[key] * 66, pause=0.03)
        assert desk.performed == []


async def test_tab_and_space_confirm_a_pause_and_enter_on_cancel_cancels() -> None:
    desk = FakeDesk(snapshot())
    async with at_the_keyboard(desk) as hand:
        await hand.press("p", "enter")
        assert isinstance(hand.app.screen, MainScreen)
        await hand.press("p", "tab", "enter")
        assert desk.performed == [], "Enter never confirms a pause"
        assert "Enter confirms nothing here: press y, or space on the button" in hand.screen()
        await hand.press("space")
        assert len(desk.performed) == 1


async def test_a_promotion_is_typed_key_by_key_and_confirmed_on_its_button() -> None:
    desk = ready_desk()
    async with at_the_keyboard(desk) as hand:
        await hand.press("n", *"android", "space", "1", "0", "enter")
        assert desk.performed == []
        assert "10 of 11" in hand.screen()
        await hand.press("tab", "enter")
        assert desk.performed == [], "the button is off until the text matches"
        assert "off until the field holds android 100" in hand.screen()
        await hand.press("0", "enter")
        assert desk.performed == [], "Enter does nothing in the field"
        await hand.press("tab", "enter")
        assert [p.kind for p in desk.performed] == [ActionKind.PROMOTE]


async def test_pasting_the_target_is_refused_with_a_word_why() -> None:
    desk = ready_desk()
    async with at_the_keyboard(desk) as hand:
        await hand.press("n")
        hand.app.screen.post_message(Paste("android 100"))
        await hand.pilot.pause()
        assert "pasting does not count" in hand.screen()
        hand.wrist.time += 1
        await hand.press(*"android", "space", "1", "0", "0", pause=0.001)
        assert "11 of 11" not in hand.screen()
        assert desk.performed == []


async def test_a_blocked_promotion_lists_its_reasons_and_has_no_field() -> None:
    desk = FakeDesk(snapshot())
    async with at_the_keyboard(desk) as hand:
        await hand.press("n")
        text = hand.screen()
        assert "PROMOTE ANDROID: NOT YET" in text
        assert "Three things stand in the way" in text
        assert "1  Connect fail ≤ 1 %: 0.93 % [0.86–1.01 %], n 239,100: under, not proven" in text
        assert "    wait 4–19 h at 7,712/h; or a waiver" in text
        assert "2  48 h in this phase: 17 h left" in text
        assert "Type" not in text
        await hand.press("enter")
        assert desk.performed == []


async def test_a_store_that_changed_takes_the_confirmation_back() -> None:
    desk = ready_desk()
    async with at_the_keyboard(desk) as hand:
        await hand.press("n", *"android")
        desk.publish(paused_elsewhere(desk.snapshot))
        await hand.pilot.pause()
        assert "The store now says RUNNING (inProgress, 10 %). Look again." in hand.screen()
        assert "0 of 11" in hand.screen()
        assert isinstance(hand.app.screen, ConfirmDialog)
        assert desk.performed == []


async def test_what_differs_at_the_store_is_shown_again() -> None:
    desk = FakeDesk(snapshot())
    desk.outcome = Ending.DIFFERS
    async with at_the_keyboard(desk) as hand:
        await hand.press("p", "y")
        assert isinstance(hand.app.screen, ConfirmDialog)
        assert "the store shows it" in hand.screen()


def in_state(**changes: object) -> Snapshot:
    """Android's store says something else."""
    state = android().store.state
    assert state is not None
    return snapshot(store_state(android(), replace(state, **changes)), ios())


async def test_a_side_effect_that_the_store_asks_about_is_confirmed_on_its_own() -> None:
    desk = FakeDesk(snapshot())
    desk.asks = [Consent("cancel-review", "Going on cancels the review that is running.")]
    async with at_the_keyboard(desk) as hand:
        question = "Going on cancels the review that is running."
        await hand.press("p", "y")
        await hand.until(lambda: question in hand.screen(), "the store's question")
        assert isinstance(hand.app.screen, ConfirmDialog)
        assert "Allowed: cancel-review." in hand.screen()
        assert "What else it does, and does not do" in hand.screen(), "what was allowed is done"
        await hand.press("escape")
        assert len(desk.performed) == 1, "nothing is done without a second yes"
        desk.asks = [Consent("cancel-review", question)]
        await hand.press("p", "y")
        await hand.until(lambda: question in hand.screen(), "the store's question")
        await hand.press("y")
        assert [one.terms.allowed for one in desk.performed] == [(), (), ("cancel-review",)]


async def test_a_resume_may_go_to_a_smaller_share_of_the_plan() -> None:
    desk = FakeDesk(in_state(word=StateWord.PAUSED, status="halted"))
    desk.shares = (Decimal("0.5"), Decimal("0.1"))
    async with at_the_keyboard(desk) as hand:
        await hand.press("r", "s")
        assert "Resume at 10 %" in hand.screen()
        await hand.press("s")
        assert "Resume at 50 %" in hand.screen()
        await hand.press("s", "y")
        assert [one.terms.share for one in desk.performed] == [Decimal("0.1")]


async def test_a_restart_is_found_in_the_palette_and_typed() -> None:
    desk = FakeDesk(in_state(word=StateWord.UNKNOWN, status="not on the track", kind=None, share=None))
    async with at_the_keyboard(desk) as hand:
        await hand.press("ctrl+p", *"restart", "enter")
        assert "RESTART ANDROID" in hand.screen()
        assert "Type android 100 to go on" in hand.screen()
        await hand.press("y", "enter", "space")
        assert desk.performed == []


async def test_a_key_that_cannot_act_says_why() -> None:
    async with at_the_keyboard(FakeDesk(snapshot())) as hand:
        await hand.press("r")
        assert isinstance(hand.app.screen, MainScreen)
        assert "nothing is paused" in hand.screen()


async def test_read_only_changes_nothing_and_says_so() -> None:
    desk = FakeDesk(incident(), read_only="started with --read-only by jkim")
    async with at_the_keyboard(desk) as hand:
        assert "READ-ONLY" in hand.screen()
        await hand.press("p", "y", "n", "y", "tab", "enter")
        assert desk.performed == []
        assert "read-only: started with --read-only by jkim" in hand.screen()


async def test_the_other_pane_is_acted_on_after_tab() -> None:
    desk = FakeDesk(snapshot())
    async with at_the_keyboard(desk) as hand:
        await hand.press("tab", "p", "y")
        assert [p.platform for p in desk.performed] == [Platform.IOS]


async def test_the_worst_pane_has_the_focus_at_the_start() -> None:
    calm, burning = incident().rollouts[1], incident().rollouts[0]
    async with at_the_keyboard(FakeDesk(replace(incident(), rollouts=(calm, burning)))) as hand:
        assert hand.app._main.focused_platform is Platform.ANDROID


async def test_a_paused_rollout_is_resumed_by_r_and_y() -> None:
    paused = android(state=play("0.5", NOW - 9, StateWord.PAUSED, "halted"))
    desk = FakeDesk(snapshot(paused, ios()))
    async with at_the_keyboard(desk) as hand:
        await hand.press("1", "r", "y")
        assert [p.kind for p in desk.performed] == [ActionKind.RESUME]


async def test_pausing_works_in_a_window_that_is_too_small_for_anything_else() -> None:
    desk = FakeDesk(snapshot())
    async with at_the_keyboard(desk, size=(50, 12)) as hand:
        assert "This window is 50x12" in hand.screen()
        await hand.press("p")
        assert "Pause now" in hand.screen()
        await hand.press("y")
        assert len(desk.performed) == 1


async def test_help_names_every_key_of_the_table_and_closes() -> None:
    async with at_the_keyboard(FakeDesk(snapshot())) as hand:
        await hand.press("question_mark")
        text = hand.screen()
        for needed in ("Pause the focused platform", "Resume: off, nothing is paused", "ctrl+p", "Read stores"):
            assert needed in text
        await hand.press("escape")
        assert isinstance(hand.app.screen, MainScreen)


async def test_u_reads_again_and_q_leaves() -> None:
    desk = FakeDesk(snapshot())
    async with at_the_keyboard(desk) as hand:
        await hand.press("u", "q")
    assert desk.reads == 1
    assert hand.app.return_code == 0


async def test_resizing_with_a_dialog_open_keeps_it_whole() -> None:
    async with at_the_keyboard(FakeDesk(snapshot())) as hand:
        await hand.press("p")
        for size in ((80, 24), (60, 16), (50, 12), (120, 40)):
            await hand.pilot.resize_terminal(*size)
            await hand.pilot.pause()
            assert "Pause now" in hand.screen()


async def test_a_removal_from_sale_is_confirmed_by_two_texts_one_after_the_other() -> None:
    desk = FakeDesk(snapshot())
    async with at_the_keyboard(desk) as hand:
        hand.app._sitting.seat.acting.open(Platform.IOS, ActionKind.REMOVE)
        await hand.pilot.pause()
        assert "Type ios remove from sale to go on" in hand.screen()
        await hand.press(*"ios", "space", *"remove", "space", *"from", "space", *"sale")
        await hand.press("tab", "enter")
        assert desk.performed == []
        assert "Type 4.2.0 to go on" in hand.screen()
        await hand.press("tab", "enter")
        assert desk.performed == [], "the second text is asked for as the first was"
        await hand.press("shift+tab")
        await hand.press("4", "full_stop", "2", "full_stop", "0")
        await hand.press("tab", "enter")
        assert [(p.platform, p.kind) for p in desk.performed] == [(Platform.IOS, ActionKind.REMOVE)]


def test_no_key_and_no_entry_of_the_palette_removes_from_sale() -> None:
    assert opening_key(ActionKind.REMOVE) is None
    assert all(action.acts is not ActionKind.REMOVE for action in ACTIONS)


async def test_what_comes_behind_a_dialog_is_shown_there_at_once() -> None:
    desk = FakeDesk(snapshot())
    async with at_the_keyboard(desk) as hand:
        await hand.press("p")
        assert not any("Somebody else" in line for line in _composed(hand.app))
        news = [Event(NOW + number, EventKind.ACTION, "Somebody else was here", Platform.IOS) for number in range(9)]
        desk.publish(replace(desk.snapshot, events=tuple(news)))
        await until(lambda: any("Somebody else" in line for line in _composed(hand.app)), "the event below the dialog")
        assert {len(line) for line in _composed(hand.app)} == {120}


def _composed(app: RolloutApp) -> list[str]:
    """What the terminal shows, dialog and what is behind it."""
    return [strip.text for strip in app.screen._compositor.render_strips()]
