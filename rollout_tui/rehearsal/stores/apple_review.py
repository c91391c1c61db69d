"""App Review as a state machine: submissions, their items, and how they end (stores.md A11, A13, A14, A21)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from rollout_tui.rehearsal.stores.apple_errors import (
    forbidden,
    invalid,
    not_found,
    state_error,
    too_young,
    unanswered,
)
from rollout_tui.rehearsal.stores.apple_start import HOUR, Course

KINDS = ("appStoreVersion", "appEvent", "appCustomProductPageVersion", "appStoreVersionExperiment")
"""What an item may stand for; the first is the app itself."""
_VERSION = KINDS[0]
_AT_A_TIME = 2
_CANCELING = 30.0
_COMPLETING = 60.0
_IN_QUEUE = ("WAITING_FOR_REVIEW", "IN_REVIEW")
_CANCELABLE = (*_IN_QUEUE, "UNRESOLVED_ISSUES")
Moves = Callable[[str, str, float, bool], None]
"""(version id, its new state, when, by a person's hand)."""


@dataclass(slots=True)
class Item:
    """What a submission holds: an app version, or something beside it (A14)."""

    id: str
    kind: str
    target: str
    state: str = "READY_FOR_REVIEW"


@dataclass(slots=True)
class ReviewSubmission:
    """A submission. Times epoch seconds; `created` None: it was there all along."""

    id: str
    state: str = "READY_FOR_REVIEW"
    submitted: float | None = None
    ending: float | None = None
    """When the canceling or the completing began."""
    created: float | None = None
    items: list[Item] = field(default_factory=list)
    platform: str = "IOS"
    course: Course = field(default_factory=Course)
    told_before: tuple[str, float] | None = None
    """The state that reads show until then, after a person's change."""

    def put(self, kind: str, target: str) -> Item:
        """One more item."""
        item = Item(f"{self.id}-{len(self.items)}", kind, target)
        self.items.append(item)
        return item

    def told(self, now: float) -> str:
        """The state as reads show it."""
        if self.told_before is not None and now < self.told_before[1]:
            return self.told_before[0]
        return self.state

    @property
    def versions(self) -> list[str]:
        """The versions that it still holds."""
        return [item.target for item in self.items if item.kind == _VERSION and item.state != "REMOVED"]


@dataclass(slots=True)
class ReviewDesk:
    """All submissions of one platform. `moves` carries a version along with its submission."""

    course: Course
    lag: float
    now: Callable[[], float]
    new_id: Callable[[], str]
    moves: Moves
    questions: tuple[str, ...] = ()
    submissions: list[ReviewSubmission] = field(default_factory=list)

    def visible(self) -> list[ReviewSubmission]:
        """Those that a read finds: what was created a moment ago is not there yet."""
        now = self.now()
        return [found for found in self.submissions if found.created is None or now >= found.created + self.lag]

    def read(self, submission_id: str) -> ReviewSubmission:
        """A submission as a read finds it. Raises AppleError 404, also for one that is too young."""
        found = self.find(submission_id)
        if found not in self.visible():
            raise too_young("reviewSubmissions", submission_id)
        return found

    def find(self, submission_id: str) -> ReviewSubmission:
        """A submission as a change finds it. Raises AppleError 404."""
        for submission in self.submissions:
            if submission.id == submission_id:
                return submission
        raise not_found("reviewSubmissions", submission_id)

    def open(self) -> ReviewSubmission:
        """A new, empty submission; at most two are open at a time."""
        if sum(found.state != "COMPLETE" for found in self.submissions) >= _AT_A_TIME:
            raise state_error("You cannot create more review submissions while two are in progress")
        submission = ReviewSubmission(self.new_id(), created=self.now(), course=self.course)
        self.submissions.append(submission)
        return submission

    def add(self, submission_id: str, kind: str, target: str, editable: bool, state: str) -> Item:
        """Put something into a submission; `state` is the version's, `editable` whether it can be submitted."""
        submission = self.find(submission_id)
        if kind == _VERSION:
            busy = [one for one in self.submissions if one is not submission and one.state != "COMPLETE"]
            if any(one.versions and one.state != "READY_FOR_REVIEW" for one in busy):
                raise state_error("Another build is in review")
        if submission.state != "READY_FOR_REVIEW" or not editable:
            raise state_error(
                f"The submission cannot take this item in its current state: the submission is {submission.state}, "
                f"the version {state}"
            )
        item = submission.put(kind, target)
        self._carry(submission, "READY_FOR_REVIEW", self.now(), True)
        return item

    def change_item(self, item_id: str, *, resolved: bool, removed: bool) -> Item:
        """`resolved: true` after a rejection, or `removed: true`."""
        submission, item = self._item(item_id)
        if submission.state != "UNRESOLVED_ISSUES" or not (resolved or removed):
            raise state_error(f"The item cannot be changed while its submission is {submission.state}")
        item.state = "REMOVED" if removed else "READY_FOR_REVIEW"
        if removed and item.kind == _VERSION:
            self.moves(item.target, "DEVELOPER_REJECTED", self.now(), True)
        if all(one.state == "REMOVED" for one in submission.items):
            # Nothing is left to review: a submission that is COMPLETE and approved nothing (A11).
            self._become(submission, "COMPLETE")
        return item

    def delete_item(self, item_id: str) -> None:
        """Take an item out of a submission that was not submitted."""
        submission, item = self._item(item_id)
        if submission.state != "READY_FOR_REVIEW":
            raise forbidden(f"The item cannot be deleted while its submission is {submission.state}")
        submission.items.remove(item)
        if item.kind == _VERSION:
            self.moves(item.target, "PREPARE_FOR_SUBMISSION", self.now(), True)

    def submit(self, submission_id: str) -> ReviewSubmission:
        """`submitted: true`, also after what was rejected is resolved."""
        submission = self.find(submission_id)
        resolved = submission.state == "UNRESOLVED_ISSUES" and all(
            item.state in ("READY_FOR_REVIEW", "REMOVED") for item in submission.items
        )
        if not (submission.state == "READY_FOR_REVIEW" or resolved) or not submission.items:
            raise state_error("Version is not ready to be submitted yet")
        if self.questions and submission.versions:
            raise unanswered(self.questions, "appStoreVersions", submission.versions[0])
        if resolved:
            submission.course = Course()
        self._become(submission, "WAITING_FOR_REVIEW")
        submission.submitted = self.now()
        self._carry(submission, "WAITING_FOR_REVIEW", self.now(), True)
        return submission

    def cancel(self, submission_id: str) -> ReviewSubmission:
        """`canceled: true`: the place in the queue is lost; it takes a moment."""
        submission = self.find(submission_id)
        if submission.state not in _CANCELABLE:
            raise state_error(f"The submission is {submission.state} and cannot be canceled")
        self._become(submission, "CANCELING")
        submission.ending = self.now()
        return submission

    def settle(self, now: float) -> None:
        """Whatever came due by `now`."""
        for submission in self.submissions:
            self._settle(submission, now)

    def _settle(self, submission: ReviewSubmission, now: float) -> None:
        if submission.state == "CANCELING" and submission.ending is not None:
            if now >= submission.ending + _CANCELING:
                submission.state = "COMPLETE"
                self._carry(submission, "DEVELOPER_REJECTED", submission.ending + _CANCELING, False)
                for item in submission.items:
                    item.state = "REMOVED"
            return
        if submission.submitted is not None and submission.state in _IN_QUEUE:
            self._review(submission, submission.submitted, now)
        ended = submission.ending
        if submission.state == "COMPLETING" and ended is not None and now >= ended + _COMPLETING:
            submission.state = "COMPLETE"
            self._carry(submission, "PENDING_DEVELOPER_RELEASE", ended + _COMPLETING, False)

    def _review(self, submission: ReviewSubmission, submitted: float, now: float) -> None:
        course = submission.course
        begins = submitted + course.queue * HOUR
        ends = begins + course.review * HOUR
        if now >= begins and submission.state == "WAITING_FOR_REVIEW":
            submission.state = "IN_REVIEW"
            self._carry(submission, "IN_REVIEW", begins, False)
        if now < ends:
            return
        for item in submission.items:
            item.state = "APPROVED" if course.verdict == "APPROVED" else "REJECTED"
        if course.verdict == "APPROVED":
            submission.state, submission.ending = "COMPLETING", ends
            self._carry(submission, "ACCEPTED", ends, False)
        else:
            submission.state = "UNRESOLVED_ISSUES"
            self._carry(submission, course.verdict, ends, False)

    def _become(self, submission: ReviewSubmission, state: str) -> None:
        submission.told_before = (submission.told(self.now()), self.now() + self.lag)
        submission.state = state

    def _carry(self, submission: ReviewSubmission, state: str, at: float, by_hand: bool) -> None:
        """Versions follow the submission that they are in; one of other items moves nothing (A14)."""
        for version in submission.versions:
            self.moves(version, state, at, by_hand)

    def _item(self, item_id: str) -> tuple[ReviewSubmission, Item]:
        for submission in self.submissions:
            for item in submission.items:
                if item.id == item_id:
                    return submission, item
        raise not_found("reviewSubmissionItems", item_id)


def wish(attributes: dict[str, object]) -> str:
    """`submit` or `cancel`, as a PATCH of a submission asks. Raises AppleError for neither."""
    for name, verb in (("canceled", "cancel"), ("submitted", "submit")):
        if attributes.get(name) is True:
            return verb
    raise invalid("Either 'submitted' or 'canceled' must be true")
