"""After a pause the way back is offered for a minute; by its own key and with its own confirmation."""

from __future__ import annotations

from collections.abc import Callable

from rollout_tui.domain.actions import ActionKind, Ending, Outcome
from rollout_tui.domain.releases import Platform
from rollout_tui.tui.notices import Notices
from tests.tui.fake_desk import FakeDesk
from tests.tui.hand import at_the_keyboard
from tests.tui.samples import incident
from tests.unit.domain.builders import NOW

DONE = Outcome("1", Platform.ANDROID, ActionKind.PAUSE, Ending.DONE, "the store shows it: halted.", NOW)


class Later:
    """A timer that a test lets go off."""

    def __init__(self) -> None:
        self.calls: dict[float, Callable[[], None]] = {}

    def __call__(self, seconds: float, call: Callable[[], None]) -> Later:
        self.calls[seconds] = call
        return self

    def stop(self) -> None:
        self.calls.clear()


def test_it_is_offered_for_a_minute_and_the_outcome_stays() -> None:
    later = Later()
    notices = Notices(lambda: None, later)
    notices.ended(DONE, undo=True)
    assert notices.now()[0].startswith("undo 60 s: r y · Paused.")
    later.calls[60.0]()
    assert notices.now()[0] == "Paused. The store shows it: halted."


def test_the_next_action_ends_the_offer() -> None:
    notices = Notices(lambda: None, Later())
    notices.ended(DONE, undo=True)
    notices.ended(None)
    assert notices.now()[0] == ""


async def test_a_pause_says_how_it_is_taken_back() -> None:
    async with at_the_keyboard(FakeDesk(incident())) as hand:
        await hand.press("p", "y")
        assert "undo 60 s: r y · Paused." in hand.screen()
