"""For any sequence of actions and mishaps: legal bodies, nothing lost, nothing left open (stores.md 2.6)."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import tempfile
from decimal import Decimal
from pathlib import Path

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from rollout_tui.domain.actions import ActionKind
from rollout_tui.domain.plan import Phase
from rollout_tui.ports import ProviderError
from tests.providers.google_play.desk import CLOSED, INTERNAL, PRODUCTION, open_desk
from tests.providers.google_play.fake import FakePlay, deleted, refusal, release

_SHARES = st.none() | st.sampled_from([Decimal(s) for s in ("0.001", "0.05", "0.1", "0.5", "0.99", "1")])
_ALLOWED = st.sampled_from([(), ("cancel-review",), ("not-sent",), ("cancel-review", "not-sent"), ("unknown",)])
_INTENTS = st.tuples(
    st.sampled_from(list(ActionKind)), st.sampled_from([INTERNAL, CLOSED, PRODUCTION]), _SHARES, _ALLOWED
)
_MISHAPS = st.none() | st.tuples(
    st.sampled_from(["insert", "get", "update", "validate", "commit"]),
    st.sampled_from(["deleted", "409", "503", "lost", "review", "twice deleted"]),
)
_CONSOLE = st.none() | st.sampled_from([("halted", 0.2), ("inProgress", 0.2), ("completed", None), ("draft", None)])
_STEPS = st.lists(st.tuples(_INTENTS, _MISHAPS, _CONSOLE), min_size=1, max_size=6)


def _carried(one: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in one.items() if key not in ("status", "userFraction")}


def _arm(play: FakePlay, mishap: tuple[str, str] | None) -> None:
    if mishap is None:
        play.before = None
        return
    step, kind = mishap
    left = [2 if kind == "twice deleted" else 1]

    def before(call: str) -> httpx.Response | None:
        if call != step or not left[0]:
            return None
        left[0] -= 1
        if kind == "lost":
            raise httpx.ReadTimeout("no answer")
        if kind in ("deleted", "twice deleted"):
            play.take_edits()
            return deleted()
        return {
            "409": refusal(409, "Concurrent update", "ABORTED", "concurrentUpdate"),
            "503": httpx.Response(503),
            "review": refusal(400, "Changes are in review"),
        }[kind]

    play.before = before


_Step = tuple[tuple[ActionKind, Phase, Decimal | None, tuple[str, ...]], object, object]


async def _walk(steps: list[_Step], folder: Path) -> None:
    original = [
        release("inProgress", "4201", "4190", "4180", fraction=0.1),
        release("completed", "4103", name="4.1.3"),
    ]
    play = FakePlay({"production": copy.deepcopy(original)})
    desk = open_desk(play, folder)
    try:
        for (kind, phase, share, allowed), mishap, console in steps:
            if console is not None:
                status, fraction = console
                ours = play.tracks["production"][0]
                ours["status"] = status
                ours.pop("userFraction", None)
                if fraction is not None:
                    ours["userFraction"] = fraction
            play.before = None
            with contextlib.suppress(ProviderError):
                seen = await desk.see()
                change = desk.plan(kind, seen, phase, share=share, allowed=allowed)
                _arm(play, mishap)
                await desk.store.perform(desk.rollout, change, seen)
            assert play.open_edits() == []
            assert [_carried(one) for one in play.tracks["production"]] == [_carried(one) for one in original]
    finally:
        await desk.http.aclose()
    for body in play.bodies:
        for one in body["releases"]:
            assert ("userFraction" in one) == (one["status"] in ("inProgress", "halted"))
            assert "userFraction" not in one or 0 < one["userFraction"] < 1
        assert [_carried(one) for one in body["releases"]] == [_carried(one) for one in original]
    for sent in play.queries:
        assert sent["changesInReviewBehavior"] in ("ERROR_IF_IN_REVIEW", "CANCEL_IN_REVIEW_AND_SUBMIT")


@settings(max_examples=150, deadline=None)
@given(_STEPS)
def test_no_sequence_sends_an_illegal_body_loses_anything_or_leaves_an_edit_open(steps):
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_walk(steps, Path(folder)))
