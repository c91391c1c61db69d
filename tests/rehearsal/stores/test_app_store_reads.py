"""What the rehearsed App Store Connect answers to reads: as Apple's document has it, in every stage."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.rehearsal.stagehand import DAY, HOUR, NOW
from tests.rehearsal.stores.apple_desk import BASE, PHASED

STAGES = ("testflight", "review", "waiting", "phased")
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
