"""Side effects that Play has beside the change: asked about first, done only when a person allowed them (G15, G16)."""

from __future__ import annotations

import copy

import httpx
import pytest

from rollout_tui.domain.actions import ActionKind
from rollout_tui.ports import NeedsConsent, Refused
from tests.providers.google_play.desk import PRODUCTION
from tests.providers.google_play.fake import FakePlay, refusal

IN_REVIEW = refusal(400, "Changes are in review. Committing this edit would cancel the review.", "FAILED_PRECONDITION")
BY_HAND = refusal(
    400,
    "Changes cannot be sent for review automatically. Please set the query parameter changesNotSentForReview to true. "
    "Once committed, the changes in this edit can be sent for review from the Google Play Console UI.",
)
BY_ITSELF = refusal(400, "The query parameter changesNotSentForReview must not be set.")


def committing(play: FakePlay, answer: httpx.Response) -> None:
    """The commit alone is answered so; what it asked for is written down."""
    commit = play._commit

    def refused(request: httpx.Request) -> httpx.Response:
        play.queries.append(dict(request.url.params))
        return answer

    play._commit = refused if answer is not None else commit


@pytest.mark.parametrize(("answer", "asks"), [(IN_REVIEW, "cancel-review"), (BY_HAND, "not-sent")])
async def test_a_side_effect_is_asked_about_and_nothing_is_changed(desk_of, half, answer, asks):
    before = copy.deepcopy(half.tracks)
    committing(half, answer)
    with pytest.raises(NeedsConsent) as caught:
        await desk_of(half).act(ActionKind.PAUSE)
    assert caught.value.consent.id == asks
    assert caught.value.consent.question in caught.value.remedy
    assert half.tracks == before
    assert half.open_edits() == []
    assert half.calls.count("commit") == 1


@pytest.mark.parametrize("kind", [ActionKind.PAUSE, ActionKind.PROMOTE])
async def test_a_review_is_cancelled_only_when_that_was_allowed(desk_of, half, kind):
    change = await desk_of(half).act(kind, PRODUCTION, allowed=("cancel-review",))
    assert half.queries == [{"changesInReviewBehavior": "CANCEL_IN_REVIEW_AND_SUBMIT"}]
    assert change.effects[0].startswith("Cancels the review that is running at Google")


async def test_a_change_is_held_back_from_review_only_when_that_was_allowed(desk_of, half):
    change = await desk_of(half).act(ActionKind.PAUSE, allowed=("not-sent",))
    assert half.queries == [{"changesInReviewBehavior": "ERROR_IF_IN_REVIEW", "changesNotSentForReview": "true"}]
    assert change.expects.status == "NOT_SENT_FOR_REVIEW"
    assert "takes effect only when someone sends it" in change.effects[0]


async def test_both_can_be_allowed(desk_of, half):
    await desk_of(half).act(ActionKind.PAUSE, allowed=("cancel-review", "not-sent"))
    assert half.queries == [
        {"changesInReviewBehavior": "CANCEL_IN_REVIEW_AND_SUBMIT", "changesNotSentForReview": "true"}
    ]


async def test_where_play_sends_for_review_by_itself_again_nothing_is_committed_unsent(desk_of, half):
    committing(half, BY_ITSELF)
    with pytest.raises(Refused, match="by itself again") as caught:
        await desk_of(half).act(ActionKind.PAUSE, allowed=("not-sent",))
    assert not isinstance(caught.value, NeedsConsent)
    assert half.open_edits() == []


async def test_a_halt_that_was_not_sent_for_review_is_no_pause(desk_of, half):
    half.tracks["production"][0].update(status="halted")
    half.lifecycles["4201"] = "NOT_SENT_FOR_REVIEW"
    state = await desk_of(half).see()
    assert state.status == "NOT_SENT_FOR_REVIEW"
    assert state.word.value == "WAITING"
    assert "has stopped nothing yet" in state.notes[0]
