"""Google Play's publishing API as a state machine: edits, tracks, releases (stores.md 2, G1 to G28)."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from rollout_tui.rehearsal.exposure import ExposureLog
from rollout_tui.rehearsal.scenarios import PACKAGE, PlayStart
from rollout_tui.rehearsal.stores import play_account as account
from rollout_tui.rehearsal.stores.play_bodies import Document, PlayError, check_types
from rollout_tui.rehearsal.stores.play_changes import ConsoleChange
from rollout_tui.rehearsal.stores.play_console import carry_out
from rollout_tui.rehearsal.stores.play_losses import SHAPES, Loss, busy, committed, deleted, expired
from rollout_tui.rehearsal.stores.play_quota import Quota
from rollout_tui.rehearsal.stores.play_reviews import PUBLISHED, CommitTerms, ReviewDesk
from rollout_tui.rehearsal.stores.play_rules import (
    Past,
    check_reach,
    check_release,
    first_tracks,
    newest,
    served_share,
    settled,
)

_EDIT_LIFE = 7200.0
_MOST_LISTED = 20
_STAGE = "RELEASE_LIFECYCLE_STATE_"


@dataclass(slots=True)
class Edit:
    """A transaction: a copy of the tracks as they were when it was opened."""

    id: str
    user: str
    opened: float
    expires: float
    tracks: dict[str, Document]
    state: str = "open"
    """open, deleted (by its owner), invalidated (by another edit or the console), committed."""
    shape: str = SHAPES[0]
    """How its loss is told."""


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
    script: list[tuple[float, ConsoleChange]] = field(default_factory=list)
    """What others will do, and when (epoch seconds), in order."""
    losses: list[Loss] = field(default_factory=list)
    denied: str = ""
    list_closed: bool = False
    bad_past: bool = False
    draft_app: bool = False
    same_edit: float = 0.0
    busy_until: float = 0.0
    quota: Quota = field(init=False)
    tracks: dict[str, Document] = field(default_factory=dict)
    """What was committed: an edit sees it."""
    served: dict[str, Document] = field(default_factory=dict)
    """What users get: what was committed, unless it still waits for somebody who sends it for review."""
    _shown: list[tuple[float, dict[str, Document]]] = field(default_factory=list)
    _full: dict[str, list[Document]] = field(default_factory=dict)
    _edits: dict[str, Edit] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.quota = Quota(self.now)
        self.tracks = first_tracks(self.start)
        self.served = copy.deepcopy(self.tracks)
        self._shown = [(float("-inf"), self.served)]
        self._note_full()

    @property
    def uploaded(self) -> frozenset[str]:
        """Version codes that Play has, on a track or not."""
        start = self.start
        return frozenset({*start.retained, start.version_code, start.old_version_code, *start.uploaded})

    def called(self, step: str) -> None:
        """A call of that name begins. Raises PlayError where it ends here."""
        self.settle()
        self.quota.take()
        account.check(self.denied, step)
        if step == "releases" and self.list_closed:
            account.check("permission", step)
        if step == "commit" and self.now() < self.busy_until:
            raise busy()
        if self.losses and self.losses[0].step == step:
            self._invalidate(self._edits.values(), self.losses.pop(0).shape)

    # --- edits -------------------------------------------------------------------------------------------------

    def insert(self, user: str) -> Edit:
        """Open an edit; the user's former one is invalid from now on (G2)."""
        mine = [edit for edit in self._edits.values() if edit.user == user]
        last = mine[-1] if mine else None
        if last is not None and last.state == "open" and self.now() - last.opened < self.same_edit:
            return last
        self._invalidate(mine)
        number, now = next(self._numbers), self.now()
        edit = Edit(f"{number:020d}", user, now, now + _EDIT_LIFE, copy.deepcopy(self.tracks))
        self._edits[edit.id] = edit
        return edit

    def edit(self, edit_id: str) -> Edit:
        """A usable edit. Raises PlayError in one of the shapes in which edits are lost (G3)."""
        edit = self._edits.get(edit_id)
        if edit is None:
            raise PlayError(404, "NOT_FOUND", f"Edit not found: {edit_id}.", "editNotFound")
        if edit.state == "committed":
            raise committed()
        if edit.state != "open":
            raise deleted(edit.shape)
        if self.now() >= edit.expires:
            raise expired()
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
        for release in releases:
            release.setdefault("versionCodes", [])
            check_release(release, self.uploaded, draft_app=self.draft_app)
        kept = settled(self.tracks[track], releases, Past(tuple(self._full.get(track, ())), self.bad_past))
        after: Document = {"track": track, "releases": kept}
        self.edit(edit_id).tracks[track] = after
        return after

    def validate(self, edit_id: str) -> Edit:
        """Look at the edit as a commit would."""
        edit = self.edit(edit_id)
        check_reach(edit.tracks.values())
        return edit

    def commit(self, edit_id: str, terms: CommitTerms) -> Edit:
        """Make the edit live, if the review lets it pass; every other edit is invalid from then on (G2)."""
        edit = self.validate(edit_id)
        self.review.let_pass(terms)
        edit.state = "committed"
        self.commit_tracks(edit.tracks)
        if terms.not_sent:
            self.review.hold()
        else:
            self.send()
        return edit

    # --- what is served ------------------------------------------------------------------------------------------

    def send(self) -> None:
        """What was committed is sent for review; without one, and without managed publishing, users get it."""
        self.review.sent(self.now())
        if self.review.stage == PUBLISHED:
            self.publish()

    def publish(self) -> None:
        """What was committed goes to the users, everything at once (G28)."""
        now = self.now()
        self.review.stage = PUBLISHED
        self.served = copy.deepcopy(self.tracks)
        self._shown.append((now + self.lag, self.served))
        self._note_full()
        build = self.start.version_code
        self.exposure.set(now, build, served_share(self.served["production"], build))

    def settle(self) -> None:
        """What came due by itself: what others do, and the end of a review."""
        while self.script and self.script[0][0] <= self.now():
            carry_out(self, self.script.pop(0)[1])
        self.review.settle(self.now())
        if self.review.stage == PUBLISHED and self.tracks != self.served:
            self.publish()

    def lifecycle(self, track: str) -> list[Document]:
        """The edit-free releases of a track, as they show by now."""
        shown = _of(self._visible(), track)["releases"]
        waiting = [
            release for release in self.tracks[track]["releases"] if release not in self.served[track]["releases"]
        ]
        codes = {newest(release) for release in waiting}
        every = [
            *(_lifecycle(track, release, self.review.stage) for release in waiting),
            *(
                _lifecycle(track, release, "DRAFT" if release["status"] == "draft" else "PUBLISHED")
                for release in shown
                if newest(release) not in codes
            ),
        ]
        return every[:_MOST_LISTED]

    def commit_tracks(self, tracks: dict[str, Document]) -> None:
        """Tracks as they are from now on, whoever changed them; every open edit is invalid (G2)."""
        self.tracks = copy.deepcopy(tracks)
        self._invalidate(self._edits.values())

    def _visible(self) -> dict[str, Document]:
        now = self.now()
        return next(tracks for since, tracks in reversed(self._shown) if since <= now)

    def _note_full(self) -> None:
        for name, track in self.served.items():
            known = self._full.setdefault(name, [])
            there = {newest(release) for release in known}
            full = [one for one in track["releases"] if one["status"] == "completed" and newest(one) not in there]
            known.extend(sorted(copy.deepcopy(full), key=newest))

    @staticmethod
    def _invalidate(edits: Iterable[Edit], shape: str = SHAPES[0]) -> None:
        for edit in edits:
            if edit.state == "open":
                edit.state, edit.shape = "invalidated", shape


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
