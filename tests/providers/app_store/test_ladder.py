"""The whole iOS ladder of the plan, from the testers' group to COMPLETE, on a clock that is turned."""

from __future__ import annotations

from decimal import Decimal

from rollout_tui.domain.actions import ActionKind
from rollout_tui.domain.ladder import locate
from rollout_tui.domain.releases import StateWord
from tests.providers.app_store.desk import DAY, HOUR, IOS, PHASED, REVIEW


async def test_from_testflight_through_review_up_the_ladder_to_everybody(desk_in):
    desk = desk_in("testflight")
    assert locate(IOS.phases, await desk.see()) == 0
    await desk.act(ActionKind.PROMOTE, REVIEW)
    assert locate(IOS.phases, await desk.see()) == 1
    desk.clock.time += 7 * HOUR
    assert (await desk.see()).status == "IN_REVIEW"
    desk.clock.time += 14 * HOUR
    assert (await desk.see()).word is StateWord.WAITING
    await desk.act(ActionKind.PROMOTE, PHASED)
    desk.clock.time += 600
    shares = []
    for _ in range(7):
        state = await desk.see()
        shares.append((state.day, state.share))
        assert locate(IOS.phases, state) == 2
        assert state.next_step_at == state.as_of + DAY
        desk.clock.time += DAY
    assert shares == [(n + 1, Decimal(share) / 100) for n, share in enumerate((1, 2, 5, 10, 20, 50, 100))]
    state = await desk.see()
    assert (state.word, state.status) == (StateWord.DONE, "COMPLETE")
