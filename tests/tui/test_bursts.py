"""Keys that arrive together, as over a slow line: what closes a page or a dialog closes that alone."""

from __future__ import annotations

import pytest
from textual.events import Key

from rollout_tui.tui.screens.confirm import ConfirmDialog
from rollout_tui.tui.screens.main import MainScreen
from tests.tui.fake_desk import FakeDesk
from tests.tui.hand import at_the_keyboard
from tests.tui.samples import incident, snapshot


@pytest.mark.parametrize("opens", [("question_mark",), ("ctrl+p",), ("p",), ("e",), ("t",), ("b",), ("i",), ("enter",)])
@pytest.mark.parametrize("burst", [("escape", "escape"), ("escape", "escape", "escape")])
async def test_keys_in_one_breath_close_what_is_open_once(opens: tuple[str, ...], burst: tuple[str, ...]) -> None:
    async with at_the_keyboard(FakeDesk(incident())) as hand:
        await hand.press(*opens)
        assert not isinstance(hand.app.screen, MainScreen)
        for key in burst:
            hand.app.post_message(Key(key, None))
        await hand.settled()
        assert hand.app.failure is None
        assert isinstance(hand.app.screen, MainScreen)
        assert hand.app.return_code is None


@pytest.mark.parametrize("opens", ["question_mark", "ctrl+p", "e", "b"])
async def test_the_next_key_is_for_what_stands_there_then(opens: str) -> None:
    async with at_the_keyboard(FakeDesk(incident())) as hand:
        await hand.press(opens)
        for key in ("escape", "p", "y"):
            hand.app.post_message(Key(key, None))
        await hand.settled()
        assert isinstance(hand.app.screen, ConfirmDialog)  # y came before anybody could read it


async def test_keys_after_the_end_are_nobodys() -> None:
    async with at_the_keyboard(FakeDesk(snapshot())) as hand:
        for key in ("q", "p", "question_mark", "escape", "e"):
            hand.app.post_message(Key(key, None))
        for _ in range(8):
            await hand.pilot.pause()
        assert hand.app.failure is None
        assert hand.app.return_code == 0
