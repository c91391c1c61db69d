"""Google Play as a store: read without harm, change by one short edit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from providers.google_account.signin import sign_in
from providers.google_play import planning
from providers.google_play.api import PlayApi, refusal
from providers.google_play.edits import ChangeCycle, read_share
from providers.google_play.errors import Concurrent, EditLost
from providers.google_play.lock import Busy, NoLock, PackageLock, default_folder
from providers.google_play.options import GooglePlayOptions
from providers.google_play.scene import STORE, Scene
from providers.google_play.states import Listing, ShareRead, compose, listing
from rollout_tui.domain.actions import ActionKind, Change, Intent
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.releases import ReleaseState
from rollout_tui.ports import ProviderContext, ProviderError, ShareHeld, Unreachable

SCOPE = "https://www.googleapis.com/auth/androidpublisher"

_READ_WAIT = 2.0
"""Seconds that reading a share waits for another edit on this host: it can come later."""
_ACTION_WAIT = 15.0
"""Seconds that an action waits; longer than a share read may take."""
_CLOSED = frozenset({403, 404})
"""Answers by which an account learns that it may not list releases without an edit (stores.md 2.1)."""


class GooglePlayStore:
    """One package on Google Play."""

    def __init__(self, options: GooglePlayOptions, context: ProviderContext, locks: Path | None = None) -> None:
        self._options = options
        self._clock = context.clock
        self._sign_in = sign_in(options, SCOPE, context)
        self._api = PlayApi(context.http, options.base_url, options.package, self._sign_in)
        self._lock = PackageLock(default_folder() if locks is None else locks, options.package, options.base_url)
        self._listings: dict[str, Listing] = {}
        self._shares: dict[str, ShareRead] = {}
        self._turn = 0

    @property
    def label(self) -> str:
        """For people."""
        return STORE

    async def read(self, rollout: RolloutPlan, *, share: bool) -> ReleaseState:
        """Lifecycle without an edit; the committed share by a short one when it is asked for (G2, G18).

        Without a new share the last one is shown with its age. An account that may not list without an edit is read
        by edits alone, hence seldom, and the note says so. While another process of this host has the edit, what is
        known without it comes in a ShareHeld.
        """
        await self._sign_in.ahead()
        listed, closed = await self._list(rollout, wide=share)
        notes: tuple[str, ...] = () if closed is None else (f"read by edits only, seldom: {closed.message}",)
        busy: Busy | None = None
        if share:
            try:
                notes += await self._read_share(rollout, listed)
            except Busy as error:
                busy = error
        shared = self._shares.get(rollout.build)
        if shared is None and closed is not None:
            raise busy or closed
        state = compose(rollout, listed, shared, self._clock.now(), notes)
        if busy is None:
            return state
        waits = f"the share waits for another process of this host: {busy.holder}"
        raise ShareHeld(waits, busy.remedy, replace(state, notes=(waits, *state.notes)))

    def plan(self, rollout: RolloutPlan, intent: Intent, seen: ReleaseState | None) -> Change:
        """The change in Play's terms; no call. Raises Impossible."""
        track = intent.phase.track or self._options.track
        if intent.kind is not ActionKind.RESTART and seen is not None and seen.track is not None:
            track = seen.track
        shared = self._shares.get(rollout.build)
        return planning.plan(Scene(rollout, intent, seen, track, shared))

    async def perform(self, rollout: RolloutPlan, change: Change, seen: ReleaseState | None) -> None:
        """Insert, get, compare, update, commit: four round trips for a pause. See ports.Store.perform."""
        cycle = ChangeCycle(self._api, self._clock, lambda shared: self._describe(rollout, shared))
        halting = planning.arguments(change)["verb"] == "halt"
        try:
            async with self._lock.held(f"changing {self._options.package}", _ACTION_WAIT):
                await cycle.perform(change, seen)
        except NoLock:
            # Nothing was sent yet. Halting is the safe direction and does not depend on a folder of this host.
            if not halting:
                raise
            await cycle.perform(change, seen)

    async def close(self) -> None:
        """Nothing is held between calls."""

    def _describe(self, rollout: RolloutPlan, shared: ShareRead) -> ReleaseState:
        self._shares[rollout.build] = shared
        listed = self._listings.get(rollout.build)
        known = listed if listed is not None and listed.find(rollout.build) is not None else None
        return compose(rollout, known if shared.committed is not None else None, shared, self._clock.now())

    async def _list(self, rollout: RolloutPlan, *, wide: bool) -> tuple[Listing | None, ProviderError | None]:
        """The first track, from the last phase down, that holds the build; or why none can be listed."""
        first: Listing | None = None
        for track in self._looked_at(rollout, wide=wide):
            answer = await self._api.releases(track)
            error = refusal(answer)
            if error is not None and answer.status not in _CLOSED:
                raise error
            if error is not None:
                return None, error
            if not isinstance(answer.json, dict):
                raise Unreachable(f"{self.label} answered something that is no JSON object")
            found = listing(track, answer.json)
            if found.find(rollout.build) is not None:
                first = found
                break
            first = first or found
        if first is not None:
            self._listings[rollout.build] = first
        return first, None

    def _looked_at(self, rollout: RolloutPlan, *, wide: bool) -> list[str]:
        """One call a poll: the track that held the build last; all of them when the share is read, or in turns."""
        tracks = self._tracks(rollout)
        last = self._listings.get(rollout.build)
        if wide or last is None:
            return tracks
        if last.find(rollout.build) is not None:
            return [last.track]
        self._turn += 1
        return [tracks[self._turn % len(tracks)]]

    async def _read_share(self, rollout: RolloutPlan, listed: Listing | None) -> tuple[str, ...]:
        """Refresh what is known of the committed share; a note where that failed but the last one can still stand.

        Raises Busy while another process of this host has an edit.
        """
        known = rollout.build in self._shares
        tracks = self._tracks(rollout) if listed is None else [listed.track]
        also = list(dict.fromkeys(track for phase in rollout.phases for track in phase.also_tracks))
        try:
            async with self._lock.held("reading the share", _READ_WAIT):
                self._shares[rollout.build] = await read_share(self._api, rollout.build, tracks, also, self._clock)
        except Busy:
            raise
        except (Unreachable, EditLost, Concurrent) as error:
            if not known:
                raise
            return (f"the share was not read again: {error.message}",)
        except ProviderError as error:
            if listed is None:
                raise
            return (f"the share cannot be read: {error.message}",)
        return ()

    def _tracks(self, rollout: RolloutPlan) -> list[str]:
        """Tracks of the plan, the last phase's first."""
        named = [phase.track or self._options.track for phase in reversed(rollout.phases)]
        return list(dict.fromkeys(named)) or [self._options.track]
