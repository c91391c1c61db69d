"""What Google Play does beside the change only when a person has allowed it (stores.md G15, G16)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from rollout_tui.domain.actions import Consent

CANCEL_REVIEW = Consent(
    "cancel-review",
    "Going on cancels the review that is running at Google and submits everything again, this change included: "
    "the place in the queue is lost.",
)
NOT_SENT = Consent(
    "not-sent",
    "It can be committed without being sent: then nobody gets this change until someone sends it for review in the "
    "Play Console.",
)

_EFFECTS = {
    CANCEL_REVIEW.id: "Cancels the review that is running at Google and submits everything again: its place is lost.",
    NOT_SENT.id: "Is committed, not sent: it takes effect only when someone sends it for review in the Play Console.",
}
_TERMS: Mapping[str, Mapping[str, str]] = {
    CANCEL_REVIEW.id: {"changesInReviewBehavior": "CANCEL_IN_REVIEW_AND_SUBMIT"},
    NOT_SENT.id: {"changesNotSentForReview": "true"},
}


def effects(allowed: Collection[str]) -> tuple[str, ...]:
    """What was allowed, as effects of the change."""
    return tuple(text for name, text in _EFFECTS.items() if name in allowed)


def commit_terms(allowed: Collection[str]) -> dict[str, str]:
    """The query of a commit: it never cancels a review and never holds a change back unless that was allowed."""
    terms = {"changesInReviewBehavior": "ERROR_IF_IN_REVIEW"}
    for name in allowed:
        terms.update(_TERMS.get(name, {}))
    return terms
