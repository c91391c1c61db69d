"""The App Store as a state machine: TestFlight, App Review, phased release (stores.md 4, A1 to A23)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from rollout_tui.rehearsal.exposure import ExposureLog
from rollout_tui.rehearsal.scenarios import BUNDLE, HOUR, OLD_VERSION, VERSION, AppStoreStart

DAY = 24 * HOUR
LADDER = tuple(Decimal(share) / 100 for share in (1, 2, 5, 10, 20, 50, 100))
"""Shares of automatic updates on days 1 to 7 (A2)."""

_QUEUE = 6 * HOUR
_REVIEW = 14 * HOUR
_PROCESSING = 600.0
_CANCELING = 30.0
_STATES = frozenset({"INACTIVE", "ACTIVE", "PAUSED", "COMPLETE"})
_EDITABLE = frozenset({"PREPARE_FOR_SUBMISSION", "DEVELOPER_REJECTED", "REJECTED", "METADATA_REJECTED"})
"""States in which a version can be put into a submission."""


class AppleError(Exception):
    """One error in Apple's shape; `pointer` names a place in the body, `parameter` one of the query."""

    def __init__(
        self, status: int, code: str, title: str, detail: str, pointer: str | None = None, parameter: str | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.title, self.detail = status, code, title, detail
        self.source = {"pointer": pointer} if pointer else {"parameter": parameter} if parameter else None


@dataclass(frozen=True, slots=True)
class Version:
    """A version as Apple lists it: its state, and the build that it holds."""

    id: str
    number: str
    state: str
    created: float
    build_id: str


@dataclass(frozen=True, slots=True)
class Upload:
    """A build that was uploaded; `inside` says whether the testers' group has it."""

    id: str
    number: str
    version: str
    uploaded: float
    inside: bool


@dataclass(slots=True)
class PhasedRelease:
    """The seven-day ladder of one version. Times epoch seconds."""

    id: str
    state: str = "INACTIVE"
    started: float | None = None
    paused_at: float | None = None
    paused_for: float = 0.0
    shown_day: int = 0

    def day(self, now: float) -> int:
        """1 to 7; the ladder stands while paused."""
        if self.started is None:
            return 1
        return min(len(LADDER), 1 + math.floor(self.climbed(now) / DAY))

    def climbed(self, now: float) -> float:
        """Seconds on the ladder without the pauses."""
        until = self.paused_at if self.paused_at is not None else now
        return max(0.0, until - (self.started or until) - self.paused_for)

    def pause_days(self, now: float) -> int:
        """Whole days paused in total."""
        running = 0.0 if self.paused_at is None else now - self.paused_at
        return int((self.paused_for + running) // DAY)


@dataclass(slots=True)
class ReviewSubmission:
    """A submission with its items' versions."""

    id: str
    state: str = "READY_FOR_REVIEW"
    submitted: float | None = None
    canceled: float | None = None
    items: list[str] = field(default_factory=list)


@dataclass(slots=True)
class AppleBook:
    """One app with one new version and its build. `settle` before every look: time changes states by itself."""

    start: AppStoreStart
    exposure: ExposureLog
    origin: float
    now: Callable[[], float]
    bundle: str = BUNDLE
    version_state: str = "PREPARE_FOR_SUBMISSION"
    released: float | None = None
    in_group: bool = True
    phased: PhasedRelease | None = None
    submissions: list[ReviewSubmission] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(2))

    APP = "1500000001"
    VERSION_ID = "a1f0c3d2-0000-4000-8000-000000000420"
    BUILD_ID = "b7e0c3d2-0000-4000-8000-000000000087"
    OLD_VERSION_ID = "a1f0c3d2-0000-4000-8000-000000000413"
    OLD_BUILD_ID = "b7e0c3d2-0000-4000-8000-000000000082"
    GROUP_ID = "c9e0c3d2-0000-4000-8000-000000000001"

    def __post_init__(self) -> None:
        since = self.origin + self.start.since * HOUR
        stages: dict[str, Callable[[float], None]] = {
            "testflight": self._begin_testing,
            "review": self._begin_review,
            "waiting": self._begin_waiting,
            "phased": self._begin_phased,
        }
        stages[self.start.stage](since)
        self.settle(self.origin)

    @property
    def versions(self) -> tuple[Version, ...]:
        """The new version, and the one that it takes the place of."""
        gone = self.version_state == "READY_FOR_DISTRIBUTION"
        old_state = "REPLACED_WITH_NEW_VERSION" if gone else "READY_FOR_DISTRIBUTION"
        created = self.origin - 6 * DAY
        return (
            Version(self.VERSION_ID, VERSION, self.version_state, created, self.BUILD_ID),
            Version(self.OLD_VERSION_ID, OLD_VERSION, old_state, created - 30 * DAY, self.OLD_BUILD_ID),
        )

    @property
    def uploads(self) -> tuple[Upload, ...]:
        """The builds of these versions."""
        uploaded = self.origin - 4 * DAY
        return (
            Upload(self.BUILD_ID, self.start.build, VERSION, uploaded, self.in_group),
            Upload(self.OLD_BUILD_ID, self.start.old_build, OLD_VERSION, uploaded - 30 * DAY, False),
        )

    def settle(self, now: float) -> None:
        """Whatever came due by `now`: queue, review, processing, the ladder's days."""
        for submission in self.submissions:
            self._settle_submission(submission, now)
        processing = self.version_state == "PROCESSING_FOR_DISTRIBUTION"
        if processing and self.released is not None and now >= self.released + _PROCESSING:
            self.version_state = "READY_FOR_DISTRIBUTION"
        if self.phased is not None and self.phased.state == "ACTIVE":
            self._climb(self.phased, now)

    # --- phased release ----------------------------------------------------------------------------------------

    def set_phased(self, phased_id: str, state: str) -> PhasedRelease:
        """PATCH of the phased release. Raises AppleError for what Apple refuses (A5, A6)."""
        now = self.now()
        # What came due before counts before: the steps of the ladder that nobody looked at.
        self.settle(now)
        phased = self._phased(phased_id)
        pointer = "/data/attributes/phasedReleaseState"
        if state not in _STATES:
            raise AppleError(
                409,
                "ENTITY_ERROR.ATTRIBUTE.TYPE",
                "An attribute in the provided entity has the wrong type",
                f"'{state}' is not a valid value for the attribute 'phasedReleaseState'.",
                pointer,
            )
        if phased.state == "COMPLETE" and state != "COMPLETE":
            detail = "You cannot change the state of a phased release that is in a final state"
            raise AppleError(409, "STATE_ERROR", "The request cannot be fulfilled.", detail, pointer)
        if phased.state == state:
            detail = f"The phased release already has this value - {pointer}"
            raise AppleError(409, "ENTITY_ERROR.ATTRIBUTE.INVALID", "The attribute is invalid", detail, pointer)
        if phased.state == "INACTIVE" or state == "INACTIVE":
            detail = f"The phased release cannot go from {phased.state} to {state}"
            raise AppleError(409, "STATE_ERROR", "The request cannot be fulfilled.", detail, pointer)
        if phased.paused_at is not None and state != "PAUSED":
            phased.paused_for += now - phased.paused_at
            phased.paused_at = None
        if state == "PAUSED":
            phased.paused_at = now
            # New users get nothing by themselves while the ladder stands; what was offered stays with them.
            self.exposure.set(now, self.start.build, Decimal(0))
        phased.state = state
        if state == "COMPLETE":
            self.exposure.set(now, self.start.build, Decimal(1))
        elif state == "ACTIVE":
            self.exposure.set(now, self.start.build, LADDER[phased.day(now) - 1])
        return phased

    def create_phased(self, state: str | None) -> PhasedRelease:
        """A ladder for the version, before it is released; it can only begin as INACTIVE."""
        if state not in (None, "INACTIVE"):
            pointer = "/data/attributes/phasedReleaseState"
            detail = f"A phased release cannot be created as {state}"
            raise AppleError(409, "ENTITY_ERROR.ATTRIBUTE.INVALID", "The attribute is invalid", detail, pointer)
        if self.phased is not None or self.released is not None:
            detail = "A phased release cannot be created for this version in its current state"
            raise AppleError(409, "STATE_ERROR", "The request cannot be fulfilled.", detail)
        self.phased = PhasedRelease(self._new_id())
        return self.phased

    def delete_phased(self, phased_id: str) -> None:
        """Possible only before the start (A1)."""
        if self._phased(phased_id).state != "INACTIVE":
            # Apple's document knows no 409 here.
            detail = "The phased release has started and cannot be deleted"
            raise AppleError(403, "FORBIDDEN_ERROR", "The given operation is not allowed", detail)
        self.phased = None

    # --- release, review, TestFlight ---------------------------------------------------------------------------

    def release(self) -> str:
        """A release request for the approved version."""
        if self.version_state != "PENDING_DEVELOPER_RELEASE":
            detail = f"The version is {self.version_state} and cannot be released"
            raise AppleError(409, "STATE_ERROR", "The request cannot be fulfilled.", detail)
        now = self.now()
        self.version_state, self.released = "PROCESSING_FOR_DISTRIBUTION", now
        if self.phased is None:
            self.exposure.set(now, self.start.build, Decimal(1))
        else:
            self.phased.state, self.phased.started = "ACTIVE", now
            self._climb(self.phased, now)
        return self._new_id()

    def submission(self, submission_id: str) -> ReviewSubmission:
        """A submission. Raises AppleError 404."""
        for submission in self.submissions:
            if submission.id == submission_id:
                return submission
        raise not_found("reviewSubmissions", submission_id)

    def open_submission(self) -> ReviewSubmission:
        """A new, empty submission."""
        if any(found.state in ("WAITING_FOR_REVIEW", "IN_REVIEW") for found in self.submissions):
            raise AppleError(409, "STATE_ERROR", "The request cannot be fulfilled.", "Another build is in review")
        submission = ReviewSubmission(self._new_id())
        self.submissions.append(submission)
        return submission

    def add_item(self, submission_id: str, version_id: str) -> ReviewSubmission:
        """Put the version into a submission."""
        submission = self.submission(submission_id)
        if version_id != self.VERSION_ID:
            raise not_found("appStoreVersions", version_id)
        if submission.state != "READY_FOR_REVIEW" or self.version_state not in _EDITABLE:
            detail = (
                f"The submission cannot take this item in its current state: the submission is {submission.state}, "
                f"the version {self.version_state}"
            )
            raise AppleError(409, "STATE_ERROR", "The request cannot be fulfilled.", detail)
        submission.items.append(version_id)
        self.version_state = "READY_FOR_REVIEW"
        return submission

    def submit(self, submission_id: str) -> ReviewSubmission:
        """`submitted: true`."""
        submission = self.submission(submission_id)
        if submission.state != "READY_FOR_REVIEW" or not submission.items:
            detail = "Version is not ready to be submitted yet"
            raise AppleError(409, "STATE_ERROR", "The request cannot be fulfilled.", detail)
        submission.state, submission.submitted = "WAITING_FOR_REVIEW", self.now()
        self._goes_along(submission, "WAITING_FOR_REVIEW")
        return submission

    def cancel(self, submission_id: str) -> ReviewSubmission:
        """`canceled: true`: the place in the queue is lost."""
        submission = self.submission(submission_id)
        if submission.state not in ("WAITING_FOR_REVIEW", "IN_REVIEW", "UNRESOLVED_ISSUES"):
            detail = f"The submission is {submission.state} and cannot be canceled"
            raise AppleError(409, "STATE_ERROR", "The request cannot be fulfilled.", detail)
        submission.state, submission.canceled = "CANCELING", self.now()
        return submission

    def link_build(self, group_id: str, build_id: str, inside: bool) -> None:
        """Add the build to the group, or take it out."""
        if group_id != self.GROUP_ID:
            raise not_found("betaGroups", group_id)
        if build_id != self.BUILD_ID:
            raise not_found("builds", build_id)
        self.in_group = inside
        if self.released is None:
            self.exposure.set(self.now(), self.start.build, Decimal(1 if inside else 0))

    # --- inside ------------------------------------------------------------------------------------------------

    def _phased(self, phased_id: str) -> PhasedRelease:
        if self.phased is None or self.phased.id != phased_id:
            raise not_found("appStoreVersionPhasedReleases", phased_id)
        return self.phased

    def _climb(self, phased: PhasedRelease, now: float) -> None:
        """Write every step of the ladder that came due, at the time when it did."""
        day = phased.day(now)
        while phased.shown_day < day:
            phased.shown_day += 1
            at = (phased.started or now) + phased.paused_for + (phased.shown_day - 1) * DAY
            self.exposure.set(min(at, now), self.start.build, LADDER[phased.shown_day - 1])
        if phased.climbed(now) >= len(LADDER) * DAY:
            phased.state = "COMPLETE"

    def _settle_submission(self, submission: ReviewSubmission, now: float) -> None:
        if submission.state == "CANCELING" and submission.canceled is not None:
            if now >= submission.canceled + _CANCELING:
                submission.state = "COMPLETE"
                self._goes_along(submission, "DEVELOPER_REJECTED")
            return
        if submission.submitted is None or submission.state not in ("WAITING_FOR_REVIEW", "IN_REVIEW"):
            return
        if now >= submission.submitted + _QUEUE + _REVIEW:
            submission.state = "COMPLETE"
            self._goes_along(submission, "PENDING_DEVELOPER_RELEASE")
        elif now >= submission.submitted + _QUEUE:
            submission.state = "IN_REVIEW"
            self._goes_along(submission, "IN_REVIEW")

    def _goes_along(self, submission: ReviewSubmission, state: str) -> None:
        """The version follows the submission that it is in; one of other items moves nothing (A14)."""
        if self.VERSION_ID in submission.items:
            self.version_state = state

    def _begin_testing(self, since: float) -> None:
        self.exposure.set(since, self.start.build, Decimal(1))

    def _begin_review(self, since: float) -> None:
        self._begin_testing(since - 30 * HOUR)
        submission = ReviewSubmission(self._new_id(), "WAITING_FOR_REVIEW", since, items=[self.VERSION_ID])
        self.submissions.append(submission)
        self.version_state = "WAITING_FOR_REVIEW"

    def _begin_waiting(self, since: float) -> None:
        self._begin_testing(since - 50 * HOUR)
        self.version_state = "PENDING_DEVELOPER_RELEASE"

    def _begin_phased(self, since: float) -> None:
        self.version_state, self.released = "READY_FOR_DISTRIBUTION", since
        self.phased = PhasedRelease(self._new_id(), "ACTIVE", since)

    def _new_id(self) -> str:
        return f"d5e0c3d2-0000-4000-8000-{next(self._numbers):012d}"


def not_found(kind: str, resource_id: str) -> AppleError:
    """404 in Apple's words."""
    detail = f"There is no resource of type '{kind}' with id '{resource_id}'"
    return AppleError(404, "NOT_FOUND", "The specified resource does not exist", detail)
