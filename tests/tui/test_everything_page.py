"""What "3 more" stands for: enter shows every metric and gate of the pane."""

from __future__ import annotations

import pytest

from rollout_tui.tui.screens.everything import EverythingPage
from rollout_tui.tui.screens.zoom import ZoomPage
from tests.tui.fake_desk import FakeDesk
from tests.tui.hand import at_the_keyboard
from tests.tui.samples import android, ios, snapshot
from tests.tui.test_wide import many


@pytest.mark.parametrize("row", [4, 10])
async def test_enter_on_the_rest_shows_all_of_them_and_esc_goes_back(row: int) -> None:
    async with at_the_keyboard(FakeDesk(snapshot(many(android()), ios())), size=(100, 30)) as hand:
        await hand.press(*["down"] * row, "enter")
        assert isinstance(hand.app.screen, EverythingPage)
        seen = hand.screen()
        for _ in range(4):
            await hand.press("pagedown")
            seen += hand.screen()
        for n in range(3):
            assert f"Metric {n}" in seen
            assert f"Gate {n}" in seen
        assert "664 of 214,300" in seen
        await hand.press("escape")
        assert not isinstance(hand.app.screen, EverythingPage)


async def test_enter_on_a_gate_of_many_zooms_its_own_metric() -> None:
    async with at_the_keyboard(FakeDesk(snapshot(many(android()), ios()))) as hand:
        await hand.press(*["down"] * 5, "enter")
        assert isinstance(hand.app.screen, ZoomPage)
        assert hand.app.screen._metric == 1, "connect failures, whose gate is the worst"
