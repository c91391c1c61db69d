"""TestFlight as a state machine: builds, groups, export compliance, beta review (stores.md A15, A16)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from rollout_tui.rehearsal.stores.apple_errors import AppleError, invalid, not_found, state_error
from rollout_tui.rehearsal.stores.apple_start import DAY, HOUR, Course

BUILD_LIFE = 90 * DAY
"""Seconds that TestFlight keeps a build."""
_UNFIT = "The build is not in a valid processing state for this operation"
_WAITS = {"WAITING_FOR_REVIEW": "WAITING_FOR_BETA_REVIEW", "IN_REVIEW": "IN_BETA_REVIEW", "REJECTED": "BETA_REJECTED"}


@dataclass(slots=True)
class BetaReview:
    """A build's beta review. Times epoch seconds."""

    id: str
    submitted: float
    course: Course

    def state(self, now: float) -> str:
        """BetaReviewState."""
        begins = self.submitted + self.course.queue * HOUR
        if now < begins:
            return "WAITING_FOR_REVIEW"
        return "IN_REVIEW" if now < self.approved_at else self.course.verdict

    @property
    def approved_at(self) -> float:
        """When it ends."""
        return self.submitted + (self.course.queue + self.course.review) * HOUR


@dataclass(slots=True)
class Upload:
    """A build that was uploaded. Times epoch seconds; `encryption` is None while nobody has answered for it."""

    id: str
    number: str
    version: str
    uploaded: float
    platform: str = "IOS"
    groups: set[str] = field(default_factory=set)
    encryption: bool | None = False
    taken_down: bool = False
    processing: str = "VALID"
    beta: BetaReview | None = None

    def expired(self, now: float) -> bool:
        """After 90 days, or when somebody expired it."""
        return self.taken_down or now > self.uploaded + BUILD_LIFE

    def fit(self, now: float) -> bool:
        """Whether anything can be done with it."""
        return self.processing == "VALID" and not self.expired(now)


@dataclass(frozen=True, slots=True)
class Group:
    """A group of testers. `takes_all`: every build goes to it by itself, none is added or taken out by hand."""

    id: str
    name: str
    internal: bool
    testers: int
    takes_all: bool = False


@dataclass(slots=True)
class TestFlight:
    """The app's builds and groups."""

    groups: tuple[Group, ...]
    uploads: list[Upload]
    course: Course
    now: Callable[[], float]
    new_id: Callable[[], str]

    def upload(self, build_id: str) -> Upload:
        """A build. Raises AppleError 404."""
        for found in self.uploads:
            if found.id == build_id:
                return found
        raise not_found("builds", build_id)

    def group(self, group_id: str) -> Group:
        """A group. Raises AppleError 404."""
        for found in self.groups:
            if found.id == group_id:
                return found
        raise not_found("betaGroups", group_id)

    def link(self, group_id: str, build_id: str, inside: bool) -> None:
        """Add a build to a group, or take it out. Raises AppleError for what Apple refuses."""
        group, upload = self.group(group_id), self.upload(build_id)
        if group.takes_all:
            detail = "Builds cannot be assigned to this internal group by hand: it has access to all builds"
            raise invalid(detail, "/data")
        if not inside:
            upload.groups.discard(group.id)
            return
        if not upload.fit(self.now()):
            raise AppleError(422, "STATE_ERROR.INVALID_BUILD", "The request cannot be fulfilled.", _UNFIT)
        upload.groups.add(group.id)
        if not group.internal and upload.beta is None and self._approved_before(upload):
            # Only a version's first build is reviewed, as a rule.
            upload.beta = BetaReview(self.new_id(), self.now(), Course(0.0, 0.0))

    def submit(self, build_id: str) -> BetaReview:
        """Submit a build for beta review. Raises AppleError for what Apple refuses."""
        upload, now = self.upload(build_id), self.now()
        if not upload.fit(now):
            raise AppleError(422, "STATE_ERROR.INVALID_BUILD", "The request cannot be fulfilled.", _UNFIT)
        if upload.encryption is None:
            raise state_error("The build has no answer about export compliance")
        waiting = [one.beta for one in self.uploads if one.version == upload.version and one.beta is not None]
        if any(review.state(now) in ("WAITING_FOR_REVIEW", "IN_REVIEW") for review in waiting):
            raise state_error("Another build is in review")
        if upload.beta is not None:
            raise state_error(f"The build was submitted before: its beta review is {upload.beta.state(now)}")
        upload.beta = BetaReview(self.new_id(), now, self.course)
        return upload.beta

    def answer_encryption(self, build_id: str, uses: bool) -> None:
        """Export compliance, answered once."""
        upload = self.upload(build_id)
        pointer = "/data/attributes/usesNonExemptEncryption"
        if upload.encryption is not None:
            raise invalid(f"You cannot update when the value is already set. - {pointer}", pointer)
        upload.encryption = uses

    def offered(self, upload: Upload, group_id: str) -> bool:
        """Whether the testers of a group are offered the build."""
        fit = upload.fit(self.now()) and upload.encryption is not None
        reviewed = self.group(group_id).internal or self.external_state(upload) == "IN_BETA_TESTING"
        return fit and group_id in upload.groups and reviewed

    def internal_state(self, upload: Upload) -> str:
        """InternalBetaState."""
        inside = any(self.group(group).internal for group in upload.groups)
        return self._common(upload) or ("IN_BETA_TESTING" if inside else "READY_FOR_BETA_TESTING")

    def external_state(self, upload: Upload) -> str:
        """ExternalBetaState."""
        if (common := self._common(upload)) is not None:
            return common
        if upload.beta is None:
            return "READY_FOR_BETA_SUBMISSION"
        state = upload.beta.state(self.now())
        if state != "APPROVED":
            return _WAITS[state]
        outside = any(not self.group(group).internal for group in upload.groups)
        return "IN_BETA_TESTING" if outside else "BETA_APPROVED"

    def _common(self, upload: Upload) -> str | None:
        if upload.processing != "VALID":
            return "PROCESSING" if upload.processing == "PROCESSING" else "PROCESSING_EXCEPTION"
        if upload.expired(self.now()):
            return "EXPIRED"
        return "MISSING_EXPORT_COMPLIANCE" if upload.encryption is None else None

    def _approved_before(self, upload: Upload) -> bool:
        reviews = [one.beta for one in self.uploads if one.version == upload.version and one.beta is not None]
        return any(review.state(self.now()) == "APPROVED" for review in reviews)
