"""From Apple's words to a ReleaseState: tables, with every unknown value shown as Apple wrote it (stores.md 4.4)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from providers.app_store.facts import (
    APPROVED,
    PREPARING,
    REFUSED,
    RELEASED,
    REMOVED,
    UNDER_REVIEW,
    WITHDRAWN,
    Facts,
    Group,
    Phased,
    Submission,
    TestBuild,
    Testing,
    Version,
)
from rollout_tui.domain.ladder import ASC_LADDER
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.releases import Grant, PhaseKind, ReleaseState, StateWord, Trial
from rollout_tui.domain.words import DAY, span

PAUSE_DAYS = 30
"""Days that a phased release may be paused in total (A3)."""

MANUAL_GO_ON = "manual updates and new installs go on"

_Said = tuple[StateWord, str]

_PHASED: Mapping[str, StateWord] = {
    "INACTIVE": StateWord.RUNNING,
    "ACTIVE": StateWord.RUNNING,
    "PAUSED": StateWord.PAUSED,
    "COMPLETE": StateWord.DONE,
}
_REVIEW: Mapping[str, _Said] = {
    "WAITING_FOR_REVIEW": (StateWord.IN_REVIEW, "waits in Apple's queue"),
    "IN_REVIEW": (StateWord.IN_REVIEW, "Apple reviews it"),
    "ACCEPTED": (StateWord.IN_REVIEW, "accepted, the submission is not through yet"),
    "PENDING_DEVELOPER_RELEASE": (StateWord.WAITING, "approved by App Review: 0 users until somebody releases it"),
    "PENDING_APPLE_RELEASE": (StateWord.WAITING, "approved by App Review: Apple releases it on its date"),
    "REJECTED": (StateWord.REJECTED, "App Review rejected it: the resolution centre says why"),
    "METADATA_REJECTED": (StateWord.REJECTED, "App Review rejected its texts or pictures"),
    "INVALID_BINARY": (StateWord.REJECTED, "Apple cannot use the build"),
    WITHDRAWN: (StateWord.PAUSED, "the submission was canceled; r submits again, at the end of the queue"),
}
_BETA: Mapping[str, _Said] = {
    "IN_BETA_TESTING": (StateWord.RUNNING, ""),
    "READY_FOR_BETA_TESTING": (StateWord.RUNNING, ""),
    "BETA_APPROVED": (StateWord.RUNNING, "beta review approved"),
    "PROCESSING": (StateWord.WAITING, "Apple still processes the build"),
    "MISSING_EXPORT_COMPLIANCE": (StateWord.WAITING, "export compliance is not answered in App Store Connect"),
    "IN_EXPORT_COMPLIANCE_REVIEW": (StateWord.WAITING, "Apple reviews the export compliance"),
    "READY_FOR_BETA_SUBMISSION": (StateWord.WAITING, "an external group needs a beta review: not submitted yet"),
    "WAITING_FOR_BETA_REVIEW": (StateWord.IN_REVIEW, "waits for beta review"),
    "IN_BETA_REVIEW": (StateWord.IN_REVIEW, "in beta review"),
    "BETA_REJECTED": (StateWord.REJECTED, "beta review rejected it"),
    "PROCESSING_EXCEPTION": (StateWord.REJECTED, "Apple could not process the build"),
    "EXPIRED": (StateWord.REJECTED, "the build has expired: testers cannot start it any more"),
}


def compose(rollout: RolloutPlan, facts: Facts, now: float) -> ReleaseState:
    """The state of our build of our version."""
    version = facts.version
    if version is not None and version.older in REMOVED:
        return _plain(rollout, StateWord.UNKNOWN, version.older, now, ("removed from sale", *facts.notes))
    if version is None or is_testing(rollout, version):
        return _testing(rollout, facts, facts.testing or Testing(None), now)
    if version.build is not None and version.build != rollout.build:
        note = f"{version.number} holds build {version.build} at Apple, the plan says {rollout.build}"
        return _plain(rollout, StateWord.UNKNOWN, version.state, now, (note, *facts.notes))
    if version.state in RELEASED:
        return _released(rollout, facts, version, now)
    return _reviewed(rollout, facts, version, now)


def is_testing(rollout: RolloutPlan, version: Version | None) -> bool:
    """Whether TestFlight is where our build is: nothing was submitted, or what was submitted is another build."""
    if version is None or version.state in PREPARING:
        return True
    other_build = version.build is not None and version.build != rollout.build
    return other_build and (version.state in REFUSED or version.state == WITHDRAWN)


def next_step(phased: Phased, now: float) -> float | None:
    """When the ladder goes on by itself: at the hour of its start. Apple does not say it (A4).

    Pauses of whole days keep that hour; of shorter ones Apple tells nothing.
    """
    if phased.state != "ACTIVE" or phased.started is None:
        return None
    return phased.started + ((now - phased.started) // DAY + 1) * DAY


def _released(rollout: RolloutPlan, facts: Facts, version: Version, now: float) -> ReleaseState:
    phased = facts.phased
    processing = ("Apple still processes it for the store",) if version.state.startswith("PROCESSING") else ()
    if phased is None:
        notes = ("released to everybody: no phased release", *processing, *facts.notes)
        return _plain(rollout, StateWord.DONE, version.state, now, notes, kind=PhaseKind.PHASED, share=Decimal(1))
    word = _PHASED.get(phased.state, StateWord.UNKNOWN)
    day = phased.day if phased.day is not None and 1 <= phased.day <= len(ASC_LADDER) else None
    share = Decimal(1) if phased.state == "COMPLETE" else (ASC_LADDER[day - 1] if day is not None else None)
    if phased.state not in ("ACTIVE", "PAUSED", "COMPLETE"):
        share = None
    return ReleaseState(
        build=rollout.build,
        version=rollout.version,
        word=word,
        status=phased.state,
        as_of=now,
        kind=PhaseKind.PHASED,
        share=share,
        share_as_of=None if share is None else now,
        day=day,
        next_step_at=next_step(phased, now),
        since=phased.started if phased.day == 1 else None,
        notes=(*_phased_notes(phased, now), *processing, *facts.notes),
        grant=Grant(_left(phased), "of pause", f"what follows day {PAUSE_DAYS} is not known")
        if phased.state == "PAUSED"
        else None,
    )


def _left(phased: Phased) -> int:
    """Whole days of pause that are left."""
    return max(0, PAUSE_DAYS - (phased.paused_days or 0))


def _phased_notes(phased: Phased, now: float) -> tuple[str, ...]:
    used = phased.paused_days or 0
    budget = f"paused {used} of {PAUSE_DAYS} days, {_left(phased)} left; what follows day {PAUSE_DAYS} is not known"
    step = next_step(phased, now)
    until = "" if step is None else f" for {span(step - now)}"
    tables: Mapping[str, tuple[str, ...]] = {
        "INACTIVE": ("the ladder has not started",),
        "ACTIVE": (f"share of automatic updates{until}; anyone may update by hand", *((budget,) if used else ())),
        "PAUSED": (MANUAL_GO_ON, budget),
        "COMPLETE": ("the phased release is over",),
    }
    return tables.get(phased.state, (f"Apple says {phased.state}, which this program does not know",))


def _reviewed(rollout: RolloutPlan, facts: Facts, version: Version, now: float) -> ReleaseState:
    said = _REVIEW.get(version.state)
    if said is None:
        return _plain(rollout, StateWord.UNKNOWN, version.state, now, (_unreviewed(version.state), *facts.notes))
    word, note = said
    submission = facts.submission if version.state in UNDER_REVIEW | REFUSED else None
    status = version.state
    notes = [note]
    if submission is not None:
        word, status = _by_submission(submission, word, status)
        notes += _submission_notes(submission)
    if version.state in APPROVED | UNDER_REVIEW and version.release_type not in ("MANUAL", ""):
        notes.append(f"releaseType is {version.release_type}: it goes out by itself after the approval")
    return _plain(
        rollout,
        word,
        status,
        now,
        (*notes, *facts.notes),
        kind=PhaseKind.REVIEW,
        since=None if submission is None else submission.submitted,
    )


def _by_submission(submission: Submission, word: StateWord, status: str) -> _Said:
    """The submission knows of open issues and of a removal before the version does (A11)."""
    if submission.state == "UNRESOLVED_ISSUES":
        return StateWord.REJECTED, submission.state
    if submission.state == "CANCELING":
        return word, submission.state
    return word, status


def _submission_notes(submission: Submission) -> list[str]:
    notes = {
        "UNRESOLVED_ISSUES": ["App Review wants an answer: the submission has unresolved issues"],
        "CANCELING": ["the submission is being canceled"],
    }.get(submission.state, [])
    odd = [item for item in submission.items if item in ("REJECTED", "REMOVED")]
    return [*notes, *(f"its item in the submission is {item}" for item in odd)]


_UNREVIEWED: Mapping[str, str] = {
    "REPLACED_WITH_NEW_VERSION": "a newer version has replaced it: its phased release is over",
    "NOT_APPLICABLE": "Apple does not release this version on this platform",
    "PENDING_CONTRACT": "an agreement is missing: the account holder must sign it",
    "PREORDER_READY_FOR_SALE": "it is for pre-order",
}


def _unreviewed(state: str) -> str:
    return _UNREVIEWED.get(state, f"Apple says {state}, which this program does not know")


def _testing(rollout: RolloutPlan, facts: Facts, testing: Testing, now: float) -> ReleaseState:
    build, group = testing.build, testing.group
    if build is None:
        note = f"App Store Connect has no build {rollout.build} of {rollout.version} for iOS"
        return _plain(rollout, StateWord.UNKNOWN, "no build", now, (note, *facts.notes))
    word, status, notes = _build_said(build, group)
    if word is StateWord.RUNNING and group is not None and not testing.in_group:
        word, status = StateWord.PAUSED, f"not in group {group.name}"
        notes = (f"the build is not in the group {group.name}: no tester gets it; who has it keeps it",)
    if facts.version is not None and facts.version.state == "READY_FOR_REVIEW":
        notes = (*notes, "the version is in a review submission that was not submitted")
    return _plain(
        rollout,
        word,
        status,
        now,
        (*notes, *_expiry(build, now), *facts.notes),
        kind=None if word is StateWord.UNKNOWN else PhaseKind.TESTERS,
        testers=testing.testers,
        trial=testing.trial,
        grant=_life(build, now),
    )


def _build_said(build: TestBuild, group: Group | None) -> tuple[StateWord, str, tuple[str, ...]]:
    if build.processing != "VALID":
        word, note = {
            "PROCESSING": (StateWord.WAITING, "Apple still processes the build"),
            "FAILED": (StateWord.REJECTED, "Apple could not process the build: upload a new one"),
            "INVALID": (StateWord.REJECTED, "Apple cannot use the build: upload a new one"),
        }.get(build.processing, (StateWord.UNKNOWN, f"Apple says {build.processing}, which this program does not know"))
        return word, build.processing, (note,)
    status = (
        "EXPIRED" if build.expired else (build.external if group is not None and not group.internal else build.internal)
    )
    said = _BETA.get(status)
    if said is None:
        return StateWord.UNKNOWN, status, (f"Apple says {status}, which this program does not know",)
    return said[0], status, tuple(filter(None, [said[1]]))


def _life(build: TestBuild, now: float) -> Grant | None:
    """How long testers can still start the build (A15)."""
    if build.expired or build.expires is None or build.expires <= now:
        return None
    left = int((build.expires - now) // DAY)
    return Grant(left, "until the build expires", "testers cannot start it any more then")


def _expiry(build: TestBuild, now: float) -> tuple[str, ...]:
    life = _life(build, now)
    return () if life is None else (f"the build expires in {life.left} d",)


def _plain(
    rollout: RolloutPlan,
    word: StateWord,
    status: str,
    now: float,
    notes: tuple[str, ...],
    *,
    kind: PhaseKind | None = None,
    share: Decimal | None = None,
    testers: int | None = None,
    since: float | None = None,
    trial: Trial | None = None,
    grant: Grant | None = None,
) -> ReleaseState:
    return ReleaseState(
        build=rollout.build,
        version=rollout.version,
        word=word,
        status=status,
        as_of=now,
        kind=kind,
        share=share,
        share_as_of=None if share is None else now,
        testers=testers,
        since=since,
        notes=notes,
        trial=trial,
        grant=grant,
    )
