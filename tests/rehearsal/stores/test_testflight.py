"""The rehearsed TestFlight: groups, beta review, export compliance, numbers of testers and what they send."""

from __future__ import annotations

import pytest

from rollout_tui.rehearsal.stores.apple_start import Course
from rollout_tui.rehearsal.stores.apple_testflight import Upload
from tests.rehearsal.stagehand import DAY, HOUR, NOW

CRASHES, SCREENSHOTS = "betaFeedbackCrashSubmissions", "betaFeedbackScreenshotSubmissions"
UNFIT = "The build is not in a valid processing state for this operation"


async def states(desk, build: str = "") -> tuple[str, str]:
    """What TestFlight says inside and outside."""
    found = await desk.get(f"/v1/builds/{build or desk.book.BUILD_ID}/buildBetaDetail", include="build")
    said = found["data"]["attributes"]
    return said["internalBuildState"], said["externalBuildState"]


def to_review(build: str) -> dict[str, object]:
    return {
        "type": "betaAppReviewSubmissions",
        "relationships": {"build": {"data": {"type": "builds", "id": build}}},
    }


def answered(build: str, **attributes: bool) -> dict[str, object]:
    return {"type": "builds", "id": build, "attributes": attributes}


def second_build(desk) -> str:
    """Another build of our version, uploaded an hour ago and in no group."""
    made = Upload("b7e0c3d2-0000-4000-8000-000000000088", "88", "4.2.0", NOW - HOUR)
    desk.book.uploads.append(made)
    return made.id


async def test_external_testers_get_nothing_before_the_beta_review_is_through(desk_in):
    desk = desk_in("testflight", since=-1.0, external=True, group="Partners", beta=Course(2.0, 1.0))
    book = desk.book
    seen = []
    for later in (0, HOUR, HOUR):
        desk.clock.time += later
        review = await desk.get(f"/v1/builds/{book.BUILD_ID}/betaAppReviewSubmission")
        listed = await desk.get("/v1/betaAppReviewSubmissions", **{"filter[build]": book.BUILD_ID, "include": "build"})
        assert listed["data"] == [review["data"]]
        external = (await states(desk))[1]
        offered = book.exposure.share_at("87", desk.clock.time)
        seen.append((review["data"]["attributes"]["betaReviewState"], external, offered))
    assert seen == [
        ("WAITING_FOR_REVIEW", "WAITING_FOR_BETA_REVIEW", 0),
        ("IN_REVIEW", "IN_BETA_REVIEW", 0),
        ("APPROVED", "IN_BETA_TESTING", 1),
    ]


async def test_a_beta_review_may_end_badly(desk_in):
    desk = desk_in("testflight", since=-1.0, external=True, beta=Course(0.1, 0.1, "REJECTED"))
    assert (await states(desk))[1] == "BETA_REJECTED"
    assert desk.book.exposure.share_at("87", NOW) == 0


async def test_only_a_versions_first_build_is_reviewed(desk_in):
    desk = desk_in("testflight", external=True, beta=Course(1.0, 1.0))
    later = second_build(desk)
    group = f"/v1/betaGroups/{desk.book.GROUP_ID}/relationships/builds"
    assert (await states(desk, later))[1] == "READY_FOR_BETA_SUBMISSION"
    await desk.send("POST", group, [{"type": "builds", "id": later}], 204)
    assert (await states(desk, later))[1] == "IN_BETA_TESTING"


async def test_one_build_of_a_version_is_reviewed_at_a_time(desk_in):
    desk = desk_in("testflight", since=-1.0, external=True)
    later = second_build(desk)
    path = "/v1/betaAppReviewSubmissions"
    await desk.refused("POST", path, to_review(later), 409, "STATE_ERROR", "Another build is in review")
    desk.clock.time += 2 * DAY
    made = await desk.send("POST", path, to_review(later), 201)
    assert made["data"]["attributes"]["betaReviewState"] == "WAITING_FOR_REVIEW"
    await desk.refused("POST", path, to_review(desk.book.BUILD_ID), 409, "STATE_ERROR", "Another build is in review")


async def test_missing_export_compliance_blocks_testing_until_it_is_answered_once(desk_in):
    desk = desk_in("testflight")
    build = desk.book.BUILD_ID
    desk.book.testing.upload(build).encryption = None
    assert set(await states(desk)) == {"MISSING_EXPORT_COMPLIANCE"}
    await desk.refused("POST", "/v1/betaAppReviewSubmissions", to_review(build), 409, "STATE_ERROR", "compliance")
    path, body = f"/v1/builds/{build}", answered(build, usesNonExemptEncryption=False)
    found = await desk.send("PATCH", path, body, 200)
    assert found["data"]["attributes"]["usesNonExemptEncryption"] is False
    assert (await states(desk))[0] == "IN_BETA_TESTING"
    detail = "You cannot update when the value is already set. - /data/attributes/usesNonExemptEncryption"
    await desk.refused("PATCH", path, body, 409, "ENTITY_ERROR.ATTRIBUTE.INVALID", detail)


@pytest.mark.parametrize("unfit", ["expired", "processing"])
async def test_a_build_that_is_unfit_goes_into_no_group_and_no_review(desk_in, unfit):
    desk = desk_in("testflight")
    build = second_build(desk)
    if unfit == "expired":
        await desk.send("PATCH", f"/v1/builds/{build}", answered(build, expired=True), 200)
        assert set(await states(desk, build)) == {"EXPIRED"}
    else:
        desk.book.testing.upload(build).processing = "PROCESSING"
        assert set(await states(desk, build)) == {"PROCESSING"}
    group = f"/v1/betaGroups/{desk.book.GROUP_ID}/relationships/builds"
    code = "STATE_ERROR.INVALID_BUILD"
    await desk.refused("POST", group, [{"type": "builds", "id": build}], 422, code, UNFIT)
    await desk.refused("POST", "/v1/betaAppReviewSubmissions", to_review(build), 422, code, UNFIT)


async def test_a_group_that_takes_every_build_takes_none_by_hand(desk_in):
    desk = desk_in("testflight")
    path = f"/v1/betaGroups/{desk.book.EVERYBODY_ID}"
    group = (await desk.get(path))["data"]["attributes"]
    assert (group["isInternalGroup"], group["hasAccessToAllBuilds"]) == (True, True)
    for method in ("POST", "DELETE"):
        await desk.refused(
            method,
            f"{path}/relationships/builds",
            desk.builds(),
            409,
            "ENTITY_ERROR.ATTRIBUTE.INVALID",
            "has access to all builds",
        )


async def test_builds_groups_and_testers_are_found_from_the_app_and_the_group(desk_in):
    desk = desk_in("testflight")
    app, group = f"/v1/apps/{desk.book.APP}", f"/v1/betaGroups/{desk.book.GROUP_ID}"
    assert (await desk.get(app))["data"]["attributes"]["bundleId"] == "com.acme.connect"
    assert len((await desk.get(f"{app}/builds"))["data"]) == 3
    assert len((await desk.get(f"{app}/betaGroups"))["data"]) == 2
    assert [one["id"] for one in (await desk.get(f"{group}/builds"))["data"]] == [desk.book.BUILD_ID]
    assert (await desk.get(f"{group}/betaTesters", limit="3"))["meta"]["paging"]["total"] == 100
    found = await desk.get(f"/v1/builds/{desk.book.BUILD_ID}", include="app,betaGroups,buildBetaDetail")
    assert len(found["included"]) == 4


async def test_a_build_of_the_mac_with_the_same_number_shows_a_missing_filter(desk_in):
    desk = desk_in("testflight")
    assert len((await desk.get("/v1/builds", **{"filter[version]": "87"}))["data"]) == 2
    ios = {"filter[version]": "87", "filter[preReleaseVersion.platform]": "IOS"}
    (found,) = (await desk.get("/v1/builds", **ios))["data"]
    assert found["id"] == desk.book.BUILD_ID


# --- what testers do and send --------------------------------------------------------------------------------------


async def test_points_come_by_the_day_and_late(desk_in):
    desk = desk_in("testflight", since=-30.0)
    path = f"/v1/builds/{desk.book.BUILD_ID}/metrics/betaBuildUsages"
    before = (await desk.get(path))["data"][0]["dataPoints"]
    desk.clock.time += DAY
    points = (await desk.get(path))["data"][0]["dataPoints"]
    assert len(points) == len(before) + 1
    assert all(point["start"].endswith("T00:00:00+00:00") for point in points[1:])
    assert points[: len(before) - 1] == before[:-1]
    shots, crashes = [(await listed(desk, kind))["meta"]["paging"]["total"] for kind in (SCREENSHOTS, CRASHES)]
    assert 0 < sum(point["values"]["feedbackCount"] for point in points) <= shots + crashes


async def listed(desk, kind: str, **query: str):
    return await desk.get(f"/v1/apps/{desk.book.APP}/{kind}", **query)


@pytest.mark.parametrize("kind", [CRASHES, SCREENSHOTS])
async def test_feedback_comes_newest_first_in_pages_and_more_of_it_with_time(desk_in, kind):
    desk = desk_in("testflight", since=-30.0)
    query = {"sort": "-createdDate", "include": "build,tester", "filter[build]": desk.book.BUILD_ID}
    found = await listed(desk, kind, **query)
    dates = [one["attributes"]["createdDate"] for one in found["data"]]
    assert dates == sorted(dates, reverse=True)
    assert {one["type"] for one in found["included"]} == {"builds", "betaTesters"}
    paged = await listed(desk, kind, **query, limit="2")
    assert (len(paged["data"]), paged["meta"]["paging"]["total"]) == (2, len(dates))
    assert "cursor=" in paged["links"]["next"]
    assert (await listed(desk, kind, **{"filter[build]": desk.book.OLD_BUILD_ID}))["data"] == []
    desk.clock.time += HOUR
    assert len((await listed(desk, kind))["data"]) == len(dates) + 1
    newest = (await listed(desk, kind))["data"][0]
    assert (await desk.get(f"/v1/{kind}/{newest['id']}"))["data"] == newest
    assert (await desk.http.get(f"/v1/{kind}/nobody")).status_code == 404


async def test_a_crash_has_its_log_and_texts_are_as_testers_sent_them(desk_in):
    desk = desk_in("testflight", since=-30.0)
    crashes = (await listed(desk, CRASHES))["data"]
    logs = [(await desk.get(f"/v1/{CRASHES}/{one['id']}/crashLog"))["data"] for one in crashes]
    assert "Thread 0 Crashed" in logs[0]["attributes"]["logText"]
    assert (await desk.get(f"/v1/betaCrashLogs/{logs[0]['id']}"))["data"] == logs[0]
    shots = (await listed(desk, SCREENSHOTS))["data"]
    texts = " ".join(one["attributes"]["comment"] for one in [*crashes, *shots])
    assert all(hostile in texts for hostile in ("\x1b[2J", "[bold red]", "<script>", "‮", "\r\n"))
    assert shots[0]["attributes"]["screenshots"][0]["url"].startswith("https://")
    assert (await desk.http.get(f"/v1/{CRASHES}/{shots[0]['id']}/crashLog")).status_code == 404


async def test_where_testers_send_nothing_the_lists_are_empty(desk_in):
    desk = desk_in("testflight", feedback=False)
    assert (await listed(desk, CRASHES))["data"] == (await listed(desk, SCREENSHOTS))["data"] == []
