"""The mouse chooses and scrolls on every page and in every dialog; it fills in nothing and confirms nothing."""

from __future__ import annotations

import pytest
from textual.events import MouseScrollDown, MouseScrollUp

from tests.tui.fake_desk import FakeDesk
from tests.tui.hand import Hand, at_the_keyboard, ready_desk
from tests.tui.samples import incident


async def wheel(hand: Hand, event: type[MouseScrollDown | MouseScrollUp], turns: int = 1) -> None:
    for _ in range(turns):
        hand.app.screen._forward_event(event(None, 5, 5, 0, 1, 0, False, False, False))
    await hand.settled()


@pytest.mark.parametrize(
    ("keys", "size"),
    [
        (("question_mark",), (60, 16)),
        (("n",), (60, 16)),
        (("ctrl+p",), (80, 24)),
        (("e",), (80, 24)),
        (("b",), (80, 24)),
    ],
    ids=["help", "promotion", "palette", "events", "runbook"],
)
async def test_the_wheel_is_the_keys_up_and_down(keys: tuple[str, ...], size: tuple[int, int]) -> None:
    async with at_the_keyboard(FakeDesk(incident()), size=size) as hand:
        await hand.press(*keys)
        before = await hand.settled()
        await hand.press("down")
        after = await hand.settled()
        assert after != before
        await wheel(hand, MouseScrollUp)
        assert await hand.settled() == before
        await wheel(hand, MouseScrollDown)
        assert await hand.settled() == after


async def test_the_wheel_fills_in_no_override_and_takes_no_note_elsewhere() -> None:
    async with at_the_keyboard(FakeDesk(incident())) as hand:
        for keys in (("o", "tab", "tab", "tab"), ("escape", "b", "w", "x")):
            await hand.press(*keys)
            before = await hand.settled()
            await wheel(hand, MouseScrollDown)
            assert await hand.settled() == before


async def test_no_click_confirms_anything() -> None:
    desk = ready_desk()
    async with at_the_keyboard(desk) as hand:
        await hand.press("p")
        for x in range(0, 120, 6):
            for y in range(0, 40, 3):
                await hand.pilot.click(offset=(x, y))
        assert desk.performed == []
        assert "PAUSE ANDROID" in hand.screen()
