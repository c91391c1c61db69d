"""What the screen says of a store is what the store said, with its age."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from decimal import Decimal

import httpx
import pytest

from rollout_tui.domain.actions import ActionKind
from rollout_tui.domain.releases import PhaseKind, StateWord
from rollout_tui.ports import Denied, Misconfigured, Unreachable
from tests.providers.google_play.desk import ANDROID, CLOSED, INTERNAL, NOW, PRODUCTION
from tests.providers.google_play.fake import FakePlay, deleted, refusal, release


async def test_a_running_release_shows_its_committed_share(desk_of, half):
    state = await desk_of(half).see()
    assert (state.word, state.status, state.kind) == (StateWord.RUNNING, "inProgress", PhaseKind.SHARE)
    assert (state.share, state.share_as_of, state.track) == (Decimal("0.5"), NOW, "production")


async def test_reading_a_share_leaves_no_edit_open_and_changes_nothing(desk_of, half):
    before = [dict(one) for one in half.tracks["production"]]
    await desk_of(half).see()
    assert half.calls == ["list", "insert", "get", "delete"]
    assert half.open_edits() == []
    assert half.tracks["production"] == before


async def test_a_plain_poll_costs_one_call_and_no_edit(desk_of, half):
    desk = desk_of(half)
    await desk.see()
    half.calls.clear()
    await desk.store.read(ANDROID, share=False)
    assert half.calls == ["list"]


async def test_a_plain_poll_keeps_the_last_share_with_its_own_age(desk_of, half):
    desk = desk_of(half)
    await desk.see()
    desk.clock.time += 600
    state = await desk.store.read(ANDROID, share=False)
    assert (state.share, state.share_as_of, state.as_of) == (Decimal("0.5"), NOW, NOW + 600)


async def test_before_the_first_share_the_lifecycle_alone_is_no_state_to_act_on(desk_of, half):
    state = await desk_of(half).store.read(ANDROID, share=False)
    assert (state.word, state.status, state.share) == (StateWord.UNKNOWN, "PUBLISHED", None)
    assert "the share was not read yet" in state.notes[0]


async def test_a_halted_release_stays_paused_between_share_reads(desk_of):
    desk = desk_of(FakePlay({"production": [release("halted", "4201", fraction=0.1)]}))
    await desk.see()
    state = await desk.store.read(ANDROID, share=False)
    assert (state.word, state.status, state.share) == (StateWord.PAUSED, "halted", Decimal("0.1"))


async def test_completed_is_done_at_all_users(desk_of):
    state = await desk_of(FakePlay({"production": [release("completed", "4201")]})).see()
    assert (state.word, state.status, state.share) == (StateWord.DONE, "completed", Decimal(1))


async def test_shares_below_one_per_cent_are_exact(desk_of):
    state = await desk_of(FakePlay({"production": [release("inProgress", "4201", fraction=0.001)]})).see()
    assert state.share == Decimal("0.001")


@pytest.mark.parametrize(
    ("lifecycle", "word", "note"),
    [
        ("IN_REVIEW", StateWord.IN_REVIEW, "reaches nobody yet"),
        ("APPROVED_NOT_PUBLISHED", StateWord.WAITING, "0 users until someone clicks Publish"),
        ("NOT_APPROVED", StateWord.REJECTED, "did not approve"),
        ("DRAFT", StateWord.WAITING, "draft"),
        ("NOT_SENT_FOR_REVIEW", StateWord.WAITING, "not sent for review"),
    ],
)
async def test_what_is_not_published_reaches_nobody_whatever_its_fraction(desk_of, half, lifecycle, word, note):
    half.lifecycles["4201"] = lifecycle
    state = await desk_of(half).see()
    assert (state.word, state.status, state.kind) == (word, lifecycle, None)
    assert note in state.notes[0]
    assert "50 % is committed and reaches nobody yet" in state.notes


async def test_an_unknown_lifecycle_is_shown_as_the_store_wrote_it(desk_of, half):
    def answer(step):
        listed = [{"releaseLifecycleState": "FROBBED\x1b[31m", "activeArtifacts": [{"versionCode": 4201}]}]
        return httpx.Response(200, json={"releases": listed}) if step == "list" else None

    half.before = answer
    desk = desk_of(half)
    desk.http._transport = httpx.MockTransport(half)
    state = await desk.see()
    assert (state.word, state.status) == (StateWord.UNKNOWN, "FROBBED·[31m")


async def test_an_unknown_status_is_shown_as_the_store_wrote_it(desk_of):
    desk = desk_of(FakePlay({"production": [release("simmering", "4201")]}))
    desk.http._transport = httpx.MockTransport(desk.play)
    state = await desk.see()
    assert (state.word, state.status) == (StateWord.UNKNOWN, "simmering")


async def test_a_superseded_build_is_unknown_and_names_what_is_there(desk_of):
    state = await desk_of(FakePlay({"production": [release("inProgress", "4210", fraction=0.2)]})).see()
    assert (state.word, state.share, state.kind) == (StateWord.UNKNOWN, None, None)
    assert "4201 is not on production: it holds 4210 (PUBLISHED)" in state.notes[0]


async def test_the_release_is_picked_by_version_code_among_two_in_progress(desk_of):
    play = FakePlay(
        {
            "production": [
                release("inProgress", "4210", "4201", fraction=0.2, name="4.2.1"),
                release("inProgress", "4201", fraction=0.5),
            ]
        }
    )
    assert (await desk_of(play).see()).share == Decimal("0.5")


async def test_where_listing_is_forbidden_edits_alone_are_read_and_only_when_asked_for(desk_of, half):
    half.before = lambda step: (
        refusal(403, "The caller does not have permission", "PERMISSION_DENIED") if step == "list" else None
    )
    desk = desk_of(half)
    state = await desk.see()
    assert (state.word, state.share) == (StateWord.RUNNING, Decimal("0.5"))
    assert "read by edits only" in state.notes[0]
    half.calls.clear()
    desk.clock.time += 60
    state = await desk.store.read(ANDROID, share=False)
    assert half.calls == ["list"]
    assert (state.share, state.as_of) == (Decimal("0.5"), NOW)


async def test_a_share_that_cannot_be_read_again_is_noted_and_the_old_one_stands(desk_of, half):
    desk = desk_of(half)
    await desk.see()
    half.before = lambda step: deleted() if step == "get" else None
    state = await desk.see()
    assert state.share == Decimal("0.5")
    assert "the share was not read again" in state.notes[-1]


async def test_a_first_share_that_cannot_be_read_is_an_error_to_try_again(desk_of, half):
    half.before = lambda step: httpx.Response(503) if step == "insert" else None
    with pytest.raises(Unreachable, match="HTTP 503"):
        await desk_of(half).see()


async def test_an_account_that_may_only_look_still_sees_the_lifecycle(desk_of, half):
    half.before = lambda step: (
        refusal(403, "The caller does not have permission", "PERMISSION_DENIED") if step == "insert" else None
    )
    state = await desk_of(half).see()
    assert state.status == "PUBLISHED"
    assert any("the share cannot be read: this account may not do that" in note for note in state.notes)


async def test_a_wrong_package_is_a_mistake_of_the_configuration(desk_of, half):
    half.before = lambda step: refusal(404, "Package not found: com.acme.connect.", "NOT_FOUND")
    with pytest.raises(Misconfigured, match="no such package") as caught:
        await desk_of(half).see()
    assert "package" in caught.value.remedy


async def test_a_refused_sign_in_is_replaced_once_and_then_told(desk_of, half):
    half.before = lambda step: refusal(401, "Invalid Credentials", "UNAUTHENTICATED", "authError")
    with pytest.raises(Denied, match="does not accept the sign-in"):
        await desk_of(half).see()
    assert half.calls == ["list", "list"]


async def test_a_page_of_a_proxy_is_no_answer(desk_of, half):
    half.before = lambda step: httpx.Response(200, text="<html>sign in</html>", headers={"content-type": "text/html"})
    desk = desk_of(half)
    desk.http._transport = httpx.MockTransport(half)
    with pytest.raises(Unreachable):
        await desk.see()


async def test_the_second_track_of_a_phase_is_shown_beside_the_first(desk_of, half):
    rollout = replace(ANDROID, phases=(replace(INTERNAL, also_tracks=("internal",)), CLOSED, PRODUCTION))
    desk = desk_of(half, rollout)
    state = await desk.see()
    assert "internal: does not hold this build" in state.notes
    half.tracks["internal"] = [release("completed", "4201")]
    assert "internal: completed" in (await desk.see()).notes


async def test_a_build_that_waits_on_an_earlier_track_is_found_there(desk_of, half):
    half.tracks["internal"] = [release("completed", "4201")]
    half.tracks["production"] = [release("completed", "4103", name="4.1.3")]
    rollout = replace(ANDROID, phases=(replace(INTERNAL, track="internal"), CLOSED, PRODUCTION))
    state = await desk_of(half, rollout).see()
    assert (state.track, state.word) == ("internal", StateWord.DONE)


async def test_a_read_that_is_given_up_in_the_middle_still_deletes_its_edit(desk_of, half):
    desk = desk_of(half)
    reached, never = asyncio.Event(), asyncio.Event()

    class Stuck(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request):
            if request.method == "GET" and "/edits/" in request.url.path:
                reached.set()
                await never.wait()
            return half(request)

    desk.http._transport = Stuck()
    reading = asyncio.create_task(desk.see())
    async with asyncio.timeout(60):
        await reached.wait()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
    assert half.open_edits() == []
    async with desk.store._lock.held("afterwards", 0.0):
        pass


@pytest.mark.parametrize("step", ["get", "update", "validate", "commit"])
@pytest.mark.parametrize("reading", [True, False])
async def test_whoever_gives_up_in_the_middle_leaves_no_edit_open(desk_of, half, step, reading):
    desk = desk_of(half)
    seen = await desk.see()
    change = desk.plan(ActionKind.PROMOTE, seen, PRODUCTION)
    half.calls.clear()
    doing = asyncio.ensure_future(desk.see() if reading else desk.store.perform(desk.rollout, change, seen))

    def give_up(call: str) -> None:
        if call == step:
            doing.cancel()

    half.before = give_up
    with contextlib.suppress(asyncio.CancelledError):
        await doing
    assert half.open_edits() == []
    assert half.calls.count("insert") == 1
