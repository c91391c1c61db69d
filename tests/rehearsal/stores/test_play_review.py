"""The review that a commit meets at the rehearsed Google Play, and what the console does beside it."""

from __future__ import annotations

import copy
from decimal import Decimal

import pytest

from tests.rehearsal.stores.play_desk import CODE, ROOT, changed, error_of


@pytest.mark.parametrize("parameters", [{"changesInReviewBehavior": "SHRUG"}, {"changesNotSentForReview": "maybe"}])
async def test_commit_knows_its_parameters(desk, parameters):
    edit = await desk.insert()
    async with desk.unchecked() as http:
        answer = await http.post(f"{ROOT}/edits/{edit}:commit", params=parameters)
    assert error_of(answer)[:2] == (400, "INVALID_ARGUMENT")
    await desk.call("POST", f"/edits/{edit}:commit")


async def test_a_commit_that_would_cancel_a_review_is_refused_where_it_asked_for_that_and_stays_good(desk):
    await desk.in_the_console(in_review=True)
    edit = await desk.insert()
    await desk.call(
        "PUT", f"/edits/{edit}/tracks/production", json=changed(await desk.production(edit), status="halted")
    )
    careful = {"changesInReviewBehavior": "ERROR_IF_IN_REVIEW"}
    refused = await desk.call("POST", f"/edits/{edit}:commit", status=400, params=careful)
    assert refused["error"]["status"] == "FAILED_PRECONDITION"
    assert "in review" in refused["error"]["message"]
    assert desk.served() == Decimal("0.5")
    assert (await desk.in_the_console())["canceled_reviews"] == 0
    await desk.call("POST", f"/edits/{edit}:commit")
    assert desk.served() == 0
    assert (await desk.in_the_console())["canceled_reviews"] == 1


async def test_changes_are_kept_from_review_only_where_the_app_demands_it(desk):
    edit = await desk.insert()
    by_hand = {"changesNotSentForReview": "true"}
    refused = await desk.call("POST", f"/edits/{edit}:commit", status=400, params=by_hand)
    assert refused["error"]["message"] == "The query parameter changesNotSentForReview must not be set."
    await desk.in_the_console(send_by_hand=True)
    refused = await desk.call("POST", f"/edits/{edit}:commit", status=400)
    assert "Please set the query parameter changesNotSentForReview to true." in refused["error"]["message"]
    await desk.call("POST", f"/edits/{edit}:commit", params=by_hand)


async def test_what_was_committed_and_not_sent_reaches_nobody_until_somebody_sends_it(desk):
    await desk.in_the_console(send_by_hand=True)
    edit = await desk.insert()
    track = changed(await desk.production(edit), userFraction=0.9)
    await desk.call("PUT", f"/edits/{edit}/tracks/production", json=track)
    await desk.call("POST", f"/edits/{edit}:commit", params={"changesNotSentForReview": "true"})
    ours, before = (await desk.call("GET", "/tracks/production/releases"))["releases"]
    assert ours["releaseLifecycleState"] == "RELEASE_LIFECYCLE_STATE_NOT_SENT_FOR_REVIEW"
    assert before["releaseLifecycleState"] == "RELEASE_LIFECYCLE_STATE_PUBLISHED"
    assert desk.served() == Decimal("0.5")
    assert (await desk.in_the_console())["waiting_to_be_sent"] is True
    assert (await desk.in_the_console(send=True))["waiting_to_be_sent"] is False
    assert desk.served() == Decimal("0.9")
    releases = (await desk.call("GET", "/tracks/production/releases"))["releases"]
    assert {release["releaseLifecycleState"] for release in releases} == {"RELEASE_LIFECYCLE_STATE_PUBLISHED"}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"build": "9999", "status": "halted"}, 404),
        ({"build": CODE, "status": "completed", "fraction": 0.5}, 400),
        ({"build": CODE}, 400),
        ({"builds": [CODE]}, 400),
    ],
)
async def test_the_console_refuses_what_play_could_not_be(desk, change, status):
    before = copy.deepcopy(desk.book.tracks)
    async with desk.unchecked() as http:
        answer = await http.post("/_rehearsal/console", json=change)
    assert error_of(answer)[0] == status
    assert desk.book.tracks == before
