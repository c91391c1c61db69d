"""Google Play's publishing API as a state machine: edits, tracks, releases (stores.md 2, G1 to G28)."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from rollout_tui.rehearsal.exposure import ExposureLog
from rollout_tui.rehearsal.scenarios import PACKAGE, PlayStart
from rollout_tui.rehearsal.stores.play_bodies import Document, PlayError, check_types
from rollout_tui.rehearsal.stores.play_rules import (
    check_release,
    first_tracks,
    has_full_release,
    newest,
    served_share,
    settled,
)

_EDIT_LIFE = 7200.0
_STAGE = "RELEASE_LIFECYCLE_STATE_"


@dataclass(frozen=True, slots=True)
class CommitTerms:
    """How a commit is to meet Google's review: the two query parameters, with Google's defaults."""

    in_review: str = "CANCEL_IN_REVIEW_AND_SUBMIT"
    not_sent: bool = False


@dataclass(slots=True)
class ReviewDesk:
    """What Google's review and the app's state ask of a commit (G15, G16); a person sets it in the console."""

    running: bool = False
    """A review of other changes is running."""
    by_hand: bool = False
    """Changes of this app must be sent for review by a person."""
    canceled: int = 0
    """How many running reviews a commit has canceled and submitted anew."""

    def let_pass(self, terms: CommitTerms) -> None:
        """Raises PlayError where the commit must not be; the edit stays as it was."""
        if self.running and terms.in_review == "ERROR_IF_IN_REVIEW":
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
        if self.running:
            self.canceled += 1


@dataclass(slots=True)
class Edit:
    """A transaction: a copy of the tracks as they were when it was opened."""

    id: str
    user: str
    expires: float
    tracks: dict[str, Document]
    state: str = "open"
    """open, deleted (by its owner), invalidated (by another edit or the console), committed."""


@dataclass(slots=True)
class PlayBook:
    """One package. `exposure` is told what a commit serves; `now` is the rehearsal's clock."""

    start: PlayStart
    exposure: ExposureLog
    now: Callable[[], float]
    package: str = PACKAGE
    lag: float = 0.0
    """Seconds until a committed change shows in the answers."""
    review: ReviewDesk = field(default_factory=ReviewDesk)
    tracks: dict[str, Document] = field(default_factory=dict)
    """What was committed: an edit sees it."""
    served: dict[str, Document] = field(default_factory=dict)
    """What users get: what was committed, unless it still waits for somebody who sends it for review."""
    _shown: list[tuple[float, dict[str, Document]]] = field(default_factory=list)
    _once_full: set[str] = field(default_factory=set)
    _edits: dict[str, Edit] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.tracks = first_tracks(self.start)
        self.served = copy.deepcopy(self.tracks)
        self._shown = [(float("-inf"), self.served)]
        self._note_full()

    # --- edits -------------------------------------------------------------------------------------------------

    def insert(self, user: str) -> Edit:
        """Open an edit; the user's former one is invalid from now on (G2)."""
        self._invalidate(edit for edit in self._edits.values() if edit.user == user)
        number = next(self._numbers)
        edit = Edit(f"{number:020d}", user, self.now() + _EDIT_LIFE, copy.deepcopy(self.tracks))
        self._edits[edit.id] = edit
        return edit

    def edit(self, edit_id: str) -> Edit:
        """A usable edit. Raises PlayError in one of the shapes in which edits are lost (G3)."""
        edit = self._edits.get(edit_id)
        if edit is None:
            raise PlayError(404, "NOT_FOUND", f"Edit not found: {edit_id}.", "editNotFound")
        if edit.state == "committed":
            raise PlayError(400, "FAILED_PRECONDITION", "This Edit has already been successfully committed.")
        if edit.state != "open":
            raise PlayError(400, "FAILED_PRECONDITION", "This Edit has been deleted.", "editDeleted")
        if self.now() >= edit.expires:
            message = "This edit has expired, please create a new Edit."
            raise PlayError(400, "FAILED_PRECONDITION", message, "editExpired")
        return edit

    def delete(self, edit_id: str) -> None:
        """Throw an edit away."""
        self.edit(edit_id).state = "deleted"

    def track(self, edit_id: str, track: str) -> Document:
        """A track as the edit sees it."""
        return _of(self.edit(edit_id).tracks, track)

    def update(self, edit_id: str, track: str, body: Document) -> Document:
        """Put a track into the edit; its releases are checked as Play checks them."""
        self.track(edit_id, track)
        releases: list[Document] = copy.deepcopy(body.get("releases", []))
        check_types(releases)
        uploaded = frozenset({*self.start.retained, self.start.version_code, self.start.old_version_code})
        for release in releases:
            release.setdefault("versionCodes", [])
            check_release(release, uploaded)
        kept = settled(self.tracks[track], releases, had_full_release=track in self._once_full)
        after: Document = {"track": track, "releases": kept}
        self.edit(edit_id).tracks[track] = after
        return after

    def validate(self, edit_id: str) -> Edit:
        """Look at the edit as a commit would."""
        return self.edit(edit_id)

    def commit(self, edit_id: str, terms: CommitTerms) -> Edit:
        """Make the edit live, if the review lets it pass; every other edit is invalid from then on (G2)."""
        edit = self.edit(edit_id)
        self.review.let_pass(terms)
        edit.state = "committed"
        self._commit(edit.tracks)
        if not terms.not_sent:
            self.send()
        return edit

    # --- the console, and what is served ----------------------------------------------------------------------------

    def console(self, build: str, status: str, fraction: Decimal | None, track: str = "production") -> None:
        """Somebody changes a release by hand in the Play Console; it is sent for review at once."""
        tracks = copy.deepcopy(self.tracks)
        releases = _of(tracks, track)["releases"]
        release = next((found for found in releases if build in found["versionCodes"]), None)
        if release is None:
            raise PlayError(404, "NOT_FOUND", f"No release of {track} holds {build}.")
        release["status"] = status
        release.pop("userFraction", None)
        if fraction is not None:
            release["userFraction"] = float(fraction)
        check_release(release, frozenset(release["versionCodes"]))
        self._commit(tracks)
        self.send()

    def send(self) -> None:
        """What was committed goes to the users."""
        now = self.now()
        self.served = copy.deepcopy(self.tracks)
        self._shown.append((now + self.lag, self.served))
        self._note_full()
        build = self.start.version_code
        self.exposure.set(now, build, served_share(self.served["production"], build))

    def lifecycle(self, track: str) -> list[Document]:
        """The edit-free releases of a track, as they show by now."""
        shown = _of(self._visible(), track)["releases"]
        waiting = [
            release for release in self.tracks[track]["releases"] if release not in self.served[track]["releases"]
        ]
        codes = {newest(release) for release in waiting}
        return [
            *(_lifecycle(track, release, "NOT_SENT_FOR_REVIEW") for release in waiting),
            *(
                _lifecycle(track, release, "DRAFT" if release["status"] == "draft" else "PUBLISHED")
                for release in shown
                if newest(release) not in codes
            ),
        ]

    def _commit(self, tracks: dict[str, Document]) -> None:
        self.tracks = copy.deepcopy(tracks)
        self._invalidate(self._edits.values())

    def _visible(self) -> dict[str, Document]:
        now = self.now()
        return next(tracks for since, tracks in reversed(self._shown) if since <= now)

    def _note_full(self) -> None:
        self._once_full |= {name for name, track in self.served.items() if has_full_release(track)}

    @staticmethod
    def _invalidate(edits: Iterable[Edit]) -> None:
        for edit in edits:
            if edit.state == "open":
                edit.state = "invalidated"


def _of(tracks: dict[str, Document], track: str) -> Document:
    if track not in tracks:
        raise PlayError(404, "NOT_FOUND", f"Track not found: {track}.", "trackNotFound")
    return tracks[track]


def _lifecycle(track: str, release: Document, stage: str) -> Document:
    return {
        "track": track,
        "releaseName": release.get("name", ""),
        "releaseLifecycleState": _STAGE + stage,
        "activeArtifacts": [{"versionCode": int(code)} for code in release["versionCodes"]],
    }
