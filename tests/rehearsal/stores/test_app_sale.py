"""Countries and sale (A8): the last one that is switched off takes the app from everybody, and the ladder with it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from rollout_tui.rehearsal.stores.apple_sale import COUNTRIES
from tests.rehearsal.stagehand import NOW
from tests.rehearsal.stores.apple_desk import Desk

KIND = "territoryAvailabilities"


async def call(desk: Desk, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    """These calls are in no document at hand."""
    async with desk.unchecked() as http:
        answer = await http.request(method, path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def switch(desk: Desk, country: str, available: object = False, status: int = 200) -> Any:
    body = {"data": {"type": KIND, "id": f"sale-{country}", "attributes": {"available": available}}}
    return await call(desk, "PATCH", f"/v1/{KIND}/sale-{country}", body, status)


async def countries(desk: Desk, query: str = "?limit=200") -> Any:
    whole = await call(desk, "GET", f"/v1/apps/{desk.book.APP}/appAvailabilityV2")
    return await call(desk, "GET", f"/v2/appAvailabilities/{whole['data']['id']}/{KIND}{query}")


async def test_countries_are_found_from_the_app_in_pages(desk_in):
    desk = desk_in("phased")
    page = await countries(desk, "?limit=50")
    assert (len(page["data"]), page["meta"]["paging"]["total"]) == (50, len(COUNTRIES))
    assert all(one["attributes"]["available"] for one in page["data"])
    assert "next" in page["links"]


async def test_one_country_less_leaves_the_version_and_its_ladder_alone(desk_in):
    desk = desk_in("phased")
    told = await switch(desk, "CHE")
    assert told["data"]["attributes"]["available"] is False
    assert (await desk.version())["attributes"]["appStoreState"] == "READY_FOR_SALE"
    assert desk.book.phased is not None


async def test_without_any_country_the_older_family_says_removed_and_the_ladder_is_over_for_good(desk_in):
    desk = desk_in("phased")
    for country in COUNTRIES:
        await switch(desk, country)
    states = (await desk.version())["attributes"]
    assert (states["appStoreState"], states["appVersionState"]) == (
        "DEVELOPER_REMOVED_FROM_SALE",
        "READY_FOR_DISTRIBUTION",
    )
    assert "appStoreVersionPhasedRelease" not in json.dumps(await desk.version())
    assert desk.book.exposure.share_at("87", NOW + 1) == Decimal(0)
    await switch(desk, "CHE", available=True)
    assert (await desk.version())["attributes"]["appStoreState"] == "READY_FOR_SALE"
    assert desk.book.phased is None
    assert desk.book.exposure.share_at("87", NOW + 1) == Decimal(1)


async def test_in_testflight_the_versions_before_leave_the_store_and_testers_keep_theirs(desk_in):
    desk = desk_in("testflight")
    for country in COUNTRIES:
        await switch(desk, country)
    assert desk.book.in_group
    assert (await desk.version())["attributes"]["appVersionState"] == "PREPARE_FOR_SUBMISSION"


@pytest.mark.parametrize(("available", "status"), [("no", 409), (None, 409)])
async def test_a_country_is_on_or_off(desk_in, available, status):
    desk = desk_in("phased")
    await switch(desk, "CHE", available, status)
    assert not desk.book.sale.off


async def test_an_unknown_country_and_an_unknown_app_are_not_found(desk_in):
    desk = desk_in("phased")
    await switch(desk, "XXX", status=404)
    await call(desk, "GET", "/v1/apps/1/appAvailabilityV2", status=404)
    await call(desk, "GET", f"/v2/appAvailabilities/1/{KIND}", status=404)
