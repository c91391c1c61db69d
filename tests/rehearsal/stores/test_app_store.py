"""The rehearsed App Store Connect: every answer as Apple's document has it, and the transitions that Apple refuses."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import jwt
import pytest

from rollout_tui.rehearsal.stores.apple_token import make_key
from tests.rehearsal.stagehand import DAY, HOUR, NOW
from tests.rehearsal.stores.apple_desk import BASE, PHASED, claims, token

FINAL = "You cannot change the state of a phased release that is in a final state"
STAGES = ("testflight", "review", "waiting", "phased")


# --- reading -----------------------------------------------------------------------------------------------------

READS: tuple[tuple[str, dict[str, str]], ...] = (
    ("/v1/apps", {"filter[bundleId]": "com.acme.connect", "fields[apps]": "bundleId"}),
    ("/v1/apps/{app}/appStoreVersions", {"include": "build,appStoreVersionPhasedRelease", "filter[platform]": "IOS"}),
    ("/v1/reviewSubmissions", {"filter[app]": "{app}", "include": "items,appStoreVersionForReview"}),
    ("/v1/builds", {"filter[app]": "{app}", "filter[version]": "87", "include": "buildBetaDetail,betaGroups"}),
    ("/v1/appStoreVersions/{version}/build", {"fields[builds]": "version"}),
    ("/v1/builds/{build}/buildBetaDetail", {}),
    ("/v1/builds/{build}/metrics/betaBuildUsages", {}),
    ("/v1/builds", {"sort": "-uploadedDate", "filter[processingState]": "VALID", "limit[betaGroups]": "50"}),
    ("/v1/betaGroups", {"filter[name]": "QA"}),
    ("/v1/betaGroups/{group}/relationships/builds", {}),
    ("/v1/betaGroups/{group}/relationships/betaTesters", {"limit": "1"}),
)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(("path", "parameters"), READS, ids=[path for path, _ in READS])
async def test_every_read_is_answered_as_the_document_has_it_in_every_stage(desk_in, stage, path, parameters):
    desk = desk_in(stage)
    ids = {
        "app": desk.book.APP,
        "version": desk.book.VERSION_ID,
        "build": desk.book.BUILD_ID,
        "group": desk.book.GROUP_ID,
    }
    found = await desk.get(path.format(**ids), **{name: value.format(**ids) for name, value in parameters.items()})
    assert isinstance(found["data"], list | dict)
    assert "null" not in str(found).lower().split()
    assert found["links"]["self"].startswith(BASE)


async def test_what_is_not_there_is_left_out_and_never_null(desk_in):
    desk = desk_in("waiting")
    assert "appStoreVersionPhasedRelease" not in (await desk.version())["relationships"]
    await desk.send("POST", "/v1/reviewSubmissions", desk.new_submission(), 201)
    (submission,) = (
        await desk.get("/v1/reviewSubmissions", **{"filter[app]": desk.book.APP, "filter[platform]": "IOS"})
    )["data"]
    assert set(submission["attributes"]) == {"platform", "state"}
    assert set(submission["relationships"]) == {"app", "items"}
    created = await desk.send("POST", f"/v1/{PHASED}", desk.of_the_version(PHASED), 201)
    assert "startDate" not in created["data"]["attributes"]


async def test_the_version_before_is_listed_until_filters_leave_it_out(desk_in):
    desk = desk_in("waiting")
    old, new = "READY_FOR_DISTRIBUTION", "PENDING_DEVELOPER_RELEASE"
    path = f"/v1/apps/{desk.book.APP}/appStoreVersions"

    async def states(**query: str) -> list[str]:
        return [one["attributes"]["appVersionState"] for one in (await desk.get(path, **query))["data"]]

    assert await states() == ["IN_REVIEW", new, old, old]
    assert await states(**{"filter[platform]": "IOS"}) == [new, old]
    assert await states(**{"filter[platform]": "IOS", "filter[appVersionState]": f"IN_REVIEW,{old}"}) == [old]
    assert await states(**{"filter[appStoreState]": "READY_FOR_SALE"}) == [old, old]
    assert await states(**{"filter[platform]": "VISION_OS"}) == []
    assert await states(**{"filter[platform]": "TV_OS,IOS", "filter[versionString]": "4.2.0,9.9"}) == [new]
    body = desk.of_the_version("appStoreVersionReleaseRequests")
    await desk.send("POST", "/v1/appStoreVersionReleaseRequests", body, 201)
    desk.clock.time += HOUR
    assert await states(**{"filter[platform]": "IOS"}) == ["READY_FOR_DISTRIBUTION", "REPLACED_WITH_NEW_VERSION"]
    assert desk.book.exposure.share_at("87", desk.clock.time) == 1


async def test_builds_are_sorted_and_filtered_and_bring_along_what_they_link_to(desk_in):
    desk = desk_in("testflight")

    async def numbers(**query: str) -> list[str]:
        return [one["attributes"]["version"] for one in (await desk.get("/v1/builds", **query))["data"]]

    assert await numbers(sort="-uploadedDate") == ["87", "87", "82"]
    assert await numbers(sort="version", **{"filter[preReleaseVersion.platform]": "IOS"}) == ["82", "87"]
    assert await numbers(**{"filter[betaGroups]": desk.book.GROUP_ID}) == ["87"]
    assert await numbers(**{"filter[preReleaseVersion.version]": "4.1.3"}) == ["82"]
    assert await numbers(**{"filter[expired]": "true"}) == []
    assert await numbers(**{"filter[app]": "1"}) == []
    found = await desk.get("/v1/builds", include="buildBetaDetail,betaGroups", **{"filter[version]": "82"})
    assert [(one["type"], one["id"]) for one in found["included"]] == [("buildBetaDetails", desk.book.OLD_BUILD_ID)]
    desk.clock.time += 87 * DAY
    assert await numbers(**{"filter[expired]": "true"}) == ["87", "82", "87"]
    detail = await desk.get(f"/v1/builds/{desk.book.BUILD_ID}/buildBetaDetail")
    assert detail["data"]["attributes"]["internalBuildState"] == "EXPIRED"


async def test_a_long_list_comes_in_pages(desk_in):
    desk = desk_in("testflight")
    path = f"/v1/betaGroups/{desk.book.GROUP_ID}/relationships/betaTesters?limit=40"
    seen: list[str] = []
    async with desk.unchecked() as http:
        while path:
            answer = (await http.get(path)).json()
            seen += [tester["id"] for tester in answer["data"]]
            assert answer["meta"]["paging"]["total"] == 100
            assert ("nextCursor" in answer["meta"]["paging"]) == ("next" in answer["links"])
            path = answer["links"].get("next", "")
    assert len(seen) == len(set(seen)) == 100


async def test_testers_sessions_are_counted_since_the_upload_and_not_at_all_before_the_first(desk_in):
    desk = desk_in("testflight")
    found = await desk.get(f"/v1/builds/{desk.book.BUILD_ID}/metrics/betaBuildUsages")
    points = found["data"][0]["dataPoints"]
    assert [sum(point["values"][name] for point in points) for name in ("sessionCount", "crashCount")] == [1000, 3]
    assert [point["end"] for point in points[:-1]] == [point["start"] for point in points[1:]]
    assert points[-1]["end"] == datetime.fromtimestamp(NOW - 3 * HOUR, UTC).isoformat(timespec="seconds")
    old = await desk.get(f"/v1/builds/{desk.book.OLD_BUILD_ID}/metrics/betaBuildUsages")
    assert old["data"][0]["dataPoints"] == []


async def test_only_the_fields_that_were_asked_for_are_answered(desk_in):
    desk = desk_in("phased")
    (app,) = (await desk.get("/v1/apps", **{"fields[apps]": "bundleId"}))["data"]
    assert app["attributes"] == {"bundleId": "com.acme.connect"}


async def test_another_bundle_id_version_and_group_are_not_found(desk_in):
    desk = desk_in("phased")
    assert (await desk.get("/v1/apps", **{"filter[bundleId]": "com.other"}))["data"] == []
    versions = f"/v1/apps/{desk.book.APP}/appStoreVersions"
    assert (await desk.get(versions, **{"filter[versionString]": "9.9"}))["data"] == []
    assert (await desk.get("/v1/betaGroups", **{"filter[name]": "Friends"}))["data"] == []
    for path in (
        "/v1/apps/1/appStoreVersions",
        "/v1/builds/1/buildBetaDetail",
        "/v1/appStoreVersions/1/appStoreVersionPhasedRelease",
        "/v1/betaGroups/1/relationships/builds",
        "/v1/reviewSubmissions/1/items",
    ):
        answer = await desk.http.get(path)
        assert answer.status_code == 404
        assert answer.json()["errors"][0]["code"] == "NOT_FOUND"


# --- the legal way -----------------------------------------------------------------------------------------------


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


# --- what Apple refuses ------------------------------------------------------------------------------------------


async def test_a_complete_ladder_is_final(desk_in):
    desk = desk_in("phased")
    await desk.send("PATCH", desk.phased_path, desk.phased("COMPLETE"), 200)
    for state in ("PAUSED", "ACTIVE", "INACTIVE"):
        await desk.refused("PATCH", desk.phased_path, desk.phased(state), 409, "STATE_ERROR", FINAL)
    assert desk.book.exposure.share_at("87", NOW) == 1


@pytest.mark.parametrize("state", ["ACTIVE", "PAUSED"])
async def test_the_same_value_again_is_refused(desk_in, state):
    desk = desk_in("phased")
    if state == "PAUSED":
        await desk.send("PATCH", desk.phased_path, desk.phased("PAUSED"), 200)
    detail = "already has this value - /data/attributes/phasedReleaseState"
    await desk.refused("PATCH", desk.phased_path, desk.phased(state), 409, "ENTITY_ERROR.ATTRIBUTE.INVALID", detail)


async def test_a_ladder_that_has_not_begun_cannot_be_paused(desk_in):
    desk = desk_in("waiting")
    await desk.send("POST", f"/v1/{PHASED}", desk.of_the_version(PHASED), 201)
    await desk.refused("PATCH", desk.phased_path, desk.phased("PAUSED"), 409, "STATE_ERROR", "from INACTIVE to PAUSED")


async def test_a_ladder_that_has_begun_can_be_neither_deleted_nor_made_anew_nor_set_back(desk_in):
    desk = desk_in("phased")
    answer = await desk.http.delete(desk.phased_path)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (403, "FORBIDDEN_ERROR")
    await desk.refused("POST", f"/v1/{PHASED}", desk.of_the_version(PHASED), 409, "STATE_ERROR", "cannot be created")
    await desk.refused("PATCH", desk.phased_path, desk.phased("INACTIVE"), 409, "STATE_ERROR", "to INACTIVE")


async def test_a_ladder_cannot_be_created_running(desk_in):
    desk = desk_in("waiting")
    body = desk.of_the_version(PHASED) | {"attributes": {"phasedReleaseState": "ACTIVE"}}
    await desk.refused("POST", f"/v1/{PHASED}", body, 409, "ENTITY_ERROR.ATTRIBUTE.INVALID", "created as ACTIVE")
    await desk.send("POST", f"/v1/{PHASED}", body | {"attributes": {"phasedReleaseState": "INACTIVE"}}, 201)


@pytest.mark.parametrize("stage", ["review", "waiting", "phased"])
async def test_only_a_version_that_can_be_edited_goes_into_a_submission(desk_in, stage):
    desk = desk_in(stage)
    before = desk.book.version_state
    if stage == "review":
        queued = desk.book.submissions[0].id
        await desk.send("PATCH", f"/v1/reviewSubmissions/{queued}", desk.submission(queued, canceled=True), 200)
    opened = (await desk.send("POST", "/v1/reviewSubmissions", desk.new_submission(), 201))["data"]["id"]
    why = "Another build is in review" if stage == "review" else f"version {before}"
    await desk.refused("POST", "/v1/reviewSubmissionItems", desk.item(opened), 409, "STATE_ERROR", why)
    assert desk.book.version_state == before


async def test_a_version_is_in_one_submission_at_a_time(desk_in):
    desk = desk_in("testflight")
    first, second = [
        (await desk.send("POST", "/v1/reviewSubmissions", desk.new_submission(), 201))["data"]["id"] for _ in "ab"
    ]
    await desk.send("POST", "/v1/reviewSubmissionItems", desk.item(first), 201)
    await desk.refused("POST", "/v1/reviewSubmissionItems", desk.item(second), 409, "STATE_ERROR", "READY_FOR_REVIEW")


async def test_a_submission_of_other_items_does_not_move_the_version(desk_in):
    desk = desk_in("testflight")
    event = desk.book.open_submission()
    event.put("appEvent", "an-event")
    await desk.send("PATCH", f"/v1/reviewSubmissions/{event.id}", desk.submission(event.id, submitted=True), 200)
    desk.clock.time += 30 * HOUR
    assert (await desk.version())["attributes"]["appVersionState"] == "PREPARE_FOR_SUBMISSION"


@pytest.mark.parametrize("stage", ["testflight", "review", "phased"])
async def test_only_an_approved_version_can_be_released(desk_in, stage):
    desk = desk_in(stage)
    body = desk.of_the_version("appStoreVersionReleaseRequests")
    await desk.refused("POST", "/v1/appStoreVersionReleaseRequests", body, 409, "STATE_ERROR", "cannot be released")


async def test_a_submission_follows_its_states(desk_in):
    desk = desk_in("review")
    ident = desk.book.submissions[0].id
    path = f"/v1/reviewSubmissions/{ident}"
    second = (await desk.send("POST", "/v1/reviewSubmissions", desk.new_submission(), 201))["data"]["id"]
    await desk.refused(
        "POST", "/v1/reviewSubmissions", desk.new_submission(), 409, "STATE_ERROR", "two are in progress"
    )
    await desk.refused("POST", "/v1/reviewSubmissionItems", desk.item(second), 409, "STATE_ERROR", "Another build is")
    await desk.refused(
        "PATCH", path, desk.submission(ident, submitted=True), 409, "STATE_ERROR", "not ready to be submitted yet"
    )
    await desk.refused("POST", "/v1/reviewSubmissionItems", desk.item(ident), 409, "STATE_ERROR", "current state")
    await desk.refused(
        "PATCH", path, desk.submission(ident, submitted=False), 409, "ENTITY_ERROR.ATTRIBUTE.INVALID", "must be true"
    )
    desk.clock.time += 21 * HOUR
    await desk.refused("PATCH", path, desk.submission(ident, canceled=True), 409, "STATE_ERROR", "cannot be canceled")


async def test_an_empty_submission_cannot_be_sent(desk_in):
    desk = desk_in("testflight")
    ident = (await desk.send("POST", "/v1/reviewSubmissions", desk.new_submission(), 201))["data"]["id"]
    body = desk.submission(ident, submitted=True)
    await desk.refused("PATCH", f"/v1/reviewSubmissions/{ident}", body, 409, "STATE_ERROR", "not ready to be submitted")


async def test_reading_submissions_needs_the_app(desk_in):
    desk = desk_in("review")
    async with desk.unchecked() as http:
        answer = await http.get("/v1/reviewSubmissions")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "PARAMETER_ERROR.REQUIRED")


Spoil = Callable[[dict[str, Any]], Any]
SPOILT: tuple[tuple[str, Spoil, int, str], ...] = (
    ("another type", lambda data: data | {"type": "apps"}, 409, "ENTITY_ERROR"),
    ("another id", lambda data: data | {"id": "1"}, 409, "ENTITY_ERROR"),
    ("an unknown attribute", lambda data: data | {"attributes": {"speed": 2}}, 409, "ENTITY_ERROR.ATTRIBUTE.UNKNOWN"),
    (
        "an unknown state",
        lambda data: data | {"attributes": {"phasedReleaseState": "HALTED"}},
        409,
        "ENTITY_ERROR.ATTRIBUTE.TYPE",
    ),
    ("attributes that are none", lambda data: data | {"attributes": [1]}, 400, "PARAMETER_ERROR.INVALID"),
    ("a list", lambda data: [data], 400, "PARAMETER_ERROR.INVALID"),
    ("nothing", lambda data: None, 400, "PARAMETER_ERROR.INVALID"),
)


@pytest.mark.parametrize(("spoil", "status", "code"), [case[1:] for case in SPOILT], ids=[case[0] for case in SPOILT])
async def test_a_body_that_is_wrong_is_refused_in_apples_shape_and_changes_nothing(desk_in, spoil, status, code):
    desk = desk_in("phased")
    body = {"data": spoil(desk.phased("PAUSED"))}
    # Past the document, which would refuse such a request itself; the answer is held to it.
    contract = desk.transport.contract
    async with desk.unchecked() as http:
        answer = await http.patch(desk.phased_path, json=body)
        raw = await http.patch(desk.phased_path, content=b"{not json")
    request = httpx.Request("PATCH", BASE + desk.phased_path, json={"data": desk.phased("PAUSED")})
    contract.check_response(contract.check_request(request), answer)
    contract.check_response(contract.check_request(request), raw)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code)
    assert raw.status_code == 400
    assert desk.book.phased.state == "ACTIVE"


ILLEGAL, INVALID = "PARAMETER_ERROR.ILLEGAL", "PARAMETER_ERROR.INVALID"


@pytest.mark.parametrize(
    ("path", "name", "value", "code"),
    [
        ("/v1/apps", "colour", "red", ILLEGAL),
        ("/v1/apps", "filter", "x", ILLEGAL),
        ("/v1/apps", "filter[colour]", "red", ILLEGAL),
        ("/v1/apps", "fields[colours]", "red", ILLEGAL),
        ("/v1/apps", "filter[versionString]", "4.2.0", ILLEGAL),
        ("/v1/builds/{build}/buildBetaDetail", "limit", "5", ILLEGAL),
        ("/v1/apps", "limit", "0", INVALID),
        ("/v1/apps", "limit", "201", INVALID),
        ("/v1/apps", "limit", "many", INVALID),
        ("/v1/apps", "cursor", "here", INVALID),
        ("/v1/builds", "limit[betaGroups]", "51", INVALID),
        ("/v1/builds", "include", "betaGroups,colours", INVALID),
        ("/v1/builds", "sort", "colour", INVALID),
    ],
)
async def test_a_parameter_that_the_read_does_not_take_is_refused_by_name(desk_in, path, name, value, code):
    desk = desk_in("phased")
    async with desk.unchecked() as http:
        answer = await http.get(path.format(build=desk.book.BUILD_ID), params={name: value})
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["code"], error["source"]) == (400, code, {"parameter": name})


async def test_a_new_resource_without_its_relationship_is_refused(desk_in):
    desk = desk_in("waiting")
    async with desk.unchecked() as http:
        answer = await http.post(f"/v1/{PHASED}", json={"data": {"type": PHASED}})
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["code"]) == (409, "ENTITY_ERROR.RELATIONSHIP.REQUIRED")
    assert error["source"]["pointer"] == "/data/relationships/appStoreVersion"


# --- sign-in and budget ------------------------------------------------------------------------------------------

OTHER, _ = make_key()
TOKENS: dict[str, Callable[[], str]] = {
    "none": lambda: "",
    "no token": lambda: "Bearer ",
    "another scheme": lambda: f"Basic {token()}",
    "no JWT": lambda: "Bearer abc.def",
    "another key's id": lambda: f"Bearer {token(kid='KEY2')}",
    "another key's signature": lambda: f"Bearer {token(key=OTHER)}",
    "another issuer": lambda: f"Bearer {token(iss='somebody')}",
    "another audience": lambda: f"Bearer {token(aud='google')}",
    "expired": lambda: f"Bearer {token(exp=time.time() - 1)}",
    "valid for 30 minutes": lambda: f"Bearer {token(exp=time.time() + 1800)}",
    "issued in the future": lambda: f"Bearer {token(iat=time.time() + 60)}",
    "without an end": lambda: f"Bearer {token(exp=None)}",
    "without an issuer": lambda: f"Bearer {token(iss=None)}",
    "an end that is no time": lambda: f"Bearer {token(iat='soon')}",
    "unsigned": lambda: f"Bearer {jwt.encode(claims(), None, algorithm='none', headers={'kid': 'KEY1'})}",
    "signed with a password": lambda: f"Bearer {token(key='x' * 32, algorithm='HS256')}",
}


@pytest.mark.parametrize("made", TOKENS.values(), ids=TOKENS)
async def test_a_token_that_is_not_good_is_refused(desk_in, made):
    desk = desk_in("phased")
    answer = await desk.http.patch(
        desk.phased_path, json={"data": desk.phased("PAUSED")}, headers={"Authorization": made()}
    )
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["code"] == "NOT_AUTHORIZED"
    assert desk.book.phased is not None
    assert desk.book.phased.state == "ACTIVE"


@pytest.mark.parametrize("changed", [{}, {"iat": None}, {"exp": time.time() + 1200}])
async def test_a_good_token_signs_in(desk_in, changed):
    desk = desk_in("phased")
    answer = await desk.http.get("/v1/apps", headers={"Authorization": f"Bearer {token(**changed)}"})
    assert answer.status_code == 200


async def test_the_hours_requests_are_counted_down_refused_when_used_up_and_come_back(desk_in):
    desk = desk_in("phased", hourly=3)
    left = [(await desk.http.get("/v1/apps")).headers["x-rate-limit"] for _ in range(3)]
    assert left == [f"user-hour-lim:3;user-hour-rem:{n};" for n in (2, 1, 0)]
    answer = await desk.http.get("/v1/apps")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (429, "RATE_LIMIT_EXCEEDED")
    assert answer.headers["x-rate-limit"] == "user-hour-lim:3;user-hour-rem:0;"
    desk.clock.time += HOUR
    answer = await desk.http.get("/v1/apps")
    assert (answer.status_code, answer.headers["x-rate-limit"]) == (200, "user-hour-lim:3;user-hour-rem:2;")
