"""The edit cycle: insert, get, update, validate where it is worth it, commit; else deleted (stores.md G1)."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any, TypeVar

from providers.google_play.api import PlayApi
from providers.google_play.consents import commit_terms
from providers.google_play.errors import Concurrent, EditCommitted, EditLost, OneCompleted
from providers.google_play.planning import arguments
from providers.google_play.states import ShareRead
from providers.google_play.tracks import (
    COMPLETED,
    DRAFT,
    HALTED,
    IN_PROGRESS,
    Committed,
    Target,
    added,
    find,
    giving_way,
    releases,
    rewritten,
    started,
)
from rollout_tui.domain.actions import Change
from rollout_tui.domain.releases import ReleaseState
from rollout_tui.domain.words import plain_percent
from rollout_tui.ports import Clock, ProviderError, Refused, StateDiffers

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

_CYCLES = 2
"""Whole cycles in all, where an edit is lost or somebody changes the app at the same moment."""
_BACK_OFF = (0.5, 2.0)
"""Bounds in seconds of the wait before another cycle after a 409; drawn anew each time."""
_TIDY_UP = 3.0
"""Seconds that deleting an edit may take; it would expire by itself."""

_STATUSES = frozenset({DRAFT, IN_PROGRESS, HALTED, COMPLETED})

Describe = Callable[[ShareRead], ReleaseState]
"""What an edit showed, as the state that a person is shown."""


class Edit:
    """An open edit."""

    def __init__(self, api: PlayApi, edit_id: str) -> None:
        self._api, self._id = api, edit_id
        self._closed = False

    async def track(self, track: str) -> Mapping[str, Any]:
        """The track's document in this edit."""
        return await self._noting_loss(self._api.track(self._id, track))

    async def update(self, track: str, body: Mapping[str, Any]) -> None:
        """Replace the track's document in this edit; nothing is live before the commit."""
        await self._noting_loss(self._api.update(self._id, track, body))

    async def validate(self) -> None:
        """Let Play look at the edit as a commit would."""
        await self._noting_loss(self._api.validate(self._id))

    async def commit(self, terms: Mapping[str, str]) -> None:
        """Make it live on these terms. Raises OutcomeUnknown when no answer came."""
        try:
            await self._noting_loss(self._api.commit(self._id, terms))
        except EditCommitted:
            _log.info("the commit had arrived before")
        self._closed = True

    async def delete_unless_committed(self) -> None:
        """Leave nothing open behind us."""
        if self._closed:
            return
        try:
            async with asyncio.timeout(_TIDY_UP):
                await self._api.delete(self._id)
        except (ProviderError, TimeoutError) as error:
            _log.info("an edit stays open until it expires: %s", type(error).__name__)

    async def _noting_loss(self, call: Awaitable[_T]) -> _T:
        try:
            return await call
        except EditLost:
            self._closed = True
            raise


@asynccontextmanager
async def open_edit(api: PlayApi) -> AsyncIterator[Edit]:
    """A new edit, deleted at the end whatever happens unless it was committed."""
    edit = Edit(api, await api.insert())
    try:
        yield edit
    finally:
        await edit.delete_unless_committed()


async def read_share(api: PlayApi, build: str, tracks: Sequence[str], also: Sequence[str], clock: Clock) -> ShareRead:
    """The committed share, by an edit that lives for a moment: on the first of `tracks` that holds the build."""
    async with open_edit(api) as edit:
        shown = ShareRead(tracks[0], None, clock.now())
        for track in tracks:
            document = await edit.track(track)
            read = _shown(track, document, build, clock)
            if track == tracks[0] or read.committed is not None:
                shown = read
            if read.committed is not None:
                break
        beside = {track: find(await edit.track(track), build) for track in also if track != shown.track}
        return ShareRead(shown.track, shown.committed, shown.as_of, shown.others, beside)


class ChangeCycle:
    """Carries out one planned change, reading again before each try."""

    def __init__(self, api: PlayApi, clock: Clock, describe: Describe) -> None:
        self._api, self._clock, self._describe = api, clock, describe

    async def perform(self, change: Change, seen: ReleaseState | None) -> None:
        """Raises StateDiffers, Refused, OutcomeUnknown, Unreachable, Denied; a sent commit is never sent again."""
        lost: ProviderError | None = None
        for _ in range(_CYCLES):
            try:
                await self._once(arguments(change), seen)
            except EditLost as error:
                lost = error
            except Concurrent as error:
                lost = error
                await self._clock.sleep(random.SystemRandom().uniform(*_BACK_OFF))
            else:
                return
        raise Refused(
            f"nothing was changed: {lost.message if lost else 'the edit was lost'}, {_CYCLES} times in a row",
            "look who else changes this app now (CI, the Play Console), then try again",
        ) from lost

    async def _once(self, wanted: Mapping[str, str], seen: ReleaseState | None) -> None:
        track, build = wanted["track"], wanted["build"]
        async with open_edit(self._api) as edit:
            document = await edit.track(track)
            body = self._body(wanted, document, _shown(track, document, build, self._clock), seen)
            await self._update(edit, track, body, build)
            for other in filter(None, wanted.get("also", "").split(",")):
                await self._add_where_missing(edit, other, body, build)
            if wanted.get("validate"):
                await edit.validate()
            await edit.commit(commit_terms(wanted.get("allowed", "").split(",")))

    def _body(
        self, wanted: Mapping[str, str], document: Mapping[str, Any], shown: ShareRead, seen: ReleaseState | None
    ) -> dict[str, Any]:
        """The track to send back. Raises StateDiffers where it is not what the person saw."""
        build = wanted["build"]
        if wanted["verb"] == "start":
            self._check_startable(shown)
            return started(document, build, wanted["name"], Target.of_share(Decimal(wanted["share"])))
        return rewritten(document, build, self._target(wanted, shown, seen))

    def _check_startable(self, shown: ShareRead) -> None:
        """A restart is for a build that nobody gets yet."""
        if shown.committed is not None and shown.committed.status != DRAFT:
            raise StateDiffers(f"Google Play shows {shown.committed.status} already.", self._describe(shown))

    async def _update(self, edit: Edit, track: str, body: Mapping[str, Any], build: str) -> None:
        """Send the whole track back. Where ours completes, Play may want the full release before it to give way."""
        try:
            await edit.update(track, body)
        except OneCompleted:
            alone = giving_way(body, build)
            if len(alone["releases"]) == len(body["releases"]):
                raise
            await edit.update(track, alone)

    def _target(self, wanted: Mapping[str, str], shown: ShareRead, seen: ReleaseState | None) -> Target:
        ours = shown.committed
        if ours is None:
            raise StateDiffers(f"{wanted['build']} is not on {shown.track}.", self._describe(shown))
        halting = wanted["verb"] == "halt"
        target = Target.halting(ours) if halting else Target.of_share(Decimal(wanted["share"]))
        if ours.status == HALTED if halting else ours.is_at(target):
            raise StateDiffers(f"Google Play shows {ours.status} already.", self._describe(shown))
        difference = None if seen is None else _difference(seen, ours)
        if difference is not None:
            raise StateDiffers(difference, self._describe(shown))
        if ours.status == DRAFT:
            raise Refused("the release is a draft that nobody gets", "roll it out or discard it in the Play Console")
        return target

    async def _add_where_missing(self, edit: Edit, track: str, source: Mapping[str, Any], build: str) -> None:
        document = await edit.track(track)
        if find(document, build) is None:
            await edit.update(track, added(document, source, build, Target(COMPLETED)))


def _shown(track: str, document: Mapping[str, Any], build: str, clock: Clock) -> ShareRead:
    ours = find(document, build)
    others = tuple(release for release in releases(document) if release != ours)
    return ShareRead(track, ours, clock.now(), others)


def _difference(seen: ReleaseState, ours: Committed) -> str | None:
    """What changed since the person looked, in a sentence; only what that person could see is compared."""
    if seen.status in _STATUSES and seen.status != ours.status:
        return f"Google Play now says {ours.status}; you saw {seen.status}. Look again."
    if seen.share is not None and seen.share != ours.share:
        now = "no share" if ours.share is None else plain_percent(ours.share)
        return f"Google Play now says {now}; you saw {plain_percent(seen.share)}. Look again."
    return None
