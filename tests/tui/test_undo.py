"""After a pause the way back is offered for a minute; by its own key and with its own confirmation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from rollout_tui.domain.actions import ActionKind, Ending, Outcome
from rollout_tui.domain.releases import Platform, StateWord
from rollout_tui.tui.notices import Notices
from rollout_tui.tui.view.footer import NOTHING, Remark
from tests.tui.fake_desk import FakeDesk
from tests.tui.hand import at_the_keyboard
from tests.tui.samples import incident, store_state
from tests.unit.domain.builders import NOW

DONE = Outcome("1", Platform.ANDROID, ActionKind.PAUSE, Ending.DONE, "the store shows it: halted.", NOW)


@pytest.fixture(autouse=True)
def _a_notice_stands_until_it_is_read() -> None:
    """Here a test's own timer tells its five seconds."""


class Later:
    """A timer that a test lets go off."""

    def __init__(self) -> None:
        self.calls: dict[float, Callable[[], None]] = {}

    def __call__(self, seconds: float, call: Callable[[], None]) -> Later:
        self.calls[seconds] = call
        return self

    def passes(self, seconds: float) -> None:
        self.calls.pop(seconds)()

    def stop(self) -> None:
        self.calls.clear()


def test_it_is_offered_for_a_minute_and_the_outcome_stays() -> None:
    later = Later()
    notices = Notices(lambda: None, lambda: None, later)
    notices.ended(DONE, undo=True)
    for left in (60, 50, 40, 30, 20, 10):
        assert notices.now(Platform.ANDROID).text.startswith(f"undo {left} s: r y · Paused.")
        later.passes(10.0)
    assert notices.now(Platform.ANDROID).text == "Paused. The store shows it: halted."


@pytest.mark.parametrize("resumes", [None, Platform.IOS])
def test_it_is_offered_where_r_resumes_that_very_platform_alone(resumes: Platform | None) -> None:
    notices = Notices(lambda: None, lambda: None, Later())
    notices.ended(DONE, undo=True)
    assert notices.now(resumes).text == "Paused. The store shows it: halted."


def test_an_outcome_is_a_notice_for_five_seconds_and_then_gives_way_to_keys() -> None:
    later = Later()
    notices = Notices(lambda: None, lambda: None, later)
    notices.ended(DONE)
    assert notices.now(None).brief
    later.calls[5.0]()
    assert notices.now(None) == Remark("Paused. The store shows it: halted.", "ok", brief=False)


def test_the_next_action_ends_the_offer() -> None:
    notices = Notices(lambda: None, lambda: None, Later())
    notices.ended(DONE, undo=True)
    notices.ended(None)
    assert notices.now(Platform.ANDROID) == NOTHING


@pytest.mark.parametrize(
    ("width", "told"),
    [
        (40, "undo: r y"),
        (60, "undo 60 s: r y · Paused."),
        (80, "undo 60 s: r y · Paused."),
        (100, "undo 60 s: r y · Paused."),
        (120, "undo 60 s: r y · Paused."),
        (200, "undo 60 s: r y · Paused. The store shows it."),
    ],
)
async def test_once_the_notice_is_gone_keys_still_give_way_for_the_way_back(width: int, told: str) -> None:
    desk = FakeDesk(incident())
    android, ios = desk.snapshot.rollouts
    assert android.store.state is not None
    halted = store_state(android, replace(android.store.state, word=StateWord.PAUSED, status="halted"))
    async with at_the_keyboard(desk, size=(width, 24)) as hand:
        await hand.press("p", "y")
        desk.publish(replace(desk.snapshot, rollouts=(halted, ios)))
        await hand.settled()
        hand.app._notices._give_way()
        footer = (await hand.settled())[-1]
        assert len(footer) == width
        assert footer.rstrip().endswith(f"  {told}")
        for key in ("p Pause", "? Help", "q Quit"):
            assert key in footer
        for _ in range(6):
            hand.app._notices._count_down()
        assert "undo" not in (await hand.settled())[-1]


async def test_a_pause_says_how_it_is_taken_back() -> None:
    desk = FakeDesk(incident())
    android, ios = desk.snapshot.rollouts
    assert android.store.state is not None
    halted = store_state(android, replace(android.store.state, word=StateWord.PAUSED, status="halted"))
    async with at_the_keyboard(desk) as hand:
        await hand.press("p", "y")
        desk.publish(replace(desk.snapshot, rollouts=(halted, ios)))
        assert "undo 60 s: r y · Paused." in (await hand.settled())[-1]
        await hand.press("t")
        rows = await hand.settled()
        assert "undo" not in rows[-1]  # r is off in the past
        assert "Paused." in rows[-1]
