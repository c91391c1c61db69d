"""Google's own client and ours, through the same situations: taken and refused in the same places, alike after it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from rollout_tui.domain.actions import ActionKind, Intent
from rollout_tui.domain.plan import Phase, RolloutPlan
from rollout_tui.ports import Denied, Misconfigured, NeedsConsent, ProviderError, Refused, Unreachable
from rollout_tui.rehearsal.scenarios import PACKAGE, PlayStart
from rollout_tui.rehearsal.stores.play_changes import ConsoleChange
from tests.providers.google_play.desk import ANDROID, share
from tests.rehearsal.stores.play_clients import (
    Body,
    Refusal,
    World,
    a_build,
    another_commits,
    another_inserts,
    before,
    by_google,
    by_our_calls,
    by_ours,
    two_hours_pass,
)

CODE = "4201"
HALF = share("half", "Half", "0.5")
INTERNAL = share("internal", "Internal", "0.5", track="internal")
NIGHTLY = share("nightly", "Nightly", "0.5", track="nightly")
START = PlayStart()
FULL = ConsoleChange(build=CODE, status="completed")
HALTED = PlayStart(status="halted")
NOT_SENT = {"changesNotSentForReview": True}
CANCEL = {"changesInReviewBehavior": "CANCEL_IN_REVIEW_AND_SUBMIT"}


def ours(**changes: Any) -> Body:
    """Our release changed as said; a change to None takes the key out."""

    def body(track: dict[str, Any]) -> dict[str, Any]:
        release = next((one for one in track.get("releases", []) if CODE in one["versionCodes"]), {})
        release.update(changes)
        for name in [name for name, value in changes.items() if value is None]:
            release.pop(name, None)
        return track

    return body


def begun(code: str, *retained: str, without: str = "") -> Body:
    """A new release of `code` at 10 %, before those that are there except that of the code `without`."""

    def body(track: dict[str, Any]) -> dict[str, Any]:
        new = {"name": "4.2.1", "versionCodes": [code, *retained], "status": "inProgress", "userFraction": 0.1}
        kept = [one for one in track["releases"] if without not in one["versionCodes"]]
        return {**track, "releases": [new, *kept]}

    return body


@dataclass(frozen=True)
class Row:
    """A situation, what ours is asked for, what Google's client sends for the same, and what comes of it.

    `first` happened before anybody looked, `then` happens after the person looked, `meanwhile` just before a call of
    the cycle itself.
    """

    about: str
    kind: ActionKind
    body: Body
    refused: tuple[Refusal, ...] = ()
    told: type[ProviderError] | None = None
    start: PlayStart = START
    first: ConsoleChange | None = None
    then: ConsoleChange | None = None
    meanwhile: Callable[[], Callable[[World, str], None] | None] = lambda: None
    phase: Phase = HALF
    share: str | None = None
    allowed: tuple[str, ...] = ()
    terms: dict[str, Any] = field(default_factory=dict)
    rollout: RolloutPlan = ANDROID
    package: str = PACKAGE
    seen: bool = True
    taken: bool = False

    @property
    def intent(self) -> Intent:
        """What ours is asked for."""
        return Intent(self.kind, self.phase, None if self.share is None else Decimal(self.share), self.allowed)


PAUSE, RESUME, PROMOTE, RESTART = ActionKind.PAUSE, ActionKind.RESUME, ActionKind.PROMOTE, ActionKind.RESTART
HALT = ours(status="halted")
DELETED, EXPIRED = (400, "editDeleted"), (400, "editExpired")
HALT_FULL = ours(status="halted", userFraction=0.99)
BAD = (400, "badRequest")

ROWS = (
    # edits (G1 to G6)
    Row("a halt", PAUSE, HALT, taken=True),
    Row("lost once to another commit", PAUSE, HALT, (DELETED,), None,
        meanwhile=lambda: before("PUT", another_commits, 1), taken=True),
    Row("lost to another commit at every try", PAUSE, HALT, (DELETED, DELETED), Refused,
        meanwhile=lambda: before(":commit", another_commits)),
    Row("lost to the same user's new edit", PAUSE, HALT, (DELETED, DELETED), Refused,
        meanwhile=lambda: before(":commit", another_inserts)),
    Row("lost once to the same user's new edit", PAUSE, HALT, (DELETED,), None,
        meanwhile=lambda: before("GET edits", another_inserts, 1), taken=True),
    Row("expired once", PAUSE, HALT, (EXPIRED,), None,
        meanwhile=lambda: before(":commit", two_hours_pass, 1), taken=True),
    Row("expired at every try", PAUSE, HALT, (EXPIRED, EXPIRED), Refused,
        meanwhile=lambda: before(":commit", two_hours_pass)),
    Row("lost as an invalid argument", PAUSE, HALT, (BAD,), None,
        then=ConsoleChange(losses=(("commit", "argument"),)), taken=True),
    Row("lost as gone", PAUSE, HALT, ((410, "editDeleted"),), None,
        then=ConsoleChange(losses=(("update", "gone"),)), taken=True),
    Row("somebody at the same moment", PAUSE, HALT, ((409, "concurrentUpdate"),) * 2, Refused,
        then=ConsoleChange(busy=60)),
    Row("two inserts give one edit", PAUSE, HALT, then=ConsoleChange(same_edit=60), taken=True),
    # reviews (G15 to G17, G28)
    Row("in review", PAUSE, HALT, ((400, "failedPrecondition"),), NeedsConsent, then=ConsoleChange(in_review=True)),
    Row("in review, its end allowed", PAUSE, HALT, then=ConsoleChange(in_review=True),
        allowed=("cancel-review",), terms=CANCEL, taken=True),
    Row("sent by hand alone", PAUSE, HALT, (BAD,), NeedsConsent, then=ConsoleChange(send_by_hand=True)),
    Row("sent by hand alone, held back", PAUSE, HALT, then=ConsoleChange(send_by_hand=True),
        allowed=("not-sent",), terms=NOT_SENT, taken=True),
    Row("sent by itself, held back", PAUSE, HALT, (BAD,), Refused, allowed=("not-sent",), terms=NOT_SENT),
    Row("in review and by hand, both allowed", PAUSE, HALT, then=ConsoleChange(in_review=True, send_by_hand=True),
        allowed=("cancel-review", "not-sent"), terms={**CANCEL, **NOT_SENT}, taken=True),
    Row("in review and by hand, one allowed", PAUSE, HALT, (BAD,), NeedsConsent,
        then=ConsoleChange(in_review=True, send_by_hand=True), allowed=("cancel-review",), terms=CANCEL),
    Row("a halt held by managed publishing", PAUSE, HALT, then=ConsoleChange(managed=True), taken=True),
    Row("a review of ours begins", PROMOTE, ours(userFraction=0.9), then=ConsoleChange(review_takes=3600),
        share="0.9", taken=True),
    # who asks, and how often: G22, G23
    Row("no permission", PAUSE, HALT, ((403, "userInsufficientPermission"),), Denied,
        then=ConsoleChange(account="permission")),
    Row("may only look", PAUSE, HALT, ((403, "userInsufficientPermission"),), Denied,
        then=ConsoleChange(account="watch only")),
    Row("API switched off", PAUSE, HALT, ((403, "accessNotConfigured"),), Denied, then=ConsoleChange(account="api")),
    Row("terms not accepted", PAUSE, HALT, ((403, "developerDdaNotAccepted"),), Denied,
        then=ConsoleChange(account="agreement")),
    Row("project not linked", PAUSE, HALT, ((403, "projectNotLinked"),), Denied, then=ConsoleChange(account="project")),
    Row("unknown package", PAUSE, HALT, ((404, "notFound"),), Misconfigured, package="com.acme.other"),
    Row("quota used up", PAUSE, HALT, ((429, "rateLimitExceeded"),), Unreachable, then=ConsoleChange(quota=(1, 1))),
    # releases (G7 to G14, G26, G27)
    Row("a thousandth more", PROMOTE, ours(userFraction=0.501), share="0.501", taken=True),
    Row("to everybody", PROMOTE, ours(status="completed", userFraction=None), share="1", taken=True),
    Row("a running share lowered", PROMOTE, ours(userFraction=0.2), (BAD,), Refused, share="0.2", seen=False),
    Row("resumed at a lower share", RESUME, ours(status="inProgress", userFraction=0.2), start=HALTED,
        share="0.2", taken=True),
    Row("a completed release halted", PAUSE, HALT_FULL, first=FULL, taken=True),
    Row("the one before violates policy", PAUSE, HALT_FULL, (BAD,), Refused, first=FULL,
        then=ConsoleChange(bad_past=True)),
    Row("a completed internal release halted", PAUSE, HALT_FULL, (BAD,), Refused, phase=INTERNAL, seen=False),
    Row("fully released, then staged", RESUME, ours(status="inProgress", userFraction=0.5), (BAD,), Refused,
        first=FULL, share="0.5", seen=False),
    Row("an app that was never published", PAUSE, HALT, (BAD,), Refused, then=ConsoleChange(draft_app=True)),
    Row("unknown track", PAUSE, HALT, ((404, "trackNotFound"),), Misconfigured, phase=NIGHTLY, seen=False),
    Row("a new build in the place of the halted one", RESTART, begun("4202", "4099", "4120", without=CODE),
        start=HALTED, share="0.1", rollout=a_build("4202"), taken=True),
    Row("a build that was never uploaded", RESTART, begun("9999"), ((404, "apkNotFound"),), Misconfigured,
        share="0.1", rollout=a_build("9999")),
    Row("a version code below the one that all have", RESTART, begun("4100"), ((403, "forbidden"),), Refused,
        start=PlayStart(uploaded=("4100",)), share="0.1", rollout=a_build("4100")),
)  # fmt: skip


def phase_track(row: Row) -> str:
    """The track that a row is about."""
    return row.phase.track or "production"


@pytest.mark.parametrize("row", ROWS, ids=[row.about for row in ROWS])
def test_googles_client_and_ours_are_answered_alike(row):
    theirs, mine = World(row.start), World(row.start)
    theirs.console(row.first)
    mine.console(row.first)
    untouched = mine.stands()
    theirs.console(row.then)
    theirs.meanwhile = row.meanwhile()
    terms = {"changesInReviewBehavior": "ERROR_IF_IN_REVIEW", **row.terms}
    by_theirs = by_google(theirs, row.package, phase_track(row), row.body, terms)
    mine.meanwhile = row.meanwhile()
    rollout, then = row.rollout, row.then
    by_mine, error = by_ours(mine, row.package, rollout, row.intent, lambda: mine.console(then), look=row.seen)
    assert by_mine == by_theirs
    assert (by_mine.taken, by_mine.refusals, by_mine.open_edits) == (row.taken, row.refused, 0)
    assert (error is None) if row.told is None else isinstance(error, row.told), error
    assert (releases_of(by_mine.store) != releases_of(untouched)) == row.taken


def releases_of(stands: str) -> str:
    """The releases alone, without where the review stands."""
    tracks, served, _ = json.loads(stands)
    return json.dumps([tracks, served], sort_keys=True)


WRONG: tuple[tuple[str, str, Body, Refusal], ...] = (
    ("completed with a fraction", "production", ours(status="completed"), BAD),
    ("draft with a fraction", "production", ours(status="draft"), BAD),
    ("completed with a fraction of 0", "production", ours(status="completed", userFraction=0), BAD),
    ("all users as a fraction", "production", ours(userFraction=1.0), (400, "rolloutFractionOutOfBound")),
    ("nobody as a fraction", "production", ours(userFraction=0.0), (400, "rolloutFractionOutOfBound")),
    ("halted without a fraction", "production", ours(status="halted", userFraction=None), (400, "required")),
    ("an unknown status", "production", ours(status="paused"), (400, "invalidValue")),
    ("another priority", "production", ours(inAppUpdatePriority=5), BAD),
    ("fewer countries", "production", ours(countryTargeting={"countries": ["AT"]}), BAD),
    ("the first release of a track staged", "beta", begun(CODE), BAD),
)


@pytest.mark.parametrize(("track", "body", "refusal"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_bodies_that_no_plan_of_ours_makes_are_refused_to_both(track, body, refusal):
    theirs, mine = World(START), World(START)
    untouched = mine.stands()
    by_theirs = by_google(theirs, PACKAGE, track, body, {"changesInReviewBehavior": "ERROR_IF_IN_REVIEW"})
    by_mine, error = by_our_calls(mine, track, body)
    assert by_mine == by_theirs
    assert (by_mine.taken, by_mine.refusals, by_mine.open_edits) == (False, (refusal,), 0)
    assert isinstance(error, Refused)
    assert by_mine.store == untouched
