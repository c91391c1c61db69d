"""How one looks at the main screen: chart windows, and a picture that stands while data and pausing go on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.releases import Platform
from rollout_tui.tui.screens.confirm import ConfirmDialog
from tests.tui.fake_desk import FakeDesk
from tests.tui.hand import at_the_keyboard
from tests.tui.samples import incident, snapshot
from tests.unit.domain.builders import HOUR, NOW


async def test_brackets_choose_the_window_and_the_title_says_it() -> None:
    desk = FakeDesk(snapshot())
    async with at_the_keyboard(desk) as hand:
        assert "6 h ago" in (await hand.settled())[9]
        await hand.press("left_square_bracket")
        rows = await hand.settled()
        assert "1 h ago" in rows[9]
        assert "charts show 1 h" in rows[-1]
        await hand.press("right_square_bracket", "right_square_bracket")
        assert "24 h ago" in (await hand.settled())[9]
        await hand.press("right_square_bracket", "right_square_bracket")
        assert "charts show phase" in (await hand.settled())[-1]
        android = [window for window in desk.past.windows if window[0] == "android"][-1]
        assert android[1] == pytest.approx(NOW - 31 * HOUR + 48 * HOUR)  # filling from the left to the planned end
        await hand.press("left_square_bracket", "left_square_bracket")
        assert "6 h ago" in (await hand.settled())[9]


async def test_a_frozen_view_changes_nothing_until_a_key_and_says_since_when() -> None:
    desk = FakeDesk(snapshot())
    async with at_the_keyboard(desk) as hand:
        await hand.press("space")
        before = await hand.settled()
        assert "FROZEN 14:32:07" in before[0]
        desk.clock.time = NOW + 120
        news = tuple(Event(NOW + n, EventKind.STATE, f"News {n}", Platform.ANDROID) for n in (2, 1))
        desk.publish(replace(incident(), events=(*news, *desk.snapshot.events)))
        hand.app._main._tick()
        assert await hand.settled() == before
        await hand.press("space")
        rows = await hand.settled()
        assert "2 changes while frozen" in rows[-1]
        assert "■ CRITICAL" in "\n".join(rows)
        assert "FROZEN" not in rows[0]


async def test_in_a_frozen_view_no_notice_ends_and_no_undo_is_counted_down_until_a_key() -> None:
    async with at_the_keyboard(FakeDesk(snapshot())) as hand:
        await hand.press("right_square_bracket", "space")
        before = await hand.settled()
        assert "charts show" in before[-1]
        hand.app._notices._give_way()
        assert await hand.settled() == before
        await hand.press("space")
        assert "charts show" not in (await hand.settled())[-1]


async def test_leaving_a_frozen_view_in_which_nothing_changed_says_nothing() -> None:
    async with at_the_keyboard(FakeDesk(snapshot())) as hand:
        live = await hand.settled()
        await hand.press("space", "space")
        assert (await hand.settled())[-1] == live[-1]


async def test_pausing_a_frozen_view_confirms_on_what_is_known_now() -> None:
    desk = FakeDesk(snapshot())
    async with at_the_keyboard(desk) as hand:
        await hand.press("space")
        desk.publish(incident())
        await hand.press("p")
        assert isinstance(hand.app.screen, ConfirmDialog)
        await hand.press("y")
        assert [proposal.seen for proposal in desk.performed] == [incident().rollouts[0].store.state]


async def test_moving_in_a_frozen_view_moves_the_marks_alone() -> None:
    desk = FakeDesk(snapshot())
    async with at_the_keyboard(desk) as hand:
        await hand.press("space")
        desk.publish(incident())
        await hand.press("down")
        text = "\n".join(await hand.settled())
        assert "CRITICAL" not in text
        assert "▌Connect failures" in text
