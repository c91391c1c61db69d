"""`a`: what stands was seen; while a pause is counted down it asks whether to stop that."""

from __future__ import annotations

from dataclasses import replace

from rollout_tui.domain.countdowns import Countdown
from rollout_tui.domain.recommend import recommend
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.snapshot import Snapshot
from tests.tui.fake_desk import FakeDesk
from tests.tui.hand import at_the_keyboard
from tests.tui.samples import incident
from tests.unit.domain.builders import NOW


def counted_down() -> Snapshot:
    told = "Crash rate CRITICAL: 2.41 % of 10,002 (critical > 2 %)."
    countdown = Countdown("K7Q2MX", Platform.ANDROID, "4201", ("c",), told, NOW - 60, NOW + 240)
    snapshot = incident()
    rollouts = (replace(snapshot.rollouts[0], countdown=countdown), *snapshot.rollouts[1:])
    return replace(snapshot, rollouts=rollouts, recommendation=recommend(rollouts, NOW))


async def test_a_acknowledges_and_says_so() -> None:
    desk = FakeDesk(incident())
    async with at_the_keyboard(desk) as hand:
        await hand.press("a")
        assert desk.alarms.said == [("acknowledge", Platform.ANDROID)]
        assert "jkim acknowledged" in hand.screen()


async def test_next_tells_of_the_countdown_and_a_y_stops_it() -> None:
    desk = FakeDesk(counted_down())
    async with at_the_keyboard(desk) as hand:
        assert "Android pauses by itself at" in hand.screen()
        await hand.press("a")
        assert "The guard pauses Android at" in hand.screen()
        await hand.press("a", "enter")
        assert desk.alarms.said == [], "neither its own key nor enter stops anything"
        await hand.press("a", "y")
        assert desk.alarms.said == [("stop", Platform.ANDROID)]


async def test_a_countdown_that_ended_under_the_dialog_cannot_be_stopped() -> None:
    desk = FakeDesk(counted_down())
    async with at_the_keyboard(desk) as hand:
        await hand.press("a")
        desk.publish(incident())
        await hand.press("y")
        assert desk.alarms.said == []
