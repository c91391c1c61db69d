"""One short edit per change: compared with what the person saw, all else carried, never sent twice, never left open."""

from __future__ import annotations

import copy
from dataclasses import replace
from decimal import Decimal

import httpx
import pytest

from rollout_tui.domain.actions import ActionKind
from rollout_tui.domain.releases import StateWord
from rollout_tui.ports import Denied, OutcomeUnknown, Refused, StateDiffers, Unreachable
from tests.providers.google_play.desk import ANDROID, CLOSED, INTERNAL, PRODUCTION
from tests.providers.google_play.fake import FakePlay, deleted, refusal, release


async def test_a_pause_costs_four_round_trips(desk_of, half):
    await desk_of(half).act(ActionKind.PAUSE)
    assert half.calls == ["insert", "get", "update", "commit"]
    assert half.tracks["production"][0]["status"] == "halted"


async def test_a_commit_never_cancels_a_running_review(desk_of, half):
    await desk_of(half).act(ActionKind.PAUSE)
    assert half.queries == [{"changesInReviewBehavior": "ERROR_IF_IN_REVIEW"}]


async def test_a_pause_changes_status_alone_and_sends_all_else_back(desk_of, half):
    before = copy.deepcopy(half.tracks["production"])
    await desk_of(half).act(ActionKind.PAUSE)
    assert half.bodies == [{"track": "production", "releases": [{**before[0], "status": "halted"}, before[1]]}]


async def test_a_completed_release_carries_no_fraction_at_all(desk_of, half):
    await desk_of(half).act(ActionKind.PROMOTE, PRODUCTION)
    ours = half.bodies[0]["releases"][0]
    assert ours["status"] == "completed"
    assert "userFraction" not in ours
    assert half.calls == ["insert", "get", "update", "validate", "commit"]


async def test_where_play_wants_one_completed_release_the_one_before_gives_way(desk_of, half):
    half.one_completed = True
    change = await desk_of(half).act(ActionKind.PROMOTE, PRODUCTION)
    assert "4.1.3 (4103) gives way to it." in change.effects
    assert half.calls == ["insert", "get", "update", "update", "validate", "commit"]
    assert [one["versionCodes"] for one in half.tracks["production"]] == [["4201", "4190"]]


async def test_a_newer_full_release_never_gives_way(desk_of, half):
    half.one_completed = True
    half.tracks["production"].append(release("completed", "4300", name="4.3.0"))
    with pytest.raises(Refused, match="two completed releases"):
        await desk_of(half).act(ActionKind.PROMOTE, PRODUCTION)
    assert "commit" not in half.calls
    assert half.open_edits() == []


async def test_a_larger_share_is_written_as_its_decimal(desk_of):
    play = FakePlay({"production": [release("inProgress", "4201", fraction=0.1)]})
    await desk_of(play).act(ActionKind.PROMOTE, CLOSED)
    assert play.tracks["production"][0]["userFraction"] == 0.5


async def test_a_resume_reaches_the_same_share(desk_of):
    play = FakePlay({"production": [release("halted", "4201", fraction=0.001)]})
    await desk_of(play).act(ActionKind.RESUME)
    ours = play.tracks["production"][0]
    assert (ours["status"], ours["userFraction"]) == ("inProgress", 0.001)
    assert "validate" not in play.calls


async def test_a_resume_at_a_lower_share_is_validated_first(desk_of):
    play = FakePlay({"production": [release("halted", "4201", fraction=0.5)]})
    await desk_of(play).act(ActionKind.RESUME, share=Decimal("0.1"))
    assert play.calls[-2:] == ["validate", "commit"]
    assert play.tracks["production"][0]["userFraction"] == 0.1


async def test_halting_a_completed_release_writes_the_share_that_halted_needs(desk_of):
    play = FakePlay({"production": [release("completed", "4201"), release("completed", "4103")]})
    await desk_of(play).act(ActionKind.PAUSE, PRODUCTION)
    ours = play.tracks["production"][0]
    assert (ours["status"], ours["userFraction"]) == ("halted", 0.99)


async def test_a_share_changed_in_the_console_stops_the_action_and_is_shown(desk_of, half):
    desk = desk_of(half)
    seen = await desk.see()
    change = desk.plan(ActionKind.PAUSE, seen)
    half.tracks["production"][0]["userFraction"] = 0.6
    with pytest.raises(StateDiffers, match="now says 60 %; you saw 50 %") as caught:
        await desk.store.perform(ANDROID, change, seen)
    assert caught.value.now.share == Decimal("0.6")
    assert half.writes() == []
    assert half.open_edits() == []


async def test_an_action_that_took_effect_before_changes_nothing_and_says_so(desk_of, half):
    desk = desk_of(half)
    seen = await desk.see()
    change = desk.plan(ActionKind.PAUSE, seen)
    half.tracks["production"][0]["status"] = "halted"
    with pytest.raises(StateDiffers, match="halted already") as caught:
        await desk.store.perform(ANDROID, change, seen)
    assert change.expects.met_by(caught.value.now)
    assert half.writes() == []


async def test_a_build_that_left_the_track_is_not_touched(desk_of, half):
    desk = desk_of(half)
    seen = await desk.see()
    change = desk.plan(ActionKind.PAUSE, seen)
    half.tracks["production"] = [release("inProgress", "4210", fraction=0.2)]
    with pytest.raises(StateDiffers, match="4201 is not on production") as caught:
        await desk.store.perform(ANDROID, change, seen)
    assert caught.value.now.word is StateWord.UNKNOWN
    assert half.writes() == []


async def test_a_pause_of_something_unread_is_tried_all_the_same(desk_of, half):
    desk = desk_of(half)
    await desk.store.perform(ANDROID, desk.plan(ActionKind.PAUSE, None), None)
    assert half.tracks["production"][0]["status"] == "halted"


@pytest.mark.parametrize("step", ["get", "update", "commit"])
@pytest.mark.parametrize(
    "shape",
    [
        deleted,
        lambda: refusal(400, "This Edit has been deleted."),
        lambda: refusal(410, "The edit has been deleted.", "GONE", "editDeleted"),
        lambda: refusal(400, "This edit has expired, please create a new Edit.", "FAILED_PRECONDITION"),
    ],
    ids=["precondition", "bad request", "gone", "expired"],
)
async def test_a_lost_edit_is_begun_again_once_in_each_of_its_shapes(desk_of, half, step, shape):
    desk = desk_of(half)
    seen = await desk.see()
    change = desk.plan(ActionKind.PAUSE, seen)
    half.calls.clear()
    failures = [shape]
    half.before = lambda call: failures.pop()() if call == step and failures else None
    await desk.store.perform(ANDROID, change, seen)
    assert half.calls.count("insert") == 2
    assert half.tracks["production"][0]["status"] == "halted"
    assert half.open_edits() == []


async def test_after_two_lost_edits_it_stops_and_says_who_might_be_at_work(desk_of, half):
    desk = desk_of(half)
    seen = await desk.see()
    change = desk.plan(ActionKind.PAUSE, seen)
    half.calls.clear()
    half.before = lambda call: deleted() if call == "commit" else None
    with pytest.raises(Refused, match="nothing was changed: another edit") as caught:
        await desk.store.perform(ANDROID, change, seen)
    assert half.calls.count("insert") == 2
    assert "CI" in caught.value.remedy


async def test_what_another_edit_changed_meanwhile_is_seen_by_the_second_try(desk_of, half):
    desk = desk_of(half)
    seen = await desk.see()
    change = desk.plan(ActionKind.PROMOTE, seen, PRODUCTION)

    def commit_elsewhere(call):
        if call == "update" and half.tracks["production"][0]["userFraction"] == 0.5:
            half.tracks["production"][0]["userFraction"] = 0.7
            half.take_edits()

    half.before = commit_elsewhere
    with pytest.raises(StateDiffers, match="70 %"):
        await desk.store.perform(ANDROID, change, seen)


async def test_somebody_at_the_same_moment_is_waited_for_and_read_again(desk_of, half):
    desk = desk_of(half)
    seen = await desk.see()
    change = desk.plan(ActionKind.PAUSE, seen)
    half.calls.clear()
    failures = [refusal(409, "Concurrent update.", "ABORTED", "concurrentUpdate")]
    half.before = lambda call: failures.pop() if call == "commit" and failures else None
    await desk.store.perform(ANDROID, change, seen)
    assert half.calls.count("get") == 2
    assert len(desk.clock.slept) == 1
    assert 0.5 <= desk.clock.slept[0] <= 2.0


async def test_a_lost_answer_to_the_commit_leaves_the_outcome_open_and_is_not_repeated(desk_of, half):
    desk = desk_of(half)
    seen = await desk.see()
    change = desk.plan(ActionKind.PAUSE, seen)
    half.lost["commit"] = 1
    half.calls.clear()
    with pytest.raises(OutcomeUnknown):
        await desk.store.perform(ANDROID, change, seen)
    assert half.calls.count("commit") == 1
    assert change.expects.met_by(await desk.see())


async def test_a_server_error_at_the_commit_leaves_the_outcome_open(desk_of, half):
    desk = desk_of(half)
    seen = await desk.see()
    change = desk.plan(ActionKind.PAUSE, seen)
    half.before = lambda call: httpx.Response(503) if call == "commit" else None
    with pytest.raises(OutcomeUnknown, match="HTTP 503"):
        await desk.store.perform(ANDROID, change, seen)
    assert half.open_edits() == []


@pytest.mark.parametrize("step", ["insert", "update"])
async def test_a_lost_answer_before_the_commit_has_changed_nothing(desk_of, half, step):
    desk = desk_of(half)
    seen = await desk.see()
    change = desk.plan(ActionKind.PAUSE, seen)

    def lose(call):
        if call == step:
            raise httpx.ReadTimeout("no answer")

    half.before = lose
    with pytest.raises(Unreachable):
        await desk.store.perform(ANDROID, change, seen)
    assert "commit" not in half.calls
    assert half.open_edits() == []


async def test_a_commit_that_had_arrived_before_counts_as_done(desk_of, half):
    desk = desk_of(half)
    seen = await desk.see()
    change = desk.plan(ActionKind.PAUSE, seen)
    half.before = lambda call: (
        refusal(400, "This edit has already been successfully committed.") if call == "commit" else None
    )
    await desk.store.perform(ANDROID, change, seen)
    assert half.calls.count("commit") == 1, "it is not sent again"


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        (refusal(400, "Changes are in review, cannot commit"), Refused, "would cancel it"),
        (
            refusal(
                400,
                "Changes cannot be sent for review automatically. Please set the query parameter "
                "changesNotSentForReview to true. Once committed, ...",
            ),
            Refused,
            "cannot send this change for review by itself",
        ),
        (refusal(400, "Fully released can not be staged"), Refused, "cannot go back to a share"),
        (refusal(400, "The first release on a track cannot be staged"), Refused, "first release"),
        (refusal(400, "Only releases with status draft may be created on draft app"), Refused, "never published"),
        (
            refusal(403, "The caller does not have permission", "PERMISSION_DENIED", "userInsufficientPermission"),
            Denied,
            "may not do that",
        ),
        (
            refusal(
                403, "Google Play Android Developer API has not been used in project 12 before", "PERMISSION_DENIED"
            ),
            Denied,
            "switched off",
        ),
        (refusal(403, "Release in track targeting no countries", "PERMISSION_DENIED"), Refused, "no country"),
    ],
)
async def test_each_refusal_has_its_own_sentence_and_changes_nothing(desk_of, half, answer, error, says):
    desk = desk_of(half)
    seen = await desk.see()
    change = desk.plan(ActionKind.PAUSE, seen)
    half.before = lambda call: answer if call == "commit" else None
    with pytest.raises(error, match=says) as caught:
        await desk.store.perform(ANDROID, change, seen)
    assert caught.value.remedy
    assert half.open_edits() == []
    assert half.tracks["production"][0]["status"] == "inProgress"


async def test_text_of_the_store_is_quoted_without_terminal_control(desk_of, half):
    desk = desk_of(half)
    seen = await desk.see()
    change = desk.plan(ActionKind.PAUSE, seen)
    half.before = lambda call: refusal(400, "no \x1b]0;pwned\x07 way") if call == "commit" else None
    with pytest.raises(Refused) as caught:
        await desk.store.perform(ANDROID, change, seen)
    assert caught.value.message.isprintable()


async def test_a_phase_on_two_tracks_adds_the_build_where_it_is_missing_in_one_commit(desk_of, half):
    closed = replace(CLOSED, also_tracks=("internal",))
    half.tracks["production"][0]["userFraction"] = 0.1
    desk = desk_of(half, replace(ANDROID, phases=(INTERNAL, closed, PRODUCTION)))
    await desk.act(ActionKind.PROMOTE, closed)
    assert half.calls.count("commit") == 1
    assert half.tracks["internal"][0]["versionCodes"] == ["4201", "4190"]
    assert half.tracks["internal"][0]["status"] == "completed"
    assert half.tracks["production"][0]["userFraction"] == 0.5


async def test_a_phase_on_two_tracks_leaves_a_track_alone_that_holds_the_build(desk_of, half):
    closed = replace(CLOSED, also_tracks=("internal",))
    half.tracks["production"][0]["userFraction"] = 0.1
    half.tracks["internal"] = [release("completed", "4201")]
    desk = desk_of(half, replace(ANDROID, phases=(INTERNAL, closed, PRODUCTION)))
    await desk.act(ActionKind.PROMOTE, closed)
    assert [body["track"] for body in half.bodies] == ["production"]
