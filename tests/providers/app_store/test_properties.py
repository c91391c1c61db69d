"""For any walk of actions and of Apple's own moves: nothing is sent twice, COMPLETE stays, every state has words."""

from __future__ import annotations

import asyncio
import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from rollout_tui.domain.actions import ActionKind
from rollout_tui.domain.releases import StateWord
from rollout_tui.ports import Impossible, ProviderError
from rollout_tui.rehearsal.stores.apple_errors import AppleError
from tests.providers.app_store.desk import DAY, HOUR, PHASED, REVIEW, TESTFLIGHT, Desk, open_desk

_STEPS = st.lists(
    st.tuples(
        st.sampled_from(list(ActionKind)),
        st.sampled_from([TESTFLIGHT, REVIEW, PHASED]),
        st.sampled_from([0.0, 60.0, 7 * HOUR, DAY, 3 * DAY]),
        st.sampled_from([None, "ACTIVE", "PAUSED", "COMPLETE"]),
    ),
    max_size=8,
)


async def _walk(desk: Desk, steps: list[tuple[ActionKind, object, float, str | None]]) -> None:
    try:
        for kind, phase, later, elsewhere in steps:
            completed = desk.book.phased is not None and desk.book.phased.state == "COMPLETE"
            seen = await desk.see()
            assert seen.status
            assert seen.word is not StateWord.UNKNOWN
            desk.clock.time += later
            if elsewhere is not None and desk.book.phased is not None:
                with contextlib.suppress(AppleError):
                    desk.book.set_phased(desk.book.phased.id, elsewhere)
            desk.wire.requests.clear()
            try:
                change = desk.plan(kind, seen, phase)
            except Impossible as error:
                assert error.message  # noqa: PT017  the sentence is what is looked at
                assert desk.wire.requests == []
                continue
            with contextlib.suppress(ProviderError):
                await desk.store.perform(desk.rollout, change, seen)
            sent = [(method, path, str(data)) for method, path, data in desk.wire.changes]
            assert len(sent) == len(set(sent))
            if completed:
                assert desk.book.phased.state == "COMPLETE"
    finally:
        await desk.http.aclose()


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["testflight", "review", "waiting", "phased"]), _STEPS)
def test_no_walk_sends_a_change_twice_or_leaves_the_final_state(stage, steps):
    asyncio.run(_walk(open_desk(stage, since=-2.0), steps))
