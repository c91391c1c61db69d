"""What stands in every client's way at Apple: budgets, short windows, agreements; and a ladder's own rules."""

from __future__ import annotations

import itertools

import pytest

from rollout_tui.rehearsal.stores.apple_errors import AppleError
from rollout_tui.rehearsal.stores.apple_phased import BY_HAND, LADDER, STATES, PhasedRelease
from rollout_tui.rehearsal.stores.apple_start import Agreements, Newer, OtherTool
from tests.rehearsal.stagehand import DAY, HOUR, NOW
from tests.rehearsal.stores.apple_desk import PHASED


async def left(desk) -> tuple[int, int]:
    """Status, and what the header says is left."""
    answer = await desk.http.get("/v1/apps")
    return answer.status_code, int(answer.headers["x-rate-limit"].rpartition(":")[2].rstrip(";"))


# --- budgets (A20) -------------------------------------------------------------------------------------------------


async def test_another_tool_with_the_same_key_uses_it_up_and_leaves_what_it_says(desk_in):
    desk = desk_in("phased", hourly=100, other_tool=OtherTool(60, since=-0.5, until=2.0, leaves=10))
    assert await left(desk) == (200, 100 - 31 - 1)
    desk.clock.time += 600
    assert await left(desk) == (200, 100 - 41 - 2)
    desk.clock.time += HOUR
    status, rest = await left(desk)
    assert (status, 20 < rest < 60) == (200, True)
    desk.clock.time += 3 * HOUR
    assert await left(desk) == (200, 99)


async def test_the_other_tool_stops_before_the_last_requests(desk_in):
    desk = desk_in("phased", hourly=100, other_tool=OtherTool(3600, since=-0.5, until=2.0, leaves=10))
    assert [await left(desk) for _ in range(9)] == [(200, n) for n in range(9, 0, -1)]
    await desk.send("PATCH", desk.phased_path, desk.phased("PAUSED"), 200)
    assert await left(desk) == (429, 0)


async def test_a_burst_is_refused_with_much_of_the_hour_left(desk_in):
    desk = desk_in("phased")
    for _ in range(300):
        assert (await desk.http.get("/v1/apps")).status_code == 200
    answer = await desk.http.get("/v1/apps")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (429, "RATE_LIMIT_EXCEEDED")
    assert answer.headers["x-rate-limit"] == "user-hour-lim:3600;user-hour-rem:3300;"
    desk.clock.time += 60
    assert await left(desk) == (200, 3299)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nonsense"}])
async def test_every_answer_tells_the_budget(desk_in, headers):
    desk = desk_in("phased")
    for path in ("/v1/apps", "/v1/apps/none", "/v1/apps?colour=red"):
        async with desk.unchecked() as http:
            answer = await http.get(path, headers=headers)
        assert answer.headers["x-rate-limit"].startswith("user-hour-lim:3600;user-hour-rem:")


# --- agreements (A21) ----------------------------------------------------------------------------------------------


async def test_a_missing_agreement_is_in_the_way_of_changes_first_and_of_reads_later(desk_in):
    desk = desk_in("phased", agreements=Agreements(-1.0, 0.1))
    code = "FORBIDDEN.REQUIRED_AGREEMENTS_MISSING_OR_EXPIRED"
    await desk.refused("PATCH", desk.phased_path, desk.phased("PAUSED"), 403, code, "has not been signed")
    assert desk.book.phased.state == "ACTIVE"
    assert (await desk.http.get("/v1/apps")).status_code == 200
    desk.clock.time += 0.1 * HOUR
    answer = await desk.http.get("/v1/apps")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (403, code)


# --- the ladder (A1 to A7) -----------------------------------------------------------------------------------------

FINAL = "in a final state"
SAME = "already has this value"


@pytest.mark.parametrize(("before", "after"), itertools.product(STATES, STATES))
def test_only_the_four_changes_by_hand_are_made_from_any_state_to_any_other(before, after):
    phased = PhasedRelease("p", before, started=None if before == "INACTIVE" else NOW - DAY)
    phased.paused_at = NOW - 60 if before == "PAUSED" else None
    if (before, after) in BY_HAND:
        offered = phased.change(after, NOW)
        assert phased.state == after
        assert offered == {"PAUSED": 0, "COMPLETE": 1}.get(after, LADDER[phased.day(NOW) - 1])
        return
    with pytest.raises(AppleError) as refusal:
        phased.change(after, NOW)
    final = before == "COMPLETE" and after != before
    expected = FINAL if final else SAME if before == after else f"from {before} to {after}"
    assert expected in refusal.value.detail
    assert (refusal.value.status, phased.state) == (409, before)


async def test_an_apps_first_version_has_no_ladder(desk_in):
    desk = desk_in("waiting", first=True)
    body = desk.of_the_version(PHASED)
    await desk.refused("POST", f"/v1/{PHASED}", body, 409, "STATE_ERROR", "cannot be created")
    path = f"/v1/apps/{desk.book.APP}/appStoreVersions"
    assert len((await desk.get(path, **{"filter[platform]": "IOS"}))["data"]) == 1


async def test_a_ladder_is_inactive_until_the_version_is_live(desk_in):
    desk = desk_in("waiting")
    await desk.send("POST", f"/v1/{PHASED}", desk.of_the_version(PHASED), 201)
    body = desk.of_the_version("appStoreVersionReleaseRequests")
    await desk.send("POST", "/v1/appStoreVersionReleaseRequests", body, 201)
    path = f"/v1/appStoreVersions/{desk.book.VERSION_ID}/appStoreVersionPhasedRelease"
    said = (await desk.get(path))["data"]["attributes"]
    assert said == {"phasedReleaseState": "INACTIVE", "totalPauseDuration": 0, "currentDayNumber": 0}
    assert desk.book.exposure.share_at("87", desk.clock.time + 599) == 1
    desk.clock.time += 600
    said = (await desk.get(path))["data"]["attributes"]
    assert (said["phasedReleaseState"], said["currentDayNumber"]) == ("ACTIVE", 1)


async def test_pauses_add_up_and_day_thirty_changes_nothing_that_is_known(desk_in):
    desk = desk_in("phased", since=-707.2, paused=-655.2)
    path = f"/v1/appStoreVersions/{desk.book.VERSION_ID}/appStoreVersionPhasedRelease"

    async def seen() -> tuple[str, int, int]:
        said = (await desk.get(path))["data"]["attributes"]
        return said["phasedReleaseState"], said["currentDayNumber"], said["totalPauseDuration"]

    assert await seen() == ("PAUSED", 3, 27)
    desk.clock.time += 2.8 * DAY
    assert await seen() == ("PAUSED", 3, 30)
    await desk.send("PATCH", desk.phased_path, desk.phased("ACTIVE"), 200)
    desk.clock.time += DAY
    assert await seen() == ("ACTIVE", 4, 30)
    assert desk.book.exposure.share_at("87", desk.clock.time) == LADDER[3]


@pytest.mark.parametrize("paused", [False, True])
async def test_a_newer_version_ends_the_ladder_paused_or_not(desk_in, paused):
    desk = desk_in("phased", newer=Newer("4.2.1", "91", 0.5))
    if paused:
        await desk.send("PATCH", desk.phased_path, desk.phased("PAUSED"), 200)
    path = f"/v1/apps/{desk.book.APP}/appStoreVersions"

    async def states() -> list[tuple[str, str]]:
        said = [one["attributes"] for one in (await desk.get(path, **{"filter[platform]": "IOS"}))["data"]]
        return [(one["versionString"], one["appVersionState"]) for one in said]

    gone = ("4.1.3", "REPLACED_WITH_NEW_VERSION")
    live = "READY_FOR_DISTRIBUTION"
    assert await states() == [("4.2.1", "PENDING_DEVELOPER_RELEASE"), ("4.2.0", live), gone]
    desk.clock.time += 0.4 * HOUR
    assert (await states())[0] == ("4.2.1", "PROCESSING_FOR_DISTRIBUTION")
    desk.clock.time += 0.2 * HOUR
    assert await states() == [("4.2.1", live), ("4.2.0", "REPLACED_WITH_NEW_VERSION"), gone]
    phased = await desk.get(f"/v1/appStoreVersions/{desk.book.VERSION_ID}/appStoreVersionPhasedRelease")
    assert phased["data"]["attributes"]["phasedReleaseState"] == "COMPLETE"
    await desk.refused("PATCH", desk.phased_path, desk.phased("ACTIVE"), 409, "STATE_ERROR", FINAL)
    offers = desk.book.exposure
    assert (offers.share_at("87", desk.clock.time), offers.share_at("91", desk.clock.time)) == (0, 1)
