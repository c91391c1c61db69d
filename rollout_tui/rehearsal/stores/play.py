"""Google Play's publishing API as a state machine: edits, tracks, releases (stores.md 2, G1 to G28)."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from rollout_tui.rehearsal.exposure import ExposureLog
from rollout_tui.rehearsal.scenarios import OLD_VERSION, PACKAGE, VERSION, PlayStart
from rollout_tui.rehearsal.stores.play_bodies import Document, PlayError, check_types

_EDIT_LIFE = 7200.0
_STATUSES = frozenset({"draft", "inProgress", "halted", "completed"})


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
    tracks: dict[str, Document] = field(default_factory=dict)
    _shown: list[tuple[float, dict[str, Document]]] = field(default_factory=list)
    _edits: dict[str, Edit] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.tracks = _first_tracks(self.start)
        self._shown = [(float("-inf"), copy.deepcopy(self.tracks))]

    # --- edits -------------------------------------------------------------------------------------------------

    def insert(self, user: str) -> Edit:
        """Open an edit; the user's former one is invalid from now on (G2)."""
        for edit in self._edits.values():
            if edit.user == user and edit.state == "open":
                edit.state = "invalidated"
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
        tracks = self.edit(edit_id).tracks
        if track not in tracks:
            raise PlayError(404, "NOT_FOUND", f"Track not found: {track}.", "trackNotFound")
        return tracks[track]

    def update(self, edit_id: str, track: str, body: Document) -> Document:
        """Put a track into the edit; its releases are checked as Play checks them."""
        before = self.track(edit_id, track)
        releases: list[Document] = copy.deepcopy(body.get("releases", []))
        check_types(releases)
        known = {code for release in before["releases"] for code in release["versionCodes"]}
        for release in releases:
            release.setdefault("versionCodes", [])
            _check_release(release, known)
        _check_track(before, releases)
        after: Document = {"track": track, "releases": releases}
        self.edit(edit_id).tracks[track] = after
        return after

    def validate(self, edit_id: str) -> Edit:
        """Look at the edit as a commit would."""
        return self.edit(edit_id)

    def commit(self, edit_id: str) -> Edit:
        """Make the edit live; every other edit is invalid from now on (G2)."""
        edit = self.edit(edit_id)
        edit.state = "committed"
        self._publish(edit.tracks)
        return edit

    # --- the console, and what is served ----------------------------------------------------------------------------

    def console(self, build: str, status: str, fraction: Decimal | None) -> None:
        """Somebody changes a release by hand in the Play Console."""
        tracks = copy.deepcopy(self.tracks)
        for track in tracks.values():
            for release in track["releases"]:
                if build in release["versionCodes"]:
                    release["status"] = status
                    release.pop("userFraction", None)
                    if fraction is not None:
                        release["userFraction"] = float(fraction)
        self._publish(tracks)

    def lifecycle(self, track: str) -> list[Document]:
        """The edit-free releases of a track, as they show by now."""
        tracks = self._visible()
        if track not in tracks:
            raise PlayError(404, "NOT_FOUND", f"Track not found: {track}.", "trackNotFound")
        return [
            {
                "track": track,
                "releaseName": release.get("name", ""),
                "releaseLifecycleState": _LIFECYCLE[release["status"]],
                "activeArtifacts": [{"versionCode": int(code)} for code in release["versionCodes"]],
            }
            for release in tracks[track]["releases"]
        ]

    def _publish(self, tracks: dict[str, Document]) -> None:
        now = self.now()
        self.tracks = copy.deepcopy(tracks)
        self._shown.append((now + self.lag, copy.deepcopy(tracks)))
        for edit in self._edits.values():
            if edit.state == "open":
                edit.state = "invalidated"
        for release in tracks.get("production", {}).get("releases", []):
            if self.start.version_code in release["versionCodes"]:
                self.exposure.set(now, self.start.version_code, served_share(release))

    def _visible(self) -> dict[str, Document]:
        now = self.now()
        return next(tracks for since, tracks in reversed(self._shown) if since <= now)


_LIFECYCLE = {
    "draft": "RELEASE_LIFECYCLE_STATE_DRAFT",
    "inProgress": "RELEASE_LIFECYCLE_STATE_PUBLISHED",
    "halted": "RELEASE_LIFECYCLE_STATE_PUBLISHED",
    "completed": "RELEASE_LIFECYCLE_STATE_PUBLISHED",
}


def served_share(release: Document) -> Decimal:
    """The share of users that a release is offered to."""
    if release["status"] == "completed":
        return Decimal(1)
    return Decimal(str(release["userFraction"])) if release["status"] == "inProgress" else Decimal(0)


def _first_tracks(start: PlayStart) -> dict[str, Document]:
    running: Document = {
        "name": VERSION,
        "versionCodes": [*start.retained, start.version_code],
        "status": start.status,
        "countryTargeting": {"countries": ["AT", "CH", "DE"], "includeRestOfWorld": True},
        "releaseNotes": [
            {"language": "en-US", "text": "Faster connects, fewer drops."},
            {"language": "de-DE", "text": "Schnellere Verbindungen, weniger Abbrüche."},
        ],
        "inAppUpdatePriority": 2,
    }
    if start.status in ("inProgress", "halted"):
        running["userFraction"] = float(start.share)
    full: Document = {
        "name": OLD_VERSION,
        "versionCodes": [start.old_version_code],
        "status": "completed",
        "releaseNotes": [{"language": "en-US", "text": "Bug fixes."}],
    }
    internal: Document = {"name": VERSION, "versionCodes": [start.version_code], "status": "completed"}
    return {
        "production": {"track": "production", "releases": [running, full]},
        "beta": {"track": "beta", "releases": []},
        "internal": {"track": "internal", "releases": [internal]},
    }


def _check_release(release: Document, known: set[str]) -> None:
    status, fraction = release.get("status"), release.get("userFraction")
    if status not in _STATUSES:
        raise PlayError(400, "INVALID_ARGUMENT", f"Invalid value for status: {status}.", "invalidValue")
    if status in ("completed", "draft"):
        if fraction is not None:
            raise PlayError(400, "INVALID_ARGUMENT", f"{status.upper()} release must not have fraction.")
    elif fraction is None:
        raise PlayError(400, "INVALID_ARGUMENT", f"Release with status {status} must have a user fraction.", "required")
    elif fraction >= 1:
        message = "User fraction must be lower than one."
        raise PlayError(400, "INVALID_ARGUMENT", message, "rolloutFractionOutOfBound")
    elif fraction <= 0:
        message = "User fraction must be greater than zero."
        raise PlayError(400, "INVALID_ARGUMENT", message, "rolloutFractionOutOfBound")
    missing = [code for code in release.get("versionCodes", []) if code not in known]
    if missing:
        message = f"The following APK version codes could not be found: {', '.join(missing)}."
        raise PlayError(404, "NOT_FOUND", message, "apkNotFound")


def _check_track(before: Document, releases: list[Document]) -> None:
    if sum(release["status"] == "completed" for release in releases) > 1:
        codes = [code for release in releases if release["status"] == "completed" for code in release["versionCodes"]]
        was = [release for release in before["releases"] if release["status"] == "completed"]
        newest = max(codes, key=int)
        if any(newest in release["versionCodes"] for release in was) or len(was) > 1:
            raise PlayError(400, "INVALID_ARGUMENT", "Only one completed release is allowed.")
        # Completing the new release retires the full one before it.
        releases[:] = [r for r in releases if r["status"] != "completed" or newest in r["versionCodes"]]
    for release in releases:
        old = next((r for r in before["releases"] if r["versionCodes"] == release.get("versionCodes")), None)
        if old is not None and old["status"] == "completed" and release["status"] == "inProgress":
            raise PlayError(400, "INVALID_ARGUMENT", "Fully released can not be staged.")
