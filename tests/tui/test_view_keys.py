"""How one looks at the main screen: chart windows, and a picture that stands while data and pausing go on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.releases import Platform
from rollout_tui.tui.ink import text_of
from rollout_tui.tui.screens.confirm import ConfirmDialog
from rollout_tui.tui.widgets.surface import Surface
from tests.tui.fake_desk import FakeDesk
from tests.tui.hand import Hand, Wrist, app_on
from tests.tui.samples import incident, snapshot
from tests.unit.domain.builders import HOUR, NOW


@pytest.fixture
def wrist() -> Wrist:
    return Wrist()


async def seen(hand: Hand) -> list[str]:
    for _ in range(4):
        await hand.pilot.pause()
    return [text_of(row) for row in hand.app.screen.query_one(Surface).rows]


async def test_brackets_choose_the_window_and_the_title_says_it(wrist: Wrist) -> None:
    desk = FakeDesk(snapshot())
    app = app_on(desk, wrist)
    async with app.run_test(size=(120, 40)) as pilot:
        hand = Hand(app, pilot, wrist)
        assert "6 h ago" in (await seen(hand))[9]
        await hand.press("left_square_bracket")
        rows = await seen(hand)
        assert "1 h ago" in rows[9]
        assert "charts show 1 h" in rows[-1]
        await hand.press("right_square_bracket", "right_square_bracket")
        assert "24 h ago" in (await seen(hand))[9]
        await hand.press("right_square_bracket", "right_square_bracket")
        assert "charts show phase" in (await seen(hand))[-1]
        android = [window for window in desk.past.windows if window[0] == "android"][-1]
        assert android[1] == pytest.approx(NOW - 31 * HOUR + 48 * HOUR)  # filling from the left to the planned end
        await hand.press("left_square_bracket", "left_square_bracket")
        assert "6 h ago" in (await seen(hand))[9]


async def test_a_frozen_view_changes_nothing_until_a_key_and_says_since_when(wrist: Wrist) -> None:
    desk = FakeDesk(snapshot())
    app = app_on(desk, wrist)
    async with app.run_test(size=(120, 40)) as pilot:
        hand = Hand(app, pilot, wrist)
        await hand.press("space")
        before = await seen(hand)
        assert "FROZEN 14:32:07" in before[0]
        desk.clock.time = NOW + 120
        news = tuple(Event(NOW + n, EventKind.STATE, f"News {n}", Platform.ANDROID) for n in (2, 1))
        desk.publish(replace(incident(), events=(*news, *desk.snapshot.events)))
        app._main._tick()
        assert await seen(hand) == before
        await hand.press("space")
        rows = await seen(hand)
        assert "2 changes while frozen" in rows[-1]
        assert "■ CRITICAL" in "\n".join(rows)
        assert "FROZEN" not in rows[0]


async def test_pausing_a_frozen_view_confirms_on_what_is_known_now(wrist: Wrist) -> None:
    desk = FakeDesk(snapshot())
    app = app_on(desk, wrist)
    async with app.run_test(size=(120, 40)) as pilot:
        hand = Hand(app, pilot, wrist)
        await hand.press("space")
        desk.publish(incident())
        await hand.press("p")
        assert isinstance(app.screen, ConfirmDialog)
        await hand.press("y")
        assert [proposal.seen for proposal in desk.performed] == [incident().rollouts[0].store.state]


async def test_moving_in_a_frozen_view_moves_the_marks_alone(wrist: Wrist) -> None:
    desk = FakeDesk(snapshot())
    app = app_on(desk, wrist)
    async with app.run_test(size=(120, 40)) as pilot:
        hand = Hand(app, pilot, wrist)
        await hand.press("space")
        desk.publish(incident())
        await hand.press("down")
        text = "\n".join(await seen(hand))
        assert "CRITICAL" not in text
        assert "▌Connect failures" in text
