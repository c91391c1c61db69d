"""What Google's review and the app's state ask of a commit, and when what was sent reaches users (G15 to G17, G28)."""

from __future__ import annotations

from dataclasses import dataclass

from rollout_tui.rehearsal.stores.play_bodies import PlayError

NOT_SENT = "NOT_SENT_FOR_REVIEW"
IN_REVIEW = "IN_REVIEW"
APPROVED = "APPROVED_NOT_PUBLISHED"
REJECTED = "NOT_APPROVED"
PUBLISHED = "PUBLISHED"


@dataclass(frozen=True, slots=True)
class CommitTerms:
    """How a commit is to meet Google's review: the two query parameters, with Google's defaults."""

    in_review: str = "CANCEL_IN_REVIEW_AND_SUBMIT"
    not_sent: bool = False


@dataclass(slots=True)
class ReviewDesk:
    """Where changes stand between a commit and the users; a person sets it in the console."""

    running: bool = False
    """A review of other changes is running."""
    by_hand: bool = False
    """Changes of this app must be sent for review by a person."""
    managed: bool = False
    """Managed publishing: what is approved waits until a person publishes it."""
    takes: float = 0.0
    """Seconds that a review of our changes takes; 0 looks at nothing."""
    approves: bool = True
    """How it ends."""
    canceled: int = 0
    """How many running reviews a commit has canceled and submitted anew."""
    stage: str = PUBLISHED
    """Where what was committed last stands, by the names of the lifecycle."""
    due: float = 0.0
    """When the review under way ends (epoch seconds of the rehearsal)."""

    def let_pass(self, terms: CommitTerms) -> None:
        """Raises PlayError where the commit must not be; the edit stays as it was."""
        running = self.running or self.stage == IN_REVIEW
        if running and terms.in_review == "ERROR_IF_IN_REVIEW":
            # Only the behaviour is documented; the words are ours.
            message = "Changes are in review. Committing this edit would cancel the review."
            raise PlayError(400, "FAILED_PRECONDITION", message, "failedPrecondition")
        if self.by_hand and not terms.not_sent:
            message = (
                "Changes cannot be sent for review automatically. Please set the query parameter "
                "changesNotSentForReview to true. Once committed, the changes in this edit can be sent for review "
                "from the Google Play Console UI."
            )
            raise PlayError(400, "INVALID_ARGUMENT", message)
        if terms.not_sent and not self.by_hand:
            raise PlayError(400, "INVALID_ARGUMENT", "The query parameter changesNotSentForReview must not be set.")
        if running:
            self.canceled += 1

    def hold(self) -> None:
        """It was committed and is sent by nobody."""
        self.stage = NOT_SENT

    def sent(self, now: float) -> None:
        """Everything that waits goes to review."""
        self.stage, self.due = IN_REVIEW, now + self.takes
        self.settle(now)

    def settle(self, now: float) -> None:
        """A review that is due ends."""
        if self.stage != IN_REVIEW or now < self.due:
            return
        if not self.approves:
            self.stage = REJECTED
        else:
            self.stage = APPROVED if self.managed else PUBLISHED
