"""The App Store as a store: TestFlight, App Review and the phased release of one app."""

from __future__ import annotations

import time
from dataclasses import replace

from providers.app_store import planning
from providers.app_store.api import open_api
from providers.app_store.changes import SAFE, Changes
from providers.app_store.errors import AlreadySo, NotFound
from providers.app_store.facts import Facts
from providers.app_store.finding import Finder
from providers.app_store.options import AppStoreOptions
from providers.app_store.rate import BELIEVED
from providers.app_store.sale import Sale, planned
from providers.app_store.states import compose
from rollout_tui.domain.actions import Change, Intent
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.releases import PhaseKind, ReleaseState
from rollout_tui.ports import ProviderContext, Refused, StateDiffers, Unreachable


class AppStore:
    """One app in App Store Connect."""

    def __init__(self, options: AppStoreOptions, context: ProviderContext) -> None:
        self._clock = context.clock
        self._api = open_api(options, context)
        self._finder = Finder(self._api, options.bundle_id, context.clock)
        self._changes = Changes(self._api, self._finder)
        self._sale = Sale(self._api)
        self._facts: dict[str, Facts] = {}

    @property
    def label(self) -> str:
        """For people."""
        return planning.STORE

    async def read(self, rollout: RolloutPlan, *, share: bool) -> ReleaseState:
        """The state of our build; a share costs nothing here, so `share` only says that a person or an action asks.

        Plain polls stop while the key's budget is down to what actions may need (A20).
        """
        rate = self._api.rate
        if rate is not None and not share and rate.reserved(time.monotonic()):
            raise Unreachable(
                f"polling rests: {rate}, kept for actions",
                "u asks all the same; other tools may share this key",
                BELIEVED,
            )
        facts = await self._finder.facts(rollout)
        rate = self._api.rate
        if rate is not None and rate.low:
            facts = replace(facts, notes=(*facts.notes, f"App Store Connect: {rate}"))
        self._facts[rollout.build] = facts
        state = compose(rollout, facts, self._clock.now())
        return state if rate is None else replace(state, budget=rate.budget)

    def plan(self, rollout: RolloutPlan, intent: Intent, seen: ReleaseState | None) -> Change:
        """The change in Apple's terms; no call. Raises Impossible."""
        known = self._facts.get(rollout.build)
        return planning.plan(planning.Scene(rollout, intent, seen, known, self._clock.now()))

    async def perform(self, rollout: RolloutPlan, change: Change, seen: ReleaseState | None) -> None:
        """Read again, compare, change once. See ports.Store.perform."""
        wanted = dict(change.arguments)
        facts, state = await self._read_again(rollout, safe=bool(SAFE & {wanted["verb"], wanted.get("state", "")}))
        if state is not None:
            _raise_where_it_differs(change, seen, state)
        try:
            await self._changes.perform(rollout, wanted, facts)
        except AlreadySo as error:
            await self._settle(rollout, change, error)
        except NotFound as error:
            raise Refused(f"nothing was changed: {error.message}", "u reads it again") from error

    def plan_removal(self, rollout: RolloutPlan, seen: ReleaseState) -> Change:
        """Taking the app off sale in Apple's terms; no call. See ports.RemovesFromSale."""
        return planned(rollout, seen)

    async def remove_from_sale(self, rollout: RolloutPlan, change: Change, seen: ReleaseState | None) -> None:
        """Read again, compare, then switch off every country. See ports.RemovesFromSale."""
        facts, state = await self._read_again(rollout, safe=False)
        if state is not None:
            _raise_where_it_differs(change, seen, state)
        await self._sale.end(facts.app)

    async def close(self) -> None:
        """Nothing is held between calls."""

    async def _read_again(self, rollout: RolloutPlan, safe: bool) -> tuple[Facts, ReleaseState | None]:
        """The present facts; for what only reaches fewer people the last known ones do where no answer comes."""
        try:
            facts = await self._finder.facts(rollout)
        except Unreachable:
            known = self._facts.get(rollout.build)
            if known is None or not safe:
                raise
            return known, None
        self._facts[rollout.build] = facts
        return facts, compose(rollout, facts, self._clock.now())

    async def _settle(self, rollout: RolloutPlan, change: Change, error: AlreadySo) -> None:
        """“Already has this value” and “final state” are believed only where reading shows it (A6)."""
        _, state = await self._read_again(rollout, safe=False)
        if state is None or not change.expects.met_by(state):
            shows = "" if state is None else f"; it shows {state.status}"
            raise Refused(f"nothing was changed: {error.message}{shows}", "u reads it again")


def _raise_where_it_differs(change: Change, seen: ReleaseState | None, state: ReleaseState) -> None:
    """Stop where the store shows the change already, or is not what the person saw."""
    if change.expects.met_by(state):
        raise StateDiffers(f"The App Store shows {state.status} already.", state)
    if seen is not None and _what_matters(seen) != _what_matters(state):
        raise StateDiffers(f"The App Store now says {state.status}; you saw {seen.status}. Look again.", state)


def _what_matters(state: ReleaseState) -> tuple[object, ...]:
    """What a change depends on. Day and share of the ladder move by themselves, and so do beta states."""
    status = None if state.kind is PhaseKind.TESTERS else state.status
    return (state.build, state.version, state.word, state.kind, status)
