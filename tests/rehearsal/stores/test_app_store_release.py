"""The legal way of a release through the rehearsed App Store Connect, from the group of testers to everybody."""

from __future__ import annotations

from tests.rehearsal.stagehand import DAY, HOUR, NOW
from tests.rehearsal.stores.apple_desk import PHASED


async def test_from_the_group_through_review_to_everybody(desk_in):
    desk = desk_in("testflight")
    book, clock = desk.book, desk.clock
    opened = (await desk.send("POST", "/v1/reviewSubmissions", desk.new_submission(), 201))["data"]["id"]
    path = f"/v1/reviewSubmissions/{opened}"
    await desk.send("POST", "/v1/reviewSubmissionItems", desk.item(opened), 201)
    assert (await desk.version())["attributes"]["appVersionState"] == "READY_FOR_REVIEW"
    (item,) = (await desk.get(f"{path}/items", include="appStoreVersion"))["data"]
    assert item["relationships"]["appStoreVersion"]["data"]["id"] == book.VERSION_ID
    sent = await desk.send("PATCH", path, desk.submission(opened, submitted=True), 200)
    assert sent["data"]["attributes"]["state"] == "WAITING_FOR_REVIEW"
    for hours, state in ((7, "IN_REVIEW"), (14, "PENDING_DEVELOPER_RELEASE")):
        clock.time += hours * HOUR
        assert (await desk.version())["attributes"]["appVersionState"] == state
    created = await desk.send("POST", f"/v1/{PHASED}", desk.of_the_version(PHASED), 201)
    assert created["data"]["attributes"]["phasedReleaseState"] == "INACTIVE"
    await desk.send(
        "POST", "/v1/appStoreVersionReleaseRequests", desk.of_the_version("appStoreVersionReleaseRequests"), 201
    )
    assert book.version_state == "PROCESSING_FOR_DISTRIBUTION"
    clock.time += HOUR
    phased = await desk.get(f"/v1/appStoreVersions/{book.VERSION_ID}/appStoreVersionPhasedRelease")
    assert phased["data"]["attributes"]["phasedReleaseState"] == "ACTIVE"
    assert phased["data"]["attributes"]["currentDayNumber"] == 1
    assert book.version_state == "READY_FOR_DISTRIBUTION"
    for state in ("PAUSED", "ACTIVE", "COMPLETE"):
        changed = await desk.send("PATCH", desk.phased_path, desk.phased(state), 200)
        assert changed["data"]["attributes"]["phasedReleaseState"] == state
    assert book.exposure.share_at("87", clock.time) == 1


async def test_the_ladder_stands_while_paused_and_ends_by_itself(desk_in):
    desk = desk_in("phased")
    path = f"/v1/appStoreVersions/{desk.book.VERSION_ID}/appStoreVersionPhasedRelease"

    async def seen() -> tuple[str, int, int]:
        said = (await desk.get(path))["data"]["attributes"]
        return said["phasedReleaseState"], said["currentDayNumber"], said["totalPauseDuration"]

    assert await seen() == ("ACTIVE", 3, 0)
    await desk.send("PATCH", desk.phased_path, desk.phased("PAUSED"), 200)
    desk.clock.time += 2.5 * DAY
    assert await seen() == ("PAUSED", 3, 2)
    await desk.send("PATCH", desk.phased_path, desk.phased("ACTIVE"), 200)
    desk.clock.time += DAY
    assert await seen() == ("ACTIVE", 4, 2)
    desk.clock.time += 4 * DAY
    assert (await seen())[0] == "COMPLETE"


async def test_each_step_of_the_ladder_is_offered_when_it_is_due_even_where_nobody_looked(desk_in):
    desk = desk_in("waiting")
    await desk.send("POST", f"/v1/{PHASED}", desk.of_the_version(PHASED), 201)
    body = desk.of_the_version("appStoreVersionReleaseRequests")
    await desk.send("POST", "/v1/appStoreVersionReleaseRequests", body, 201)
    phased = desk.book.phased.id
    desk.clock.time += 2.5 * DAY
    desk.book.set_phased(phased, "PAUSED")
    desk.clock.time += DAY
    desk.book.set_phased(phased, "ACTIVE")
    desk.clock.time += 10 * DAY
    await desk.get("/v1/apps")
    steps = [(offer.at, str(offer.share)) for offer in desk.book.exposure.offers if offer.at >= NOW]
    live = NOW + 600
    assert steps == [
        (live, "0.01"),
        (live + DAY, "0.02"),
        (live + 2 * DAY, "0.05"),
        (NOW + 2.5 * DAY, "0"),
        (NOW + 3.5 * DAY, "0.05"),
        (live + 4 * DAY, "0.1"),
        (live + 5 * DAY, "0.2"),
        (live + 6 * DAY, "0.5"),
        (live + 7 * DAY, "1"),
    ]
    assert desk.book.phased.state == "COMPLETE"


async def test_a_withdrawn_submission_is_over_after_a_moment_and_the_version_can_be_sent_again(desk_in):
    desk = desk_in("review")
    ident = desk.book.submissions[0].id
    changed = await desk.send("PATCH", f"/v1/reviewSubmissions/{ident}", desk.submission(ident, canceled=True), 200)
    assert changed["data"]["attributes"]["state"] == "CANCELING"
    desk.clock.time += 60
    (found,) = (await desk.get("/v1/reviewSubmissions", **{"filter[app]": desk.book.APP, "filter[platform]": "IOS"}))[
        "data"
    ]
    assert found["attributes"]["state"] == "COMPLETE"
    assert desk.book.version_state == "DEVELOPER_REJECTED"
    again = (await desk.send("POST", "/v1/reviewSubmissions", desk.new_submission(), 201))["data"]["id"]
    await desk.send("POST", "/v1/reviewSubmissionItems", desk.item(again), 201)
    await desk.send("PATCH", f"/v1/reviewSubmissions/{again}", desk.submission(again, submitted=True), 200)
    assert desk.book.version_state == "WAITING_FOR_REVIEW"


async def test_taking_the_build_out_of_the_group_stops_its_spread_among_testers(desk_in):
    desk = desk_in("testflight")
    path = f"/v1/betaGroups/{desk.book.GROUP_ID}/relationships/builds"
    await desk.send("DELETE", path, desk.builds(), 204)
    assert (await desk.get(path))["data"] == []
    assert desk.book.exposure.share_at("87", NOW) == 0
    await desk.send("POST", path, desk.builds(), 204)
    assert (await desk.get(path))["data"] == desk.builds()
    assert desk.book.exposure.share_at("87", NOW) == 1


async def test_an_inactive_ladder_can_be_taken_back(desk_in):
    desk = desk_in("waiting")
    await desk.send("POST", f"/v1/{PHASED}", desk.of_the_version(PHASED), 201)
    answer = await desk.http.delete(desk.phased_path)
    assert answer.status_code == 204
    assert desk.book.phased is None


async def test_changing_calls_are_logged_the_refused_ones_too(desk_in):
    desk = desk_in("phased")
    await desk.get("/v1/apps")
    await desk.send("PATCH", desk.phased_path, desk.phased("PAUSED"), 200)
    await desk.send("PATCH", desk.phased_path, desk.phased("PAUSED"), 409)
    assert [(call["method"], call["path"], call["status"]) for call in desk.log.of("app_store")] == [
        ("PATCH", desk.phased_path, 200),
        ("PATCH", desk.phased_path, 409),
    ]
    assert desk.log.of("app_store")[0]["body"]["data"] == desk.phased("PAUSED")
