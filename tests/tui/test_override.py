"""The override form and the sign-off at the keyboard: picture 09, field by field, and what never counts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.events import Paste

from rollout_tui.domain.evidence.finding import Finding, Latch
from rollout_tui.domain.verdicts import Verdict
from rollout_tui.domain.waivers import Wish
from rollout_tui.tui.ink import text_of
from rollout_tui.tui.screens.main import MainScreen
from rollout_tui.tui.view.override import Form, FormState, form_rows
from rollout_tui.tui.view.palette import palette_rows
from rollout_tui.tui.view.scene import Focus, Scene
from tests.tui.fake_desk import FakeDesk
from tests.tui.hand import Hand, at_the_keyboard
from tests.tui.samples import android, ios, snapshot
from tests.unit.domain.builders import CONNECT_GATE, SIGNOFF_GATE

REASON = "Known captive portal retries, 2218"


def desk_on(gate_id: str = CONNECT_GATE.id) -> tuple[FakeDesk, int]:
    """A desk, and how often `down` must be pressed for the focus to stand on the gate."""
    desk = FakeDesk(snapshot(android(), ios()))
    rollout = desk.snapshot.rollouts[0]
    place = next(number for number, one in enumerate(rollout.gates) if one.gate.id == gate_id)
    return desk, len(rollout.metrics) + place


async def opened(hand: Hand, downs: int) -> None:
    await hand.press(*["down"] * downs, "o")
    hand.wrist.time += 1


async def typed(hand: Hand, text: str) -> None:
    await hand.press(*("space" if sign == " " else "comma" if sign == "," else sign for sign in text), pause=0.2)


async def test_a_whole_form_asks_for_the_waiver_that_was_filled_in() -> None:
    desk, downs = desk_on()
    async with at_the_keyboard(desk) as hand:
        await opened(hand, downs)
        assert "OVERRIDE A GATE" in hand.screen()
        assert "Connect fail ≤ 1 %  (now ~ UNDECIDED, 0.93 %)" in hand.screen()
        assert "only this gate, only 4.2.0, only Closed testing → Production" in hand.screen()
        assert "off: reason is missing" in hand.screen()
        await hand.press("tab")
        await typed(hand, REASON)
        await hand.press("enter", "down", "tab", "down", "tab")
        assert "Ask mara" in hand.screen()
        assert "off:" not in hand.screen()
        await hand.press("enter")
        assert isinstance(hand.app.screen, MainScreen)
        assert desk.people.decided == [Wish(CONNECT_GATE.id, REASON, "mara", 12 * 3600.0)]
        assert "Ask mara for K7Q2MX." in hand.screen()


def test_a_reason_that_does_not_fit_the_palette_shows_that_it_goes_on() -> None:
    told = text_of(palette_rows("promote", 0, {"promote": "Crash-free ≥ 99.5 %: 98.41 % [98.20–98.61 %]"}, 60, 24)[2])
    assert "…  n" in told


def test_the_field_of_the_palette_keeps_its_width_and_shows_its_cursor() -> None:
    for typed in ("", "灰度", "灰" * 90, "w" * 90):
        field = palette_rows(typed, 0, {}, 60, 24)[1]
        assert sum(len(part) for part, ink in field if ink.ground in ("raise", "cursor")) == 56, typed
        assert any(ink.ground == "cursor" for _, ink in field), typed


def test_a_field_of_wide_letters_ends_where_one_of_others_does() -> None:
    shown = snapshot()
    scene = Scene(shown, shown.at, who="jkim@rel-01")
    result = next(each for each in shown.rollouts[0].gates if each.gate.id == CONNECT_GATE.id)

    def grounds(text: str) -> list[int]:
        state = FormState(CONNECT_GATE.id, reason=text, approver=text)
        form = Form(shown.rollouts[0], result, state, {}, ("mara",), must_agree=False)
        return [sum(len(part) for part, ink in row if ink.ground == "raise") for row in form_rows(scene, form, 100, 40)]

    assert grounds("灰度灰度灰度") == grounds("") == grounds("灰" * 120)


async def test_mistakes_stand_under_their_field_once_it_was_left_and_the_button_stays_off() -> None:
    desk, downs = desk_on()
    async with at_the_keyboard(desk) as hand:
        await opened(hand, downs)
        await hand.press("tab")
        await typed(hand, "short")
        assert "20 characters or more, it has 5" not in hand.screen()
        await hand.press("tab")
        assert "✗ 20 characters or more, it has 5" in hand.screen()
        await typed(hand, "jkim")
        await hand.press("tab")
        assert "✗ you are jkim: the approver must be somebody else (mara, tom)" in hand.screen()
        await hand.press("tab", "enter", "space")
        assert "OVERRIDE A GATE" in hand.screen()
        assert desk.people.decided == []


async def test_enter_at_once_held_keys_and_esc_waive_nothing() -> None:
    desk, downs = desk_on()
    async with at_the_keyboard(desk) as hand:
        await hand.press(*["down"] * downs, "o")
        await hand.press("tab", "enter", "y", pause=0.05)  # nobody can have read it
        await hand.press("o", pause=0.01)
        assert "OVERRIDE A GATE" in hand.screen()
        hand.wrist.time += 1
        await hand.press("enter")  # Cancel has the focus
        assert isinstance(hand.app.screen, MainScreen)
        await hand.press("o", "tab", "q", "p", "escape")
        assert isinstance(hand.app.screen, MainScreen)
        assert (desk.people.decided, desk.performed) == ([], [])


async def test_double_letters_are_two_however_fast_and_a_reason_may_be_pasted_on_one_line() -> None:
    desk, downs = desk_on()
    async with at_the_keyboard(desk) as hand:
        await opened(hand, downs)
        await hand.press("tab")
        await hand.press("l", "l", pause=0.02)
        hand.app.screen.post_message(Paste("pasted\n\x1b[31mtext"))
        await hand.pilot.pause()
        assert " llpasted ·[31mtext " in hand.screen()
        await hand.press("backspace")
        assert " llpasted ·[31mtex " in hand.screen()


async def test_a_gate_that_fails_already_says_so() -> None:
    desk, downs = desk_on()
    first = desk.snapshot.rollouts[0]
    failing = Finding(Verdict.FAIL, "proven over", failed=Latch(0.0, 9.0))
    gates = tuple(
        replace(one, verdict=Verdict.FAIL, finding=failing) if one.gate.id == CONNECT_GATE.id else one
        for one in first.gates
    )
    desk.snapshot = replace(desk.snapshot, rollouts=(replace(first, gates=gates), *desk.snapshot.rollouts[1:]))
    async with at_the_keyboard(desk) as hand:
        await opened(hand, downs)
        assert "it FAILS already: you would go on against what is proven" in hand.screen()


async def test_on_a_minimum_time_and_at_a_desk_that_only_looks_the_key_says_why_not() -> None:
    desk, downs = desk_on("time")
    async with at_the_keyboard(desk) as hand:
        await opened(hand, downs)
        assert isinstance(hand.app.screen, MainScreen)
        assert "the minimum time cannot be waived; all evidence rests on it" in hand.screen()
    looking = FakeDesk(snapshot(android(), ios()), read_only="started with --read-only by jkim")
    async with at_the_keyboard(looking) as hand:
        await hand.press("o")
        assert isinstance(hand.app.screen, MainScreen)
        assert "read-only: started with" in hand.screen()


async def test_a_promotion_that_a_gate_holds_back_leads_to_that_gates_form() -> None:
    desk, _ = desk_on()
    async with at_the_keyboard(desk) as hand:
        await hand.press("n")
        hand.wrist.time += 1
        assert "o override or sign" in hand.screen()
        await hand.press("o")
        assert "OVERRIDE A GATE" in hand.screen()
        assert "Connect fail ≤ 1 %  (now ~ UNDECIDED" in hand.screen()
        hand.wrist.time += 1
        await hand.press("escape")
        assert (isinstance(hand.app.screen, MainScreen), desk.people.decided) == (True, [])


async def test_on_a_sign_off_the_key_asks_whom_or_signs_after_y() -> None:
    desk, downs = desk_on(SIGNOFF_GATE.id)
    async with at_the_keyboard(desk) as hand:
        await opened(hand, downs)
        assert "You are jkim: ask mara or tom." in hand.screen()
        assert 'rollout-tui sign "maintainer" --platform android' in hand.screen()
        await hand.press("y", "escape")
        assert desk.people.decided == []
        desk.actor = replace(desk.actor, user="mara")
        await hand.press("o")
        hand.wrist.time += 1
        await hand.press("o", "y")
        assert desk.people.decided == [(SIGNOFF_GATE.id, "mara")]


@pytest.mark.parametrize(("width", "height"), [(120, 40), (100, 30), (80, 24), (60, 16)])
def test_the_form_fits_every_window_with_all_that_must_be_filled_in(width: int, height: int) -> None:
    shown = snapshot(android(), ios())
    rollout = shown.rollouts[0]
    result = next(one for one in rollout.gates if one.gate.id == CONNECT_GATE.id)
    form = Form(rollout, result, FormState(CONNECT_GATE.id), {}, ("mara", "tom"), True)
    rows = form_rows(Scene(shown, shown.at, Focus()), form, min(86, width - 4), height)
    assert len(rows) <= height
    assert {len(text_of(row)) for row in rows} == {min(86, width - 4)}
    told = "\n".join(text_of(row) for row in rows)
    assert all(word in told for word in ("Gate", "Reason", "Approver", "Expires", "Cancel", "Ask mara or tom"))


async def test_a_reason_typed_at_once_is_text_and_no_key_of_the_screen_behind() -> None:
    desk, downs = desk_on()
    async with at_the_keyboard(desk) as hand:
        await opened(hand, downs)
        await typed(hand, "false alarm of a lab")
        assert not isinstance(hand.app.screen, MainScreen), "a space on Cancel closed the form in the middle of a word"
        assert "false alarm of a lab" in hand.screen()
        await hand.press("shift+tab", "space")
        assert isinstance(hand.app.screen, MainScreen)
