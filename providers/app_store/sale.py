"""Removal from sale: every country of the app is switched off, one call each (A8). Never a pause.

Apple has no call that does it at once: the app's availability can be created, not changed, so each country's own is.
Where it stops between two countries, done again it goes on with those that are left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from providers.app_store.api import AscApi, segment
from providers.app_store.errors import NotFound
from providers.app_store.facts import REMOVED
from providers.app_store.planning import STORE
from rollout_tui.domain.actions import Change, Expectation, FieldChange
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.releases import PhaseKind, ReleaseState, StateWord
from rollout_tui.ports import Impossible, OutcomeUnknown, ProviderError, Refused, Unreachable

_AT_ONCE = 8
"""Countries that are switched off side by side: all of them in some seconds, not in minutes."""
_KIND = "territoryAvailabilities"


def planned(rollout: RolloutPlan, seen: ReleaseState) -> Change:
    """Take the app off sale: what no pause ever does (A8). Raises Impossible where this version is not in the store."""
    build = f"{rollout.version} ({rollout.build})"
    if seen.status in REMOVED:
        raise Impossible("the app is removed from sale already", "App Store Connect, Pricing and Availability")
    if seen.kind is not PhaseKind.PHASED:
        raise Impossible(
            f"{build} is not in the store: removal would take the versions before it from everybody",
            "p is enough: nobody gets it from the store",
        )
    over = seen.word is StateWord.DONE
    ladder = () if over else (f"The phased release of {build} ends for good: this version never gets one again.",)
    return Change(
        store=STORE,
        headline=f"{STORE}: the app is removed from sale in every country, with all of its versions and platforms.",
        fields=(
            FieldChange("app", "on sale", "off sale"),
            *(() if over else (FieldChange("phased release", seen.status, "ended"),)),
        ),
        effects=(
            "Nobody finds, buys, downloads or updates the app; nobody gets a fix either while it is off.",
            f"Those who have {build} keep it, and it goes on running.",
            *ladder,
            "One call a country: where it stops between, doing it again goes on with the rest.",
            "Apple may take up to 24 hours to show it everywhere.",
        ),
        way_back="by hand: App Store Connect, Pricing and Availability, country by country; then everybody gets "
        f"{rollout.version} at once",
        expects=Expectation(status="DEVELOPER_REMOVED_FROM_SALE"),
        irreversible=not over,
        arguments=(("verb", "remove_from_sale"), ("version", rollout.version), ("build", rollout.build)),
    )


class Sale:
    """The countries in which one app is sold."""

    def __init__(self, api: AscApi) -> None:
        self._api = api

    async def end(self, app: str) -> None:
        """Switch every country off that is on. Raises OutcomeUnknown where some are off and some are not."""
        selling = await self._selling(app)
        if not selling:
            raise Refused("the app is for sale in no country", "u reads it again")
        self._raise_without_budget(len(selling))
        done = 0
        for start in range(0, len(selling), _AT_ONCE):
            some = selling[start : start + _AT_ONCE]
            ended = await asyncio.gather(*(self._switch_off(one) for one in some), return_exceptions=True)
            failed = [error for error in ended if error is not None]
            done += len(some) - len(failed)
            if failed:
                raise _stopped(failed, done, len(selling))

    async def _selling(self, app: str) -> list[str]:
        """Ids of the countries that are on; one that does not say so is taken for on."""
        try:
            answer = await self._api.get(f"/v1/apps/{segment(app)}/appAvailabilityV2")
        except NotFound:
            answer = None
        if answer is None or not answer.data:
            raise Refused("App Store Connect tells no countries of this app", "remove it in App Store Connect by hand")
        path = f"/v2/appAvailabilities/{segment(answer.data[0].id)}/{_KIND}"
        pages = await self._api.get_all(path, {f"fields[{_KIND}]": "available", "limit": "200"})
        return [one.id for page in pages for one in page.data if one.attributes.get("available") is not False]

    def _raise_without_budget(self, wanted: int) -> None:
        rate = self._api.rate
        if rate is not None and rate.remaining < wanted:
            raise Unreachable(
                f"it takes {wanted} requests, one a country, and there are {rate}; nothing was changed",
                "wait for the hour, or do it in App Store Connect, Pricing and Availability",
            )

    async def _switch_off(self, territory: str) -> None:
        body = {"data": {"type": _KIND, "id": territory, "attributes": {"available": False}}}
        await self._api.change("PATCH", f"/v1/{_KIND}/{segment(territory)}", body)


def _stopped(failed: Sequence[BaseException], done: int, of: int) -> BaseException:
    """What a stop between two countries means: as it came where surely none is off, else that it is half done."""
    first = failed[0]
    if not isinstance(first, ProviderError):
        return first
    if not done and not any(isinstance(error, OutcomeUnknown) for error in failed):
        return first
    return OutcomeUnknown(
        f"off sale in {done} of {of} countries, then it stopped: {first.message}",
        "do it again: it goes on with the rest",
    )
