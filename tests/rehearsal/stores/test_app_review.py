"""The rehearsed App Review: queue, verdicts, what was rejected, what lags, and items that are not the app."""

from __future__ import annotations

import pytest

from rollout_tui.rehearsal.stores.apple_start import Course
from tests.rehearsal.stagehand import HOUR

REASON = "Guideline 2.1: it crashed at launch"
REJECTED = Course(1.0, 2.0, "REJECTED", REASON)


async def ours(desk) -> dict[str, str]:
    """State of version, submission and item as reads show them."""
    query = {"filter[app]": desk.book.APP, "filter[platform]": "IOS", "include": "items"}
    found = await desk.get("/v1/reviewSubmissions", **query)
    shown = {"version": (await desk.version())["attributes"]["appVersionState"]}
    if found["data"]:
        shown["submission"] = found["data"][-1]["attributes"]["state"]
    if found.get("included"):
        shown["item"] = found["included"][-1]["attributes"]["state"]
    return shown


async def opened(desk) -> str:
    return str((await desk.send("POST", "/v1/reviewSubmissions", desk.new_submission(), 201))["data"]["id"])


async def queued(desk) -> str:
    """Our version in the queue."""
    ident = await opened(desk)
    await desk.send("POST", "/v1/reviewSubmissionItems", desk.item(ident), 201)
    await desk.send("PATCH", f"/v1/reviewSubmissions/{ident}", desk.submission(ident, submitted=True), 200)
    return ident


def event(desk, ident: str) -> dict[str, object]:
    """An item that is an event in the app."""
    refers = {"reviewSubmission": ("reviewSubmissions", ident), "appEvent": ("appEvents", "event-1")}
    linked = {name: {"data": {"type": kind, "id": one}} for name, (kind, one) in refers.items()}
    return {"type": "reviewSubmissionItems", "relationships": linked}


def changed_item(ident: str, **attributes: bool) -> dict[str, object]:
    return {"type": "reviewSubmissionItems", "id": ident, "attributes": attributes}


async def test_an_approval_is_told_to_version_item_and_submission_one_after_the_other(desk_in):
    desk = desk_in("testflight", review=Course(1.0, 2.0))
    await queued(desk)
    seen = [await ours(desk)]
    for later in (HOUR, 2 * HOUR, 60):
        desk.clock.time += later
        seen.append(await ours(desk))
    assert [tuple(one.values()) for one in seen] == [
        ("WAITING_FOR_REVIEW", "WAITING_FOR_REVIEW", "READY_FOR_REVIEW"),
        ("IN_REVIEW", "IN_REVIEW", "READY_FOR_REVIEW"),
        ("ACCEPTED", "COMPLETING", "APPROVED"),
        ("PENDING_DEVELOPER_RELEASE", "COMPLETE", "APPROVED"),
    ]


@pytest.mark.parametrize("verdict", ["REJECTED", "METADATA_REJECTED"])
async def test_a_rejection_leaves_unresolved_issues_and_only_the_control_route_knows_why(desk_in, verdict):
    desk = desk_in("testflight", review=Course(1.0, 2.0, verdict, REASON))
    await queued(desk)
    desk.clock.time += 3 * HOUR
    assert await ours(desk) == {"version": verdict, "submission": "UNRESOLVED_ISSUES", "item": "REJECTED"}
    found = await desk.get("/v1/reviewSubmissions", **{"filter[app]": desk.book.APP, "include": "items"})
    assert REASON not in str(found)
    async with desk.unchecked() as http:
        assert (await http.get("/_rehearsal/state")).json()["reason"] == REASON


async def test_what_is_resolved_can_be_submitted_again(desk_in):
    desk = desk_in("testflight", review=REJECTED)
    ident = await queued(desk)
    desk.clock.time += 3 * HOUR
    path, again = f"/v1/reviewSubmissions/{ident}", desk.submission(ident, submitted=True)
    await desk.refused("PATCH", path, again, 409, "STATE_ERROR", "not ready to be submitted yet")
    item = f"{ident}-0"
    await desk.send("PATCH", f"/v1/reviewSubmissionItems/{item}", changed_item(item, resolved=True), 200)
    await desk.send("PATCH", path, again, 200)
    assert (await ours(desk))["version"] == "WAITING_FOR_REVIEW"
    desk.clock.time += 21 * HOUR
    assert (await ours(desk))["version"] == "PENDING_DEVELOPER_RELEASE"


async def test_a_submission_whose_only_item_is_removed_is_complete_and_approves_nothing(desk_in):
    desk = desk_in("testflight", review=REJECTED)
    item = f"{await queued(desk)}-0"
    body = changed_item(item, removed=True)
    await desk.refused("PATCH", f"/v1/reviewSubmissionItems/{item}", body, 409, "STATE_ERROR", "WAITING_FOR_REVIEW")
    desk.clock.time += 3 * HOUR
    await desk.send("PATCH", f"/v1/reviewSubmissionItems/{item}", body, 200)
    assert await ours(desk) == {"version": "DEVELOPER_REJECTED", "submission": "COMPLETE", "item": "REMOVED"}


async def test_a_rejected_submission_can_be_canceled(desk_in):
    desk = desk_in("testflight", review=REJECTED)
    ident = await queued(desk)
    desk.clock.time += 3 * HOUR
    await desk.send("PATCH", f"/v1/reviewSubmissions/{ident}", desk.submission(ident, canceled=True), 200)
    desk.clock.time += 30
    assert await ours(desk) == {"version": "DEVELOPER_REJECTED", "submission": "COMPLETE", "item": "REMOVED"}


async def test_an_item_leaves_a_draft_and_no_other_submission(desk_in):
    desk = desk_in("testflight")
    ident = await opened(desk)
    await desk.send("POST", "/v1/reviewSubmissionItems", desk.item(ident), 201)
    assert (await desk.http.delete(f"/v1/reviewSubmissionItems/{ident}-0")).status_code == 204
    assert (await desk.version())["attributes"]["appVersionState"] == "PREPARE_FOR_SUBMISSION"
    assert (await desk.http.delete(f"/v1/reviewSubmissionItems/{ident}-0")).status_code == 404
    again = await queued(desk)
    answer = await desk.http.delete(f"/v1/reviewSubmissionItems/{again}-0")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (403, "FORBIDDEN_ERROR")


# --- what lags (A13) -----------------------------------------------------------------------------------------------


async def test_a_fresh_submission_is_not_found_by_reads_for_a_moment_but_can_be_changed(desk_in):
    desk = desk_in("testflight", lag=3.0)
    ident = await opened(desk)
    for path in (f"/v1/reviewSubmissions/{ident}", f"/v1/reviewSubmissions/{ident}/items"):
        answer = await desk.http.get(path)
        assert answer.status_code == 404
        assert answer.json()["errors"][0]["detail"] == f"Resource reviewSubmissions with id {ident} cannot be found"
    assert "submission" not in await ours(desk)
    await desk.send("POST", "/v1/reviewSubmissionItems", desk.item(ident), 201)
    desk.clock.time += 3
    assert (await desk.get(f"/v1/reviewSubmissions/{ident}"))["data"]["attributes"]["state"] == "READY_FOR_REVIEW"
    assert len((await desk.get(f"/v1/reviewSubmissions/{ident}/items"))["data"]) == 1


async def test_reads_show_the_state_before_a_submit_and_a_cancel_for_a_moment(desk_in):
    desk = desk_in("testflight", lag=3.0)
    ident = await opened(desk)
    await desk.send("POST", "/v1/reviewSubmissionItems", desk.item(ident), 201)
    desk.clock.time += 10
    path = f"/v1/reviewSubmissions/{ident}"
    answer = await desk.send("PATCH", path, desk.submission(ident, submitted=True), 200)
    assert answer["data"]["attributes"]["state"] == "WAITING_FOR_REVIEW"
    before = {"version": "READY_FOR_REVIEW", "submission": "READY_FOR_REVIEW", "item": "READY_FOR_REVIEW"}
    assert await ours(desk) == before
    desk.clock.time += 3
    assert (await ours(desk))["submission"] == (await ours(desk))["version"] == "WAITING_FOR_REVIEW"
    answer = await desk.send("PATCH", path, desk.submission(ident, canceled=True), 200)
    assert answer["data"]["attributes"]["state"] == "CANCELING"
    assert (await ours(desk))["submission"] == "WAITING_FOR_REVIEW"
    desk.clock.time += 3
    assert await ours(desk) == before | {"version": "WAITING_FOR_REVIEW", "submission": "CANCELING"}
    desk.clock.time += 30
    assert await ours(desk) == {"version": "DEVELOPER_REJECTED", "submission": "COMPLETE", "item": "REMOVED"}


async def test_nothing_can_be_edited_until_a_withdrawal_is_through(desk_in):
    desk = desk_in("review")
    ident = desk.book.submissions[0].id
    await desk.send("PATCH", f"/v1/reviewSubmissions/{ident}", desk.submission(ident, canceled=True), 200)
    version = f"/v1/appStoreVersions/{desk.book.VERSION_ID}"
    body = {"type": "appStoreVersions", "id": desk.book.VERSION_ID, "attributes": {"versionString": "4.2.2"}}
    pointer = "The attribute 'versionString' can not be modified. - /data/attributes/versionString"
    code = "ENTITY_ERROR.ATTRIBUTE.INVALID.INVALID_STATE"
    await desk.refused("PATCH", version, body, 409, code, pointer)
    desk.clock.time += 30
    changed = await desk.send("PATCH", version, body, 200)
    assert changed["data"]["attributes"]["versionString"] == "4.2.2"


# --- other items and other submissions (A14, A12) -----------------------------------------------------------------


async def test_an_event_may_be_in_review_beside_the_version(desk_in):
    desk = desk_in("testflight", review=Course(1.0, 2.0))
    beside = await opened(desk)
    added = await desk.send("POST", "/v1/reviewSubmissionItems", event(desk, beside), 201)
    assert set(added["data"]["relationships"]) == {"appEvent"}
    await desk.send("PATCH", f"/v1/reviewSubmissions/{beside}", desk.submission(beside, submitted=True), 200)
    await queued(desk)
    await desk.refused(
        "POST", "/v1/reviewSubmissions", desk.new_submission(), 409, "STATE_ERROR", "two are in progress"
    )
    desk.clock.time += 3 * HOUR + 60
    assert (await ours(desk))["version"] == "PENDING_DEVELOPER_RELEASE"
    await opened(desk)


async def test_an_item_stands_for_one_thing(desk_in):
    desk = desk_in("testflight")
    ident = await opened(desk)
    neither = event(desk, ident)
    del neither["relationships"]["appEvent"]
    both = event(desk, ident)
    both["relationships"] |= desk.item(ident)["relationships"]
    for body in (neither, both):
        await desk.refused(
            "POST", "/v1/reviewSubmissionItems", body, 409, "ENTITY_ERROR.ATTRIBUTE.INVALID", "exactly one"
        )


async def test_without_the_platforms_filter_the_macs_submission_comes_too(desk_in):
    desk = desk_in("review")
    found = (await desk.get("/v1/reviewSubmissions", **{"filter[app]": desk.book.APP}))["data"]
    assert [one["attributes"]["platform"] for one in found] == ["MAC_OS", "IOS"]


# --- before and after ----------------------------------------------------------------------------------------------


async def test_questions_that_nobody_answered_are_listed_under_the_refusal(desk_in):
    desk = desk_in("testflight", unanswered=("advertising", "gunsOrOtherWeapons"))
    ident = await opened(desk)
    await desk.send("POST", "/v1/reviewSubmissionItems", desk.item(ident), 201)
    body = desk.submission(ident, submitted=True)
    (error,) = (await desk.send("PATCH", f"/v1/reviewSubmissions/{ident}", body, 409))["errors"]
    ((_, missing),) = error["meta"]["associatedErrors"].items()
    assert [one["detail"].split("'")[1] for one in missing] == ["advertising", "gunsOrOtherWeapons"]
    assert "You must provide a value for the attribute 'advertising'" in missing[0]["detail"]


async def test_a_version_that_releases_itself_goes_out_with_the_approval(desk_in):
    desk = desk_in("testflight", review=Course(1.0, 2.0), release_type="AFTER_APPROVAL")
    await queued(desk)
    desk.clock.time += 3 * HOUR + 60
    assert (await ours(desk))["version"] == "PROCESSING_FOR_DISTRIBUTION"
    desk.clock.time += 600
    assert (await ours(desk))["version"] == "READY_FOR_DISTRIBUTION"


async def test_a_scheduled_version_waits_for_apple(desk_in):
    desk = desk_in("testflight", review=Course(1.0, 2.0), release_type="SCHEDULED")
    await queued(desk)
    desk.clock.time += 4 * HOUR
    assert (await ours(desk))["version"] == "PENDING_APPLE_RELEASE"
    body = desk.of_the_version("appStoreVersionReleaseRequests")
    await desk.refused("POST", "/v1/appStoreVersionReleaseRequests", body, 409, "STATE_ERROR", "cannot be released")


@pytest.mark.parametrize("stage", ["review", "waiting", "phased"])
async def test_the_build_of_a_submitted_version_cannot_be_swapped(desk_in, stage):
    desk = desk_in(stage)
    path = f"/v1/appStoreVersions/{desk.book.VERSION_ID}/relationships/build"
    detail = "The specified pre-release build could not be added. - /data/relationships/build"
    code = "ENTITY_ERROR.RELATIONSHIP.INVALID.INVALID_STATE"
    await desk.refused("PATCH", path, desk.builds()[0], 409, code, detail)


async def test_a_version_takes_only_a_build_of_its_own(desk_in):
    desk = desk_in("testflight")
    path = f"/v1/appStoreVersions/{desk.book.VERSION_ID}/relationships/build"
    desk.book.build_id = None
    assert (await desk.http.get(path)).status_code == 404
    old = {"type": "builds", "id": desk.book.OLD_BUILD_ID}
    code = "ENTITY_ERROR.RELATIONSHIP.INVALID.INVALID_STATE"
    await desk.refused("PATCH", path, old, 409, code, "could not be added")
    await desk.send("PATCH", path, desk.builds()[0], 204)
    assert (await desk.get(path))["data"] == desk.builds()[0]


@pytest.mark.parametrize(
    ("stage", "number", "code", "detail"),
    [
        ("waiting", "4.2.0", "ENTITY_ERROR.ATTRIBUTE.INVALID", "has been previously used. - /data/attributes"),
        ("phased", "4.1.9", "ENTITY_ERROR.ATTRIBUTE.INVALID", "has been previously used. - /data/attributes"),
        ("waiting", "4.3.0", "STATE_ERROR", "cannot create a new version of the App in the current state"),
    ],
)
async def test_a_new_version_needs_a_higher_number_and_no_other_that_is_open(desk_in, stage, number, code, detail):
    desk = desk_in(stage)
    await desk.refused("POST", "/v1/appStoreVersions", new_version(desk, number), 409, code, detail)


async def test_a_hotfix_is_a_new_version(desk_in):
    desk = desk_in("phased")
    made = await desk.send("POST", "/v1/appStoreVersions", new_version(desk, "4.2.1"), 201)
    assert made["data"]["attributes"]["appVersionState"] == "PREPARE_FOR_SUBMISSION"
    found = await desk.get(f"/v1/appStoreVersions/{made['data']['id']}", include="build,appStoreVersionPhasedRelease")
    assert "build" not in found["data"]["relationships"]


def new_version(desk, number: str) -> dict[str, object]:
    app = {"data": {"type": "apps", "id": desk.book.APP}}
    attributes = {"platform": "IOS", "versionString": number}
    return {"type": "appStoreVersions", "attributes": attributes, "relationships": {"app": app}}
