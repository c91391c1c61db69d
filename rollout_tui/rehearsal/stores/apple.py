"""The App Store as a state machine: versions, release, phased release, and what goes along (stores.md 4, A1 to A23)."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from rollout_tui.rehearsal.exposure import ExposureLog
from rollout_tui.rehearsal.scenarios import BUNDLE, OLD_VERSION, VERSION
from rollout_tui.rehearsal.stores import apple_elsewhere as elsewhere
from rollout_tui.rehearsal.stores.apple_errors import (
    forbidden,
    invalid,
    not_editable,
    not_found,
    not_swapped,
    state_error,
)
from rollout_tui.rehearsal.stores.apple_phased import PhasedRelease, check_first
from rollout_tui.rehearsal.stores.apple_review import Item, ReviewDesk, ReviewSubmission
from rollout_tui.rehearsal.stores.apple_sale import Sale
from rollout_tui.rehearsal.stores.apple_start import DAY, HOUR, AppStoreStart
from rollout_tui.rehearsal.stores.apple_testflight import BetaReview, Group, TestFlight, Upload

PROCESSING = 600.0
"""Seconds from a release to the version being live."""
EDITABLE = frozenset({"PREPARE_FOR_SUBMISSION", "DEVELOPER_REJECTED", "REJECTED", "METADATA_REJECTED"})
"""States in which a version can be changed and put into a submission."""
_RELEASE_TYPES = ("MANUAL", "AFTER_APPROVAL", "SCHEDULED")


@dataclass(frozen=True, slots=True)
class Version:
    """A version as Apple lists it: its state, and the build that it holds."""

    id: str
    number: str
    state: str
    created: float
    build_id: str | None
    platform: str = "IOS"
    release_type: str = "MANUAL"


@dataclass(slots=True)
class AppleBook:
    """One app with one new version and its build. `settle` before every look: time changes states by itself."""

    start: AppStoreStart
    exposure: ExposureLog
    origin: float
    now: Callable[[], float]
    bundle: str = BUNDLE
    version_state: str = "PREPARE_FOR_SUBMISSION"
    number: str = VERSION
    build_id: str | None = elsewhere.BUILD_ID
    released: float | None = None
    live: float | None = None
    phased: PhasedRelease | None = None
    drafts: list[Version] = field(default_factory=list)
    review: ReviewDesk = field(init=False)
    testing: TestFlight = field(init=False)
    sale: Sale = field(init=False)
    release_type: str = field(init=False)
    _told_before: tuple[str, float] | None = None
    _beta_told: bool = False
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(2))

    APP = "1500000001"
    VERSION_ID = "a1f0c3d2-0000-4000-8000-000000000420"
    BUILD_ID = elsewhere.BUILD_ID
    OLD_VERSION_ID = "a1f0c3d2-0000-4000-8000-000000000413"
    OLD_BUILD_ID = "b7e0c3d2-0000-4000-8000-000000000082"
    GROUP_ID = "c9e0c3d2-0000-4000-8000-000000000001"
    EVERYBODY_ID = "c9e0c3d2-0000-4000-8000-000000000002"

    def __post_init__(self) -> None:
        start = self.start
        self.release_type = start.release_type
        self.review = ReviewDesk(start.review, start.lag, self.now, self._new_id, self._moved, start.unanswered)
        groups = (
            Group(self.GROUP_ID, start.group, not start.external, start.testers),
            Group(self.EVERYBODY_ID, "Everybody at Acme", True, 41, takes_all=True),
        )
        self.sale = Sale(self._sold)
        self.testing = TestFlight(groups, self._uploads(), start.beta, self.now, self._new_id)
        self._begin()
        self.settle(self.origin)

    @property
    def submissions(self) -> list[ReviewSubmission]:
        """The platform's review submissions."""
        return self.review.submissions

    @property
    def uploads(self) -> list[Upload]:
        """Every build of the app, the other platforms' too."""
        return self.testing.uploads

    @property
    def in_group(self) -> bool:
        """Whether the testers' group has our build."""
        return self.GROUP_ID in self.testing.upload(self.BUILD_ID).groups

    @property
    def tested_since(self) -> float:
        """When the testers got the build, epoch seconds."""
        return self.origin + self.start.tested_since * HOUR

    @property
    def versions(self) -> tuple[Version, ...]:
        """All versions as reads find them, the other platforms' among them, in an order that promises nothing (A12)."""
        created = self.origin - 6 * DAY
        ours = Version(
            self.VERSION_ID, self.number, self.told_state, created, self.build_id, release_type=self.release_type
        )
        old_state = "REPLACED_WITH_NEW_VERSION" if self.live is not None else "READY_FOR_DISTRIBUTION"
        old = Version(self.OLD_VERSION_ID, OLD_VERSION, old_state, created - 30 * DAY, self.OLD_BUILD_ID)
        mac = Version(elsewhere.MAC_VERSION_ID, VERSION, "IN_REVIEW", created + DAY, elsewhere.MAC_BUILD_ID, "MAC_OS")
        tv = Version(elsewhere.TV_VERSION_ID, OLD_VERSION, "READY_FOR_DISTRIBUTION", created - 20 * DAY, None, "TV_OS")
        newer = elsewhere.newer(self.start, self.origin, self.now())
        found = () if newer is None else (Version(*newer),)
        return (mac, *found, ours, *(() if self.start.first else (old,)), tv, *self.drafts)

    @property
    def told_state(self) -> str:
        """The version's state as reads show it: a change by hand takes a moment (A13)."""
        if self._told_before is not None and self.now() < self._told_before[1]:
            return self._told_before[0]
        return self.version_state

    def version(self, version_id: str) -> Version:
        """A version. Raises AppleError 404."""
        for found in self.versions:
            if found.id == version_id:
                return found
        raise not_found("appStoreVersions", version_id)

    def settle(self, now: float) -> None:
        """Whatever came due by `now`, in the order in which it did: reviews, release, ladder, newer version."""
        newer = elsewhere.live_at(self.start, self.origin)
        over = newer is not None and now >= newer
        until = min(now, newer) if newer is not None else now
        self._tell_beta_review(now)
        self.review.settle(until)
        if self.version_state == "PROCESSING_FOR_DISTRIBUTION" and self.released is not None:
            live = self.released + PROCESSING
            if until >= live:
                self._go_live(live)
        if self.phased is not None:
            for at, share in self.phased.due(until):
                self.exposure.set(min(at, until), self.start.build, share)
        if over and newer is not None and self.version_state == "READY_FOR_DISTRIBUTION":
            self._replace(newer)

    # --- the version -------------------------------------------------------------------------------------------

    def attach_build(self, version_id: str, build_id: str) -> None:
        """Choose the version's build; not after the submission (A22)."""
        found, upload = self.version(version_id), self.testing.upload(build_id)
        if version_id != self.VERSION_ID or self.version_state not in EDITABLE or self._settling:
            raise not_swapped()
        if upload.version != found.number or upload.platform != found.platform or not upload.fit(self.now()):
            raise not_swapped()
        self.build_id = build_id

    def change_version(self, version_id: str, number: str | None, release_type: str | None) -> None:
        """PATCH of a version. Raises AppleError while it is in no state for that."""
        self.version(version_id)
        if version_id != self.VERSION_ID:
            raise not_editable("versionString" if number is not None else "releaseType")
        if number is not None:
            if self.version_state not in EDITABLE or self._settling:
                raise not_editable("versionString")
            self.number = number
        if release_type is None:
            return
        if release_type not in _RELEASE_TYPES:
            raise invalid(f"'{release_type}' is not a release type", "/data/attributes/releaseType")
        if self.released is not None:
            raise not_editable("releaseType")
        self.release_type = release_type

    def create_version(self, platform: str, number: str) -> Version:
        """POST of a version: its number must rise, and no other may be open (A22)."""
        same = [found for found in self.versions if found.platform == platform]
        pointer = "/data/attributes/versionString"
        if any(_parts(found.number) >= _parts(number) for found in same):
            raise invalid(f"The version number has been previously used. - {pointer}", pointer)
        if any(found.state not in ("READY_FOR_DISTRIBUTION", "REPLACED_WITH_NEW_VERSION") for found in same):
            raise state_error("You cannot create a new version of the App in the current state", pointer)
        made = Version(self._new_id(), number, "PREPARE_FOR_SUBMISSION", self.now(), None, platform)
        self.drafts.append(made)
        return made

    def release(self) -> str:
        """A release request for the approved version."""
        if self.version_state != "PENDING_DEVELOPER_RELEASE":
            raise state_error(f"The version is {self.version_state} and cannot be released")
        self._release(self.now())
        return self._new_id()

    # --- phased release ----------------------------------------------------------------------------------------

    def set_phased(self, phased_id: str, state: str) -> PhasedRelease:
        """PATCH of the phased release. Raises AppleError for what Apple refuses (A5, A6)."""
        now = self.now()
        # What came due before counts before: the steps of the ladder that nobody looked at.
        self.settle(now)
        phased = self._phased(phased_id)
        # New users get nothing by themselves while the ladder stands; what was offered stays with them.
        self.exposure.set(now, self.start.build, phased.change(state, now))
        return phased

    def create_phased(self, state: str | None) -> PhasedRelease:
        """A ladder for the version, before it is released; none for an app's first version (A1)."""
        check_first(state)
        if self.phased is not None or self.released is not None or self.start.first:
            raise state_error("A phased release cannot be created for this version in its current state")
        self.phased = PhasedRelease(self._new_id())
        return self.phased

    def delete_phased(self, phased_id: str) -> None:
        """Possible only before the start (A1); Apple's document knows no 409 here."""
        if self._phased(phased_id).state != "INACTIVE":
            raise forbidden("The phased release has started and cannot be deleted")
        self.phased = None

    # --- review and TestFlight ---------------------------------------------------------------------------------

    def submission(self, submission_id: str) -> ReviewSubmission:
        """A submission as a change finds it. Raises AppleError 404."""
        return self.review.find(submission_id)

    def open_submission(self) -> ReviewSubmission:
        """A new, empty submission."""
        return self.review.open()

    def add_item(self, submission_id: str, target: str, kind: str = "appStoreVersion") -> Item:
        """Put the version, or something beside it, into a submission."""
        ours = kind == "appStoreVersion"
        if ours and target != self.VERSION_ID:
            raise not_found("appStoreVersions", target)
        editable = not ours or self.version_state in EDITABLE
        return self.review.add(submission_id, kind, target, editable, self.version_state)

    def submit(self, submission_id: str) -> ReviewSubmission:
        """`submitted: true`."""
        return self.review.submit(submission_id)

    def cancel(self, submission_id: str) -> ReviewSubmission:
        """`canceled: true`: the place in the queue is lost."""
        return self.review.cancel(submission_id)

    def link_build(self, group_id: str, build_id: str, inside: bool) -> None:
        """Add a build to a group, or take it out."""
        self.testing.link(group_id, build_id, inside)
        self.offer_testers(self.now())

    def offer_testers(self, at: float) -> None:
        """From then on the group's testers are offered the build, or not, as group and beta review allow."""
        if self.released is None:
            offered = self.testing.offered(self.testing.upload(self.BUILD_ID), self.GROUP_ID)
            self.exposure.set(at, self.start.build, Decimal(1 if offered else 0))

    # --- inside ------------------------------------------------------------------------------------------------

    @property
    def _settling(self) -> bool:
        """Whether a withdrawal is still on its way: nothing can be edited before it is through."""
        return any(found.state == "CANCELING" for found in self.submissions)

    def _phased(self, phased_id: str) -> PhasedRelease:
        if self.phased is None or self.phased.id != phased_id:
            raise not_found("appStoreVersionPhasedReleases", phased_id)
        return self.phased

    def _moved(self, version_id: str, state: str, at: float, by_hand: bool) -> None:
        """A version goes where its submission takes it; approved, it may go out by itself (A9)."""
        if version_id != self.VERSION_ID:
            return
        self._told_before = (self.told_state, at + self.start.lag) if by_hand else None
        self.version_state = state
        if state == "PENDING_DEVELOPER_RELEASE" and self.release_type == "AFTER_APPROVAL":
            self._release(at)
        elif state == "PENDING_DEVELOPER_RELEASE" and self.release_type == "SCHEDULED":
            self.version_state = "PENDING_APPLE_RELEASE"

    def _release(self, at: float) -> None:
        self.version_state, self.released = "PROCESSING_FOR_DISTRIBUTION", at

    def _go_live(self, at: float) -> None:
        self.version_state, self.live = "READY_FOR_DISTRIBUTION", at
        if self.phased is None:
            self.exposure.set(at, self.start.build, Decimal(1))
        else:
            self.phased.start(at)

    def _sold(self, on_sale: bool) -> None:
        """Off sale the ladder ends for good; back on sale a live version is everybody's (A8)."""
        now = self.now()
        self.settle(now)
        if self.live is not None:
            self.phased = None
            self.exposure.set(now, self.start.build, Decimal(1 if on_sale else 0))

    def _replace(self, at: float) -> None:
        """A newer version is live: ours is over, and so is its phased release, paused or not (A7)."""
        self.version_state = "REPLACED_WITH_NEW_VERSION"
        if self.phased is not None:
            self.phased.end(at)
        self.exposure.set(at, self.start.build, Decimal(0))
        if self.start.newer is not None:
            self.exposure.set(at, self.start.newer.build, Decimal(1))

    def _tell_beta_review(self, now: float) -> None:
        """Once the beta review is through, external testers get the build."""
        review = self.testing.upload(self.BUILD_ID).beta
        if review is not None and not self._beta_told and review.state(now) == "APPROVED":
            self._beta_told = True
            self.offer_testers(review.approved_at)

    def _uploads(self) -> list[Upload]:
        uploaded = min(self.origin - 4 * DAY, self.tested_since - 2 * HOUR)
        found = [
            Upload(self.BUILD_ID, self.start.build, VERSION, uploaded, groups={self.GROUP_ID, self.EVERYBODY_ID}),
            Upload(self.OLD_BUILD_ID, self.start.old_build, OLD_VERSION, uploaded - 30 * DAY),
            Upload(elsewhere.MAC_BUILD_ID, self.start.build, VERSION, uploaded + HOUR, "MAC_OS"),
        ]
        newer = self.start.newer
        if newer is not None:
            found.append(Upload(elsewhere.NEWER_BUILD_ID, newer.build, newer.version, self.origin - DAY))
        return found

    def _begin(self) -> None:
        """Everything that was done before the start: from TestFlight up to the stage of the scenario."""
        start, since = self.start, self.origin + self.start.since * HOUR
        if start.external:
            upload = self.testing.upload(self.BUILD_ID)
            upload.beta = BetaReview(self._new_id(), self.tested_since, start.beta)
        elif start.stage != "phased":
            self.offer_testers(self.tested_since)
        if start.stage == "review":
            queued = ReviewSubmission(self._new_id(), "WAITING_FOR_REVIEW", since, course=start.review)
            queued.put("appStoreVersion", self.VERSION_ID)
            self.submissions.append(queued)
            self.version_state = "WAITING_FOR_REVIEW"
        elif start.stage == "waiting":
            self.version_state = "PENDING_DEVELOPER_RELEASE"
        elif start.stage == "phased":
            self.phased, self.released = PhasedRelease(self._new_id()), since
            self._go_live(since)
            self._pause_before()

    def _pause_before(self) -> None:
        if self.phased is None or self.start.paused is None:
            return
        at = self.origin + self.start.paused * HOUR
        self.settle(at)
        self.phased.pause(at)
        self.exposure.set(at, self.start.build, Decimal(0))

    def _new_id(self) -> str:
        return f"d5e0c3d2-0000-4000-8000-{next(self._numbers):012d}"


def _parts(number: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdecimal() else 0 for part in number.split("."))
