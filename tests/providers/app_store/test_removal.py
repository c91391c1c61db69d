"""Removal from sale: no pause, every country once, stopped between two of them, told with what it ends (A8)."""

from __future__ import annotations

from decimal import Decimal

import httpx
import pytest

from rollout_tui.domain.actions import ActionKind, Change
from rollout_tui.domain.releases import PhaseKind, StateWord
from rollout_tui.ports import Impossible, OutcomeUnknown, Refused, RemovesFromSale, StateDiffers, Unreachable
from rollout_tui.rehearsal.stores.apple_sale import COUNTRIES
from tests.providers.app_store.desk import HOUR, PHASED, Desk, error

SWITCH = "/v1/territoryAvailabilities/"


async def removal(desk: Desk) -> Change:
    """Look, plan; the calls written down from here are those of the removal alone."""
    seen = await desk.see()
    change = desk.store.plan_removal(desk.rollout, seen)
    desk.wire.requests.clear()
    return change


async def remove(desk: Desk) -> Change:
    seen = await desk.see()
    change = await removal(desk)
    await desk.store.remove_from_sale(desk.rollout, change, seen)
    return change


def switched(desk: Desk) -> list[str]:
    return [path.removeprefix(SWITCH) for method, path, _ in desk.wire.changes if path.startswith(SWITCH)]


async def test_it_says_what_it_ends_and_what_it_leaves(desk_in):
    change = await removal(desk_in("phased"))
    assert (
        change.headline
        == "App Store: the app is removed from sale in every country, with all of its versions and platforms."
    )
    assert [(field.name, field.after) for field in change.fields] == [("app", "off sale"), ("phased release", "ended")]
    assert "The phased release of 4.2.0 (87) ends for good: this version never gets one again." in change.effects
    assert "Those who have 4.2.0 (87) keep it, and it goes on running." in change.effects
    assert "by hand: App Store Connect, Pricing and Availability" in change.way_back
    assert change.irreversible


async def test_planning_it_makes_no_call(desk_in):
    desk = desk_in("phased")
    await removal(desk)
    assert desk.wire.requests == []


async def test_every_country_is_switched_off_once_and_the_store_shows_it(desk_in):
    desk = desk_in("phased")
    change = await remove(desk)
    assert sorted(switched(desk)) == sorted(f"sale-{code}" for code in COUNTRIES)
    bodies = [data for _, _, data in desk.wire.changes]
    assert all(body["attributes"] == {"available": False} for body in bodies)
    state = await desk.see()
    assert change.expects.met_by(state)
    assert (state.word, state.status, state.share) == (StateWord.UNKNOWN, "DEVELOPER_REMOVED_FROM_SALE", None)
    assert state.notes[0].startswith("removed from sale")
    assert desk.book.phased is None, "the ladder is over for good"


async def test_a_version_that_is_not_in_the_store_is_no_reason_to_take_the_app_away(desk_in):
    for stage in ("testflight", "review", "waiting"):
        with pytest.raises(Impossible, match="would take the versions before it from everybody"):
            await removal(desk_in(stage))


async def test_without_a_ladder_nothing_of_it_is_said(desk_in):
    desk = desk_in("phased")
    desk.book.phased = None
    change = await removal(desk)
    assert not change.irreversible
    assert not any("phased release" in text for text in (*change.effects, *(field.name for field in change.fields)))


async def test_done_before_changes_nothing_and_says_so(desk_in):
    desk = desk_in("phased")
    seen = await desk.see()
    change = await removal(desk)
    await desk.store.remove_from_sale(desk.rollout, change, seen)
    desk.wire.requests.clear()
    with pytest.raises(StateDiffers, match="shows DEVELOPER_REMOVED_FROM_SALE already"):
        await desk.store.remove_from_sale(desk.rollout, change, seen)
    assert switched(desk) == []
    seen = await desk.see()
    with pytest.raises(Impossible, match="removed from sale already"):
        desk.store.plan_removal(desk.rollout, seen)
    for kind in (ActionKind.PAUSE, ActionKind.RESUME, ActionKind.PROMOTE):
        with pytest.raises(Impossible, match="removed from sale: nobody gets it"):
            desk.plan(kind, seen, PHASED)


async def test_what_changed_since_the_person_looked_stops_it(desk_in):
    desk = desk_in("phased")
    seen = await desk.see()
    change = await removal(desk)
    desk.book.set_phased(desk.book.phased.id, "PAUSED")
    with pytest.raises(StateDiffers, match="now says PAUSED; you saw ACTIVE"):
        await desk.store.remove_from_sale(desk.rollout, change, seen)
    assert switched(desk) == []


async def test_a_stop_between_two_countries_leaves_the_outcome_open_and_done_again_it_goes_on(desk_in):
    desk = desk_in("phased")
    seen = await desk.see()
    change = await removal(desk)

    def at_france(request: httpx.Request) -> httpx.Response | None:
        return error(409, "STATE_ERROR", "not now") if request.url.path.endswith("sale-FRA") else None

    desk.wire.before = at_france
    with pytest.raises(OutcomeUnknown, match=r"off sale in 23 of 52 countries, then it stopped: .*not now") as stopped:
        await desk.store.remove_from_sale(desk.rollout, change, seen)
    assert "goes on with the rest" in stopped.value.remedy
    assert (await desk.see()).status == "ACTIVE", "as long as one country sells it, it is on sale"
    desk.wire.before = None
    desk.wire.requests.clear()
    await desk.store.remove_from_sale(desk.rollout, change, seen)
    assert len(switched(desk)) == len(COUNTRIES) - 23
    assert change.expects.met_by(await desk.see())


async def test_a_first_country_that_is_refused_means_that_nothing_was_changed(desk_in):
    desk = desk_in("phased")
    seen = await desk.see()
    change = await removal(desk)
    no = error(403, "FORBIDDEN_ERROR", "This key may not")
    desk.wire.before = lambda request: no if request.method == "PATCH" else None
    with pytest.raises(Exception, match="this API key may not do that"):
        await desk.store.remove_from_sale(desk.rollout, change, seen)
    assert len(switched(desk)) == 8, "no more than those that were under way"


async def test_a_lost_answer_is_not_repeated(desk_in):
    desk = desk_in("phased")
    seen = await desk.see()
    change = await removal(desk)

    def lost(request: httpx.Request) -> httpx.Response | None:
        if request.method == "PATCH":
            raise httpx.ReadTimeout("no answer")
        return None

    desk.wire.before = lost
    with pytest.raises(OutcomeUnknown, match="off sale in 0 of 52 countries"):
        await desk.store.remove_from_sale(desk.rollout, change, seen)
    assert len(switched(desk)) == len(set(switched(desk))) == 8


async def test_it_is_not_begun_where_the_keys_hour_would_end_in_the_middle(desk_in):
    desk = desk_in("phased")
    seen = await desk.see()
    change = await removal(desk)

    def few(request: httpx.Request) -> httpx.Response | None:
        if "territory" not in request.url.path:
            return None
        listed = [{"type": "territoryAvailabilities", "id": f"t{n}", "attributes": {}} for n in range(60)]
        return httpx.Response(
            200, json={"data": listed}, headers={"x-rate-limit": "user-hour-lim:3600;user-hour-rem:40"}
        )

    desk.wire.before = few
    with pytest.raises(Unreachable, match="it takes 60 requests, one a country, and there are 40 of 3,600"):
        await desk.store.remove_from_sale(desk.rollout, change, seen)
    assert switched(desk) == []


async def test_an_app_whose_countries_are_not_told_is_removed_by_hand(desk_in):
    desk = desk_in("phased")
    seen = await desk.see()
    change = await removal(desk)
    none = error(404, "NOT_FOUND", "There is no resource of type 'appAvailabilities'")
    desk.wire.before = lambda request: none if request.url.path.endswith("appAvailabilityV2") else None
    with pytest.raises(Refused, match="tells no countries"):
        await desk.store.remove_from_sale(desk.rollout, change, seen)


async def test_no_pause_ever_touches_a_country(desk_in):
    for stage in ("testflight", "review", "phased"):
        desk = desk_in(stage, since=-2.0)
        await desk.act(ActionKind.PAUSE)
        assert switched(desk) == []
        assert not desk.book.sale.off
    assert isinstance(desk.store, RemovesFromSale)


async def test_back_on_sale_the_version_is_everybodys_without_a_ladder(desk_in):
    desk = desk_in("phased")
    await remove(desk)
    desk.book.sale.switch("sale-CHE", available=True)
    desk.clock.time += HOUR
    state = await desk.see()
    assert (state.word, state.kind, state.share) == (StateWord.DONE, PhaseKind.PHASED, Decimal(1))
    with pytest.raises(Impossible, match="without a phased release"):
        desk.plan(ActionKind.PAUSE, state, PHASED)
