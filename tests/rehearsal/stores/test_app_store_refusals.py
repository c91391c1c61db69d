"""What the rehearsed App Store Connect refuses: transitions, bodies and parameters, in Apple's words and shapes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.rehearsal.stagehand import HOUR, NOW
from tests.rehearsal.stores.apple_desk import BASE, PHASED

FINAL = "You cannot change the state of a phased release that is in a final state"


# --- transitions -----------------------------------------------------------------------------------------------------


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


# --- requests --------------------------------------------------------------------------------------------------------


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
