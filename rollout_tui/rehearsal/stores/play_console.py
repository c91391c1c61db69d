"""What people and other tools do to an app from outside: in the Play Console, in Google Cloud, by CI."""

from __future__ import annotations

import copy
from dataclasses import fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rollout_tui.rehearsal.stores.play_bodies import Document, PlayError, check_names
from rollout_tui.rehearsal.stores.play_changes import ConsoleChange
from rollout_tui.rehearsal.stores.play_losses import Loss
from rollout_tui.rehearsal.stores.play_rules import check_release, with_latest_full, without_older_staged

if TYPE_CHECKING:
    from rollout_tui.rehearsal.stores.play import PlayBook


_NAMES = frozenset(field.name for field in fields(ConsoleChange))


def change_of(body: Any) -> ConsoleChange:
    """From a JSON object. Raises PlayError for names that are none."""
    check_names(body, _NAMES)
    given = dict(body or {})
    if "losses" in given:
        given["losses"] = tuple((str(step), str(shape)) for step, shape in given["losses"])
    if given.get("quota") is not None:
        given["quota"] = (float(given["quota"][0]), float(given["quota"][1]))
    return ConsoleChange(**given)


def carry_out(book: PlayBook, change: ConsoleChange) -> None:
    """Do it. Raises PlayError where Play would not let a person do that either."""
    desk = book.review
    _set(desk, running=change.in_review, by_hand=change.send_by_hand, managed=change.managed)
    _set(desk, takes=change.review_takes, approves=change.approves)
    _set(book, denied=change.account, list_closed=change.list_closed, bad_past=change.bad_past)
    _set(book, draft_app=change.draft_app, same_edit=change.same_edit)
    book.losses.extend(Loss(step, shape) for step, shape in change.losses)
    if change.busy is not None:
        book.busy_until = book.now() + change.busy
    if change.quota is not None:
        book.quota.set(*change.quota)
    if change.build is not None:
        _write(book, change, change.build)
    if change.send:
        book.send()
    if change.publish:
        book.publish()


def _set(target: Any, **values: Any) -> None:
    for name, value in values.items():
        if value is not None:
            setattr(target, name, value)


def _write(book: PlayBook, change: ConsoleChange, build: str) -> None:
    """Change a release, or put a new one on the track; it is sent for review at once."""
    tracks = copy.deepcopy(book.tracks)
    if change.track not in tracks:
        raise PlayError(404, "NOT_FOUND", f"Track not found: {change.track}.", "trackNotFound")
    releases: list[Document] = tracks[change.track]["releases"]
    release = next((found for found in releases if build in found["versionCodes"]), None)
    if release is None:
        if build not in book.uploaded:
            raise PlayError(404, "NOT_FOUND", f"No release of {change.track} holds {build}.")
        release = {"name": change.name or build, "versionCodes": [build]}
        releases.insert(0, release)
    release["status"] = change.status or ""
    release.pop("userFraction", None)
    if change.fraction is not None:
        release["userFraction"] = float(Decimal(str(change.fraction)))
    check_release(release, frozenset(release["versionCodes"]))
    kept = without_older_staged(book.tracks[change.track]["releases"], releases)
    tracks[change.track]["releases"] = with_latest_full(kept)
    book.commit_tracks(tracks)
    book.send()
