"""What App Store Connect holds about one build: the values that reading gathers and states are made from."""

from __future__ import annotations

from dataclasses import dataclass

from providers.app_store.resources import Resource
from rollout_tui.domain.releases import Trial

RELEASED = frozenset(
    {
        "PROCESSING_FOR_DISTRIBUTION",
        "READY_FOR_DISTRIBUTION",
        "PROCESSING_FOR_APP_STORE",
        "READY_FOR_SALE",
    }
)
"""Version states, in both of Apple's families, from the release on (A10)."""
APPROVED = frozenset({"PENDING_DEVELOPER_RELEASE", "PENDING_APPLE_RELEASE"})
UNDER_REVIEW = frozenset({"WAITING_FOR_REVIEW", "IN_REVIEW", "ACCEPTED"})
REFUSED = frozenset({"REJECTED", "METADATA_REJECTED", "INVALID_BINARY"})
WITHDRAWN = "DEVELOPER_REJECTED"
PREPARING = frozenset({"PREPARE_FOR_SUBMISSION", "READY_FOR_REVIEW", "WAITING_FOR_EXPORT_COMPLIANCE"})
REMOVED = frozenset({"DEVELOPER_REMOVED_FROM_SALE", "REMOVED_FROM_SALE"})
"""Only the older family of states says that an app was taken off sale."""

OPEN_SUBMISSIONS = (
    "READY_FOR_REVIEW",
    "WAITING_FOR_REVIEW",
    "IN_REVIEW",
    "UNRESOLVED_ISSUES",
    "CANCELING",
    "COMPLETING",
)


@dataclass(frozen=True, slots=True)
class Version:
    """An App Store version. `state` is Apple's newer word where there is one, `older` the deprecated one beside it."""

    id: str
    number: str
    state: str
    older: str
    release_type: str
    build_id: str | None
    build: str | None

    @staticmethod
    def of(resource: Resource, build: Resource | None) -> Version:
        """From the answer; `build` is the attached one."""
        older = resource.text("appStoreState")
        return Version(
            id=resource.id,
            number=resource.text("versionString"),
            state=resource.text("appVersionState") or older or "unknown",
            older=older,
            release_type=resource.text("releaseType"),
            build_id=None if build is None else build.id,
            build=None if build is None else build.text("version"),
        )


@dataclass(frozen=True, slots=True)
class Phased:
    """A phased release. `started` epoch seconds UTC, `paused_days` whole days in total, `day` 1 to 7."""

    id: str
    state: str
    started: float | None
    paused_days: int | None
    day: int | None

    @staticmethod
    def of(resource: Resource) -> Phased:
        """From the answer."""
        return Phased(
            id=resource.id,
            state=resource.text("phasedReleaseState") or "unknown",
            started=resource.time("startDate"),
            paused_days=resource.whole("totalPauseDuration"),
            day=resource.whole("currentDayNumber"),
        )


@dataclass(frozen=True, slots=True)
class Submission:
    """A review submission: which versions it holds, and the states of its items. `submitted` epoch seconds UTC."""

    id: str
    state: str
    submitted: float | None
    versions: tuple[str, ...]
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A TestFlight group. `takes_all`: every build goes to it by itself, none can be taken out (A15)."""

    id: str
    name: str
    internal: bool
    takes_all: bool


@dataclass(frozen=True, slots=True)
class TestBuild:
    """An uploaded build in TestFlight. Times epoch seconds UTC; `internal` and `external` are Apple's beta states."""

    id: str
    number: str
    processing: str
    expired: bool
    expires: float | None
    internal: str
    external: str


@dataclass(frozen=True, slots=True)
class Testing:
    """The tester phase: the build (None: not uploaded), the group, whether the build is in it, its size, the counts."""

    build: TestBuild | None
    group: Group | None = None
    in_group: bool = False
    testers: int | None = None
    trial: Trial | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that one read gathered; what does not concern the present state was not asked for."""

    app: str
    version: Version | None = None
    phased: Phased | None = None
    submission: Submission | None = None
    testing: Testing | None = None
    notes: tuple[str, ...] = ()
