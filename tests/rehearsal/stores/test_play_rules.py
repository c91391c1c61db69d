"""What the rehearsed Google Play insists on beyond bodies: steps, accounts, quotas, lost edits (G1 to G28)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.rehearsal.stagehand import HOUR, NOW
from tests.rehearsal.stores.play_desk import CODE, ROOT, changed, error_of

NO_UPGRADE = (
    "You cannot rollout this release because it does not allow any existing users to upgrade to the newly added APKs."
)


async def commit(desk: Any, edit: str, **parameters: Any) -> Any:
    """A commit that may be refused; the answer is held to the document."""
    query = {"changesInReviewBehavior": "ERROR_IF_IN_REVIEW", **parameters}
    async with desk.unchecked() as http:
        return await http.post(f"{ROOT}/edits/{edit}:commit", params=query)


async def opened(desk: Any, **changes: Any) -> str:
    """An edit with our release changed in it."""
    edit = await desk.insert()
    track = changed(await desk.production(edit), **changes)
    await desk.call("PUT", f"/edits/{edit}/tracks/production", json=track)
    return str(edit)


async def states(desk: Any, track: str = "production") -> dict[str, str]:
    """Lifecycle by the newest version code."""
    listed = await desk.call("GET", f"/tracks/{track}/releases")
    prefix = "RELEASE_LIFECYCLE_STATE_"
    return {
        str(max(one["versionCode"] for one in release["activeArtifacts"])): state.removeprefix(prefix)
        for release in listed["releases"]
        if (state := release["releaseLifecycleState"])
    }


# --- edits (G1 to G6) --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "code", "status", "reason"),
    [
        ("precondition", 400, "FAILED_PRECONDITION", "editDeleted"),
        ("argument", 400, "INVALID_ARGUMENT", "badRequest"),
        ("gone", 410, "FAILED_PRECONDITION", "editDeleted"),
    ],
)
async def test_an_edit_is_lost_in_one_of_three_shapes_at_the_step_that_was_named(desk, shape, code, status, reason):
    await desk.in_the_console(losses=[["commit", shape]])
    answer = await commit(desk, await opened(desk, status="halted"))
    assert error_of(answer) == (code, status, "This Edit has been deleted.", reason)
    assert desk.served() == Decimal("0.5")
    assert (await commit(desk, await opened(desk, status="halted"))).status_code == 200


async def test_two_inserts_within_seconds_may_give_one_edit(desk):
    await desk.in_the_console(same_edit=5)
    first = await desk.insert()
    assert await desk.insert() == first
    desk.clock.time += 6
    assert await desk.insert() != first


async def test_a_commit_beside_another_change_is_told_to_come_again(desk):
    await desk.in_the_console(busy=3)
    edit = await opened(desk, status="halted")
    assert error_of(await commit(desk, edit)) == (
        409,
        "ABORTED",
        "Concurrent update of the application; try again.",
        "concurrentUpdate",
    )
    desk.clock.time += 4
    assert (await commit(desk, edit)).status_code == 200


# --- releases (G9 to G14, G19, G26, G27) -------------------------------------------------------------------------


async def refused(desk: Any, track: str = "production", **changes: Any) -> str:
    edit = await desk.insert()
    answer = await desk.put(edit, changed(await desk.production(edit), **changes), track)
    assert answer.status_code == 400, answer.text
    return error_of(answer)[2]


async def test_a_running_share_cannot_be_lowered_but_a_halted_one_resumes_at_any(desk):
    assert "cannot be lowered" in await refused(desk, userFraction=0.2)
    await desk.write(status="halted")
    await desk.write(status="inProgress", userFraction=0.2)
    assert desk.served() == Decimal("0.2")


async def test_a_share_below_one_per_cent_is_served_exactly(desk):
    await desk.write(status="halted")
    await desk.write(status="inProgress", userFraction=0.001)
    assert desk.served() == Decimal("0.001")


async def test_releases_and_codes_that_are_not_sent_back_are_gone(desk):
    await desk.write(versionCodes=[CODE])
    edit = await desk.insert()
    track = await desk.production(edit)
    assert track["releases"][0]["versionCodes"] == [CODE]
    track["releases"] = track["releases"][:1]
    await desk.call("PUT", f"/edits/{edit}/tracks/production", json=track)
    await commit(desk, edit)
    assert await states(desk) == {CODE: "PUBLISHED"}


async def test_what_is_out_keeps_its_priority_and_its_countries(desk):
    assert "priority cannot be changed" in await refused(desk, inAppUpdatePriority=5)
    narrower = {"countries": ["AT"], "includeRestOfWorld": True}
    assert "Countries cannot be removed" in await refused(desk, countryTargeting=narrower)
    await desk.write(countryTargeting={"countries": ["AT", "CH", "DE", "FR"], "includeRestOfWorld": True})


async def test_countries_are_targeted_in_production_alone(desk):
    edit = await desk.insert()
    track = await desk.production(edit)
    answer = await desk.put(edit, {**track, "track": "beta"}, "beta")
    assert error_of(answer)[3] == "stagedCountryTargetingNotSupported"


async def test_halting_at_100_percent_lets_the_full_release_before_serve_again(desk):
    await desk.write(status="completed", userFraction=None)
    await desk.write(status="halted", userFraction=0.99)
    assert desk.served() == 0
    releases = (await desk.production(await desk.insert()))["releases"]
    assert [(one["versionCodes"][-1], one["status"]) for one in releases] == [(CODE, "halted"), ("4130", "completed")]


async def test_halting_at_100_percent_needs_a_release_before_that_is_in_order(desk):
    await desk.write(status="completed", userFraction=None)
    await desk.in_the_console(bad_past=True)
    assert "violates policy" in await refused(desk, status="halted", userFraction=0.99)


async def test_a_new_staged_release_ends_the_one_that_was_halted(desk):
    await desk.write(status="halted")
    edit = await desk.insert()
    track = await desk.production(edit)
    new = {"name": "4.2.1", "versionCodes": ["4202"], "status": "inProgress", "userFraction": 0.1}
    answer = await desk.put(edit, {**track, "releases": [new, *track["releases"]]})
    assert [one["versionCodes"][-1] for one in answer.json()["releases"]] == ["4202", "4130"]


async def test_completing_in_the_console_retires_the_full_release_before_it(desk):
    await desk.in_the_console(build=CODE, status="completed")
    (release,) = (await desk.production(await desk.insert()))["releases"]
    assert release["versionCodes"][-1] == CODE
    await desk.write(status="halted", userFraction=0.99)
    assert await states(desk) == {CODE: "PUBLISHED", "4130": "PUBLISHED"}


async def test_a_staged_release_that_no_user_could_be_given_is_refused_where_the_edit_is_looked_at(desk):
    desk.book.start = replace(desk.book.start, uploaded=("4100",))
    edit = await desk.insert()
    track = await desk.production(edit)
    older = {"name": "4.1.0", "versionCodes": ["4100"], "status": "inProgress", "userFraction": 0.1}
    assert (await desk.put(edit, {**track, "releases": [older, *track["releases"]]})).status_code == 200
    async with desk.unchecked() as http:
        told = error_of(await http.post(f"{ROOT}/edits/{edit}:validate"))
    assert told[0] == 403
    assert told[2:] == (NO_UPGRADE, "forbidden")
    assert error_of(await commit(desk, edit)) == told
    assert desk.served() == Decimal("0.5")


async def test_a_draft_app_takes_drafts_alone(desk):
    await desk.in_the_console(draft_app=True)
    assert await refused(desk, status="halted") == "Only releases with status draft may be created on draft app."


async def test_a_track_of_another_form_factor_is_read_like_any_other(desk):
    assert await desk.call("GET", "/tracks/wear:production/releases") == {"releases": []}


async def test_no_more_than_twenty_releases_are_listed(desk):
    production = desk.book.tracks["production"]
    production["releases"] += [
        {"name": str(code), "versionCodes": [str(code)], "status": "completed"} for code in range(100, 130)
    ]
    desk.book.publish()
    assert len((await desk.call("GET", "/tracks/production/releases"))["releases"]) == 20


# --- review and publishing (G15 to G18, G28) ---------------------------------------------------------------------


async def test_a_review_of_ours_takes_its_time_and_nobody_gets_what_is_in_it(desk):
    await desk.in_the_console(review_takes=HOUR)
    await desk.write(userFraction=0.7)
    assert await states(desk) == {CODE: "IN_REVIEW", "4130": "PUBLISHED"}
    assert desk.served() == Decimal("0.5")
    edit = await opened(desk, status="halted")
    assert "in review" in error_of(await commit(desk, edit))[2]
    desk.clock.time += HOUR
    assert (await states(desk))[CODE] == "PUBLISHED"
    assert desk.served() == Decimal("0.7")


async def test_what_google_does_not_approve_reaches_nobody(desk):
    await desk.in_the_console(approves=False)
    await desk.write(userFraction=0.7)
    assert (await states(desk))[CODE] == "NOT_APPROVED"
    assert desk.served() == Decimal("0.5")


async def test_a_commit_sends_what_waited_in_the_console_too(desk):
    await desk.in_the_console(send_by_hand=True)
    edit = await desk.insert()
    full = {"track": "beta", "releases": [{"versionCodes": [CODE], "status": "completed"}]}
    await desk.call("PUT", f"/edits/{edit}/tracks/beta", json=full)
    await commit(desk, edit, changesNotSentForReview="true")
    assert await states(desk, "beta") == {CODE: "NOT_SENT_FOR_REVIEW"}
    await desk.in_the_console(send_by_hand=False)
    await desk.write(userFraction=0.7)
    assert await states(desk, "beta") == {CODE: "PUBLISHED"}
    assert desk.served() == Decimal("0.7")


async def test_under_managed_publishing_everything_waits_until_a_person_publishes_it(desk):
    await desk.in_the_console(managed=True)
    await desk.write(userFraction=0.7)
    assert (await states(desk))[CODE] == "APPROVED_NOT_PUBLISHED"
    assert desk.served() == Decimal("0.5")
    await desk.in_the_console(publish=True)
    assert (await states(desk))[CODE] == "PUBLISHED"
    assert desk.served() == Decimal("0.7")


# --- account and quota (G22, G23) --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("account", "reason"),
    [
        ("permission", "userInsufficientPermission"),
        ("api", "accessNotConfigured"),
        ("agreement", "developerDdaNotAccepted"),
        ("project", "projectNotLinked"),
    ],
)
async def test_what_stands_against_the_account_is_said_with_its_reason(desk, account, reason):
    await desk.in_the_console(account=account)
    async with desk.unchecked() as http:
        answer = await http.get(f"{ROOT}/tracks/production/releases")
    assert error_of(answer)[0] == 403
    assert error_of(answer)[3] == reason
    await desk.in_the_console(account="")
    assert await states(desk)


async def test_an_account_that_may_only_watch_reads_and_commits_nothing(desk):
    await desk.in_the_console(account="watch only")
    edit = await desk.insert()
    await desk.production(edit)
    answer = await commit(desk, edit)
    assert error_of(answer)[3] == "userInsufficientPermission"


async def test_the_list_of_releases_may_be_closed_to_an_account_that_may_edit(desk):
    await desk.in_the_console(list_closed=True)
    async with desk.unchecked() as http:
        answer = await http.get(f"{ROOT}/tracks/production/releases")
    assert error_of(answer)[0] == 403
    await desk.insert()


async def test_queries_are_one_bucket_and_other_tools_drink_from_it(desk):
    await desk.in_the_console(quota=[6, 3])
    async with desk.unchecked() as http:
        answers = [(await http.get(f"{ROOT}/tracks/production/releases")).status_code for _ in range(5)]
        assert answers == [200, 200, 200, 429, 429]
        assert error_of(await http.get(f"{ROOT}/tracks/production/releases"))[1] == "RESOURCE_EXHAUSTED"
        desk.clock.time = NOW + 20
        assert (await http.get(f"{ROOT}/tracks/production/releases")).status_code == 200
