"""What "3 more" stands for: enter shows every metric and gate of the pane."""

from __future__ import annotations

import pytest

from rollout_tui.tui.screens.everything import EverythingPage
from rollout_tui.tui.screens.zoom import ZoomPage
from tests.tui.fake_desk import FakeDesk
from tests.tui.hand import Hand, Wrist, app_on
from tests.tui.samples import android, ios, snapshot
from tests.tui.test_wide import many


@pytest.mark.parametrize("row", [4, 10])
async def test_enter_on_the_rest_shows_all_of_them_and_esc_goes_back(row: int) -> None:
    wrist = Wrist()
    app = app_on(FakeDesk(snapshot(many(android()), ios())), wrist)
    async with app.run_test(size=(100, 30)) as pilot:
        hand = Hand(app, pilot, wrist)
        await hand.press(*["down"] * row, "enter")
        assert isinstance(app.screen, EverythingPage)
        seen = hand.screen()
        for _ in range(4):
            await hand.press("pagedown")
            seen += hand.screen()
        for n in range(3):
            assert f"Metric {n}" in seen
            assert f"Gate {n}" in seen
        assert "664 of 214,300" in seen
        await hand.press("escape")
        assert not isinstance(app.screen, EverythingPage)


async def test_enter_on_a_gate_of_many_zooms_its_own_metric() -> None:
    wrist = Wrist()
    app = app_on(FakeDesk(snapshot(many(android()), ios())), wrist)
    async with app.run_test(size=(120, 40)) as pilot:
        hand = Hand(app, pilot, wrist)
        await hand.press(*["down"] * 5, "enter")
        assert isinstance(app.screen, ZoomPage)
        assert app.screen._metric == 1, "connect failures, whose gate is the worst"
