"""The same verb does another thing in every phase; each is said before, compared, sent once and read back."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import httpx
import pytest

from rollout_tui.domain.actions import ActionKind, FieldChange
from rollout_tui.domain.releases import PhaseKind, StateWord
from rollout_tui.ports import Denied, Impossible, OutcomeUnknown, Refused, StateDiffers, Unreachable
from tests.providers.app_store.desk import HOUR, IOS, PHASED, REVIEW, TESTFLIGHT, error

PAUSE, RESUME, PROMOTE = ActionKind.PAUSE, ActionKind.RESUME, ActionKind.PROMOTE


# --- TestFlight ----------------------------------------------------------------------------------------------------


async def test_pausing_testflight_takes_the_build_out_of_its_group_and_says_so(desk_in):
    desk = desk_in("testflight")
    change = await desk.act(PAUSE, TESTFLIGHT)
    assert change.headline == "TestFlight: build 4.2.0 (87) is removed from group QA (100 testers)."
    group = f"/v1/betaGroups/{desk.book.GROUP_ID}/relationships/builds"
    assert desk.wire.changes == [("DELETE", group, [{"type": "builds", "id": desk.book.BUILD_ID}])]
    assert change.expects.met_by(await desk.see())


async def test_resuming_testflight_adds_the_build_again(desk_in):
    desk = desk_in("testflight")
    desk.book.link_build(desk.book.GROUP_ID, desk.book.BUILD_ID, inside=False)
    change = await desk.act(RESUME, TESTFLIGHT)
    assert [method for method, _, _ in desk.wire.changes] == ["POST"]
    assert change.expects.met_by(await desk.see())


async def test_a_new_build_restarts_with_the_testers(desk_in):
    desk = desk_in("testflight")
    desk.book.link_build(desk.book.GROUP_ID, desk.book.BUILD_ID, inside=False)
    change = await desk.act(ActionKind.RESTART, TESTFLIGHT)
    assert change.headline == "TestFlight: build 4.2.0 (87) is given to group QA."
    assert "Gates, clock and waivers begin anew." in change.effects
    assert [(method, data) for method, _, data in desk.wire.changes] == [
        ("POST", [{"type": "builds", "id": desk.book.BUILD_ID}])
    ]
    assert change.expects.met_by(await desk.see())


async def test_a_group_that_takes_every_build_by_itself_cannot_be_paused(desk_in):
    desk = desk_in("testflight")
    desk.wire.after = lambda _, document: [
        item["attributes"].update(hasAccessToAllBuilds=True)
        for item in document.get("data", [])
        if isinstance(item, dict) and item.get("type") == "betaGroups"
    ]
    with pytest.raises(Impossible, match="takes every build by itself"):
        desk.plan(PAUSE, await desk.see(), TESTFLIGHT)


def test_without_a_group_in_the_plan_there_is_nothing_to_take_the_build_out_of(desk_in):
    rollout = replace(IOS, phases=(replace(TESTFLIGHT, group=None), REVIEW))
    with pytest.raises(Impossible, match="names no TestFlight group"):
        desk_in("testflight", rollout).plan(PAUSE, None, TESTFLIGHT)


async def test_promoting_out_of_testflight_submits_the_version_for_review(desk_in):
    desk = desk_in("testflight")
    change = await desk.act(PROMOTE)
    submission = desk.book.submissions[-1].id
    app, version = desk.book.APP, desk.book.VERSION_ID
    assert desk.wire.changes == [
        (
            "POST",
            "/v1/reviewSubmissions",
            {
                "type": "reviewSubmissions",
                "relationships": {"app": {"data": {"type": "apps", "id": app}}},
                "attributes": {"platform": "IOS"},
            },
        ),
        (
            "POST",
            "/v1/reviewSubmissionItems",
            {
                "type": "reviewSubmissionItems",
                "relationships": {
                    "reviewSubmission": {"data": {"type": "reviewSubmissions", "id": submission}},
                    "appStoreVersion": {"data": {"type": "appStoreVersions", "id": version}},
                },
            },
        ),
        (
            "PATCH",
            f"/v1/reviewSubmissions/{submission}",
            {"type": "reviewSubmissions", "id": submission, "attributes": {"submitted": True}},
        ),
    ]
    assert change.expects.met_by(await desk.see())


async def test_an_open_empty_submission_is_used_again(desk_in):
    desk = desk_in("testflight")
    opened = desk.book.open_submission()
    await desk.act(PROMOTE)
    assert [path for _, path, _ in desk.wire.changes] == [
        "/v1/reviewSubmissionItems",
        f"/v1/reviewSubmissions/{opened.id}",
    ]


async def test_a_submission_that_holds_our_version_already_is_only_submitted(desk_in):
    desk = desk_in("testflight")
    opened = desk.book.open_submission()
    desk.book.add_item(opened.id, desk.book.VERSION_ID)
    await desk.act(PROMOTE)
    assert [method for method, _, _ in desk.wire.changes] == ["PATCH"]


async def test_a_submission_with_other_items_is_shown_and_not_fought(desk_in):
    desk = desk_in("testflight")
    desk.book.open_submission().put("appEvent", "an-event")
    with pytest.raises(Refused, match="holds other items"):
        await desk.act(PROMOTE)
    assert desk.wire.changes == []


async def test_another_version_in_review_is_shown_and_not_fought(desk_in):
    desk = desk_in("testflight")
    other = desk.book.open_submission()
    other.put("appStoreVersion", "another-version")
    other.state = "WAITING_FOR_REVIEW"
    with pytest.raises(Refused, match="in App Review already"):
        await desk.act(PROMOTE)
    assert desk.wire.changes == []


# --- App Review ----------------------------------------------------------------------------------------------------


async def test_pausing_a_review_cancels_the_submission_after_saying_what_is_lost(desk_in):
    desk = desk_in("review", since=-2.0)
    change = await desk.act(PAUSE)
    submission = desk.book.submissions[0].id
    assert "Its place in the queue is lost: another submission starts at the end." in change.effects
    assert desk.wire.changes == [
        (
            "PATCH",
            f"/v1/reviewSubmissions/{submission}",
            {"type": "reviewSubmissions", "id": submission, "attributes": {"canceled": True}},
        )
    ]
    settling = await desk.see()
    assert (settling.status, change.expects.met_by(settling)) == ("CANCELING", False)
    desk.clock.time += 60
    state = await desk.see()
    assert (state.word, state.status, state.kind) == (StateWord.PAUSED, "DEVELOPER_REJECTED", PhaseKind.REVIEW)
    assert change.expects.met_by(state)


async def test_resuming_a_canceled_review_submits_again(desk_in):
    desk = desk_in("review", since=-2.0)
    await desk.act(PAUSE)
    desk.clock.time += 60
    change = await desk.act(RESUME)
    assert change.expects.met_by(await desk.see())


async def test_approved_and_unreleased_needs_no_pause(desk_in):
    desk = desk_in("waiting")
    with pytest.raises(Impossible, match="nothing needs pausing"):
        desk.plan(PAUSE, await desk.see())


async def test_a_release_sets_the_ladder_first_where_the_plan_goes_on_with_it(desk_in):
    desk = desk_in("waiting")
    change = await desk.act(PROMOTE, PHASED)
    assert [(method, path) for method, path, _ in desk.wire.changes] == [
        ("POST", "/v1/appStoreVersionPhasedReleases"),
        ("POST", "/v1/appStoreVersionReleaseRequests"),
    ]
    assert desk.wire.changes[0][2]["attributes"] == {"phasedReleaseState": "INACTIVE"}
    assert not change.irreversible
    state = await desk.see()
    assert change.expects.met_by(state)
    assert (state.status, state.day, state.share) == ("INACTIVE", None, None)
    desk.clock.time += 600
    state = await desk.see()
    assert (state.status, state.day, state.share) == ("ACTIVE", 1, Decimal("0.01"))


async def test_a_release_without_a_ladder_goes_to_everybody_and_says_that_there_is_no_way_back(desk_in):
    desk = desk_in("waiting", replace(IOS, phases=(TESTFLIGHT, REVIEW)))
    change = await desk.act(PROMOTE, REVIEW)
    assert [path for _, path, _ in desk.wire.changes] == ["/v1/appStoreVersionReleaseRequests"]
    assert change.irreversible
    assert change.way_back.startswith("none")
    assert change.expects.met_by(await desk.see())


async def test_nothing_is_released_that_apple_has_not_approved(desk_in):
    desk = desk_in("review", since=-2.0)
    with pytest.raises(Impossible, match="nothing to release: Apple says WAITING_FOR_REVIEW"):
        desk.plan(PROMOTE, await desk.see(), PHASED)


# --- phased release ------------------------------------------------------------------------------------------------


async def test_pausing_the_ladder_is_one_patch_and_says_that_manual_updates_go_on(desk_in):
    desk = desk_in("phased")
    change = await desk.act(PAUSE, PHASED)
    phased = desk.book.phased.id
    assert desk.wire.changes == [
        (
            "PATCH",
            f"/v1/appStoreVersionPhasedReleases/{phased}",
            {
                "type": "appStoreVersionPhasedReleases",
                "id": phased,
                "attributes": {"phasedReleaseState": "PAUSED"},
            },
        )
    ]
    assert change.fields == (
        FieldChange("phasedReleaseState", "ACTIVE", "PAUSED"),
        FieldChange("share", "automatic updates", "the ladder stands at 5 %"),
    )
    assert "Users who have it keep it; manual updates and new installs go on." in change.effects
    assert any(effect.startswith("Removing the app from sale is no pause") for effect in change.effects)
    assert change.expects.met_by(await desk.see())


async def test_resuming_the_ladder_goes_on_with_its_day(desk_in):
    desk = desk_in("phased")
    await desk.act(PAUSE, PHASED)
    desk.clock.time += 30 * HOUR
    change = await desk.act(RESUME, PHASED)
    state = await desk.see()
    assert change.expects.met_by(state)
    assert state.day == 3


async def test_completing_the_ladder_is_marked_as_irreversible(desk_in):
    desk = desk_in("phased")
    change = await desk.act(PROMOTE, PHASED)
    assert change.irreversible
    assert change.expects.met_by(await desk.see())


async def test_complete_is_final(desk_in):
    desk = desk_in("phased", since=-24.0 * 8)
    seen = await desk.see()
    for kind in (PAUSE, RESUME, PROMOTE):
        with pytest.raises(Impossible, match="COMPLETE"):
            desk.plan(kind, seen, PHASED)


async def test_without_a_ladder_a_released_version_cannot_be_paused_and_removal_from_sale_is_not_offered(desk_in):
    desk = desk_in("phased")
    desk.book.phased = None
    with pytest.raises(Impossible, match="without a phased release") as caught:
        desk.plan(PAUSE, await desk.see(), PHASED)
    assert "Removing the app from sale is no pause" in caught.value.remedy


async def test_pausing_what_completed_meanwhile_changes_nothing_and_shows_it(desk_in):
    desk = desk_in("phased")
    seen = await desk.see()
    change = desk.plan(PAUSE, seen, PHASED)
    desk.book.set_phased(desk.book.phased.id, "COMPLETE")
    desk.wire.requests.clear()
    with pytest.raises(StateDiffers, match="now says COMPLETE; you saw ACTIVE") as caught:
        await desk.store.perform(IOS, change, seen)
    assert caught.value.now.word is StateWord.DONE
    assert desk.wire.changes == []


async def test_completing_in_the_last_moment_before_the_patch_is_refused_after_a_re_read(desk_in):
    desk = desk_in("phased")
    seen = await desk.see()
    change = desk.plan(PAUSE, seen, PHASED)

    def complete_first(request):
        if request.method == "PATCH" and desk.book.phased.state == "ACTIVE":
            desk.book.set_phased(desk.book.phased.id, "COMPLETE")

    desk.wire.before = complete_first
    with pytest.raises(Refused, match="it shows COMPLETE"):
        await desk.store.perform(IOS, change, seen)


async def test_already_having_the_value_counts_as_done_where_reading_shows_it(desk_in):
    desk = desk_in("phased")
    seen = await desk.see()
    change = desk.plan(PAUSE, seen, PHASED)

    def pause_first(request):
        if request.method == "PATCH" and desk.book.phased.state == "ACTIVE":
            desk.book.set_phased(desk.book.phased.id, "PAUSED")

    desk.wire.before = pause_first
    await desk.store.perform(IOS, change, seen)
    assert len(desk.wire.changes) == 1


async def test_an_action_that_took_effect_before_sends_nothing(desk_in):
    desk = desk_in("phased")
    seen = await desk.see()
    change = desk.plan(PAUSE, seen, PHASED)
    desk.book.set_phased(desk.book.phased.id, "PAUSED")
    desk.wire.requests.clear()
    with pytest.raises(StateDiffers) as caught:
        await desk.store.perform(IOS, change, seen)
    assert change.expects.met_by(caught.value.now)
    assert desk.wire.changes == []


async def test_a_step_of_the_ladder_between_look_and_pause_is_no_difference(desk_in):
    desk = desk_in("phased")
    seen = await desk.see()
    change = desk.plan(PAUSE, seen, PHASED)
    desk.clock.time += 25 * HOUR
    await desk.store.perform(IOS, change, seen)
    assert (await desk.see()).word is StateWord.PAUSED


async def test_a_pause_of_something_unread_is_tried_all_the_same(desk_in):
    desk = desk_in("phased")
    await desk.store.perform(IOS, desk.plan(PAUSE, None, PHASED), None)
    assert desk.book.phased.state == "PAUSED"


async def test_a_pause_goes_on_with_what_was_known_when_reading_fails(desk_in):
    desk = desk_in("phased")
    seen = await desk.see()
    desk.wire.before = lambda request: httpx.Response(503) if request.method == "GET" else None
    await desk.store.perform(IOS, desk.plan(PAUSE, seen, PHASED), seen)
    assert desk.book.phased.state == "PAUSED"


async def test_what_reaches_more_users_needs_a_fresh_look(desk_in):
    desk = desk_in("phased")
    seen = await desk.see()
    desk.wire.before = lambda request: httpx.Response(503) if request.method == "GET" else None
    with pytest.raises(Unreachable):
        await desk.store.perform(IOS, desk.plan(PROMOTE, seen, PHASED), seen)
    assert desk.wire.changes == []


# --- what can go wrong on the way ------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["silence", "502"])
async def test_a_lost_answer_leaves_the_outcome_open_and_is_not_repeated(desk_in, how):
    desk = desk_in("phased")
    seen = await desk.see()
    change = desk.plan(PAUSE, seen, PHASED)
    desk.wire.requests.clear()

    def lose(request):
        if request.method != "PATCH":
            return None
        if how == "502":
            return httpx.Response(502, text="Could not process this request")
        raise httpx.ReadTimeout("no answer", request=request)

    desk.wire.before = lose
    with pytest.raises(OutcomeUnknown):
        await desk.store.perform(IOS, change, seen)
    assert len(desk.wire.changes) == 1


async def test_a_change_that_surely_was_not_sent_says_so(desk_in):
    desk = desk_in("phased")
    seen = await desk.see()
    change = desk.plan(PAUSE, seen, PHASED)

    def refuse(request):
        if request.method == "PATCH":
            raise httpx.ConnectError("connection refused", request=request)

    desk.wire.before = refuse
    with pytest.raises(Unreachable):
        await desk.store.perform(IOS, change, seen)


async def test_a_key_without_the_role_is_told_which_role_it_needs(desk_in):
    desk = desk_in("phased")
    seen = await desk.see()
    change = desk.plan(PAUSE, seen, PHASED)
    desk.wire.before = lambda request: (
        error(403, "FORBIDDEN_ERROR", "This request is forbidden for security reasons")
        if request.method == "PATCH"
        else None
    )
    with pytest.raises(Denied, match="may not do that") as caught:
        await desk.store.perform(IOS, change, seen)
    assert "App Manager" in caught.value.remedy
