"""Waivers, sign-offs and a second person at a desk: kept, seen by other processes, ended and announced, used once."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from rollout_tui.config.settings import ApprovalSettings
from rollout_tui.domain.actions import ActionKind, Actor, Ending, Proposal
from rollout_tui.domain.quantities import Proportion
from rollout_tui.domain.releases import Platform, StateWord
from rollout_tui.domain.requests import Approval, Request
from rollout_tui.domain.verdicts import GateResult, SignOff, Verdict
from rollout_tui.domain.waivers import Field, Wish
from rollout_tui.engine.engine import Engine
from rollout_tui.history import History
from tests.clocks import until
from tests.unit.domain.builders import HOUR, NOW
from tests.unit.engine.acting import to_the_deadline
from tests.unit.engine.fakes import World
from tests.unit.engine.watching import texts

ANDROID = Platform.ANDROID
MARA, TOM = Actor("mara", "rel-01"), Actor("tom", "rel-01")
WISH = Wish("connect_failure_rate", "Failures are the known captive portal retries", "mara")
BOTH = ("promote", "waive")


async def looking(world: World, actor: Actor | None = None, *, few: bool = True) -> Engine:
    """A desk that has looked once; with `few` connects the gate on them is not decided."""
    if few:
        world.source.quantities["connect_failure_rate"] = Proportion(1, 150)
    engine = world.engine() if actor is None else world.engine(actor=actor)
    await engine.poll_once()
    return engine


def gate(engine: Engine) -> GateResult:
    return next(one for one in engine.snapshot.rollout(ANDROID).gates if one.gate.id == WISH.gate)


def kept(world: World) -> History:
    return History.reader(world.path)


def ready_to_promote(world: World) -> None:
    """Signed, and the minimum time over."""
    world.state = replace(world.state, since=NOW - 60 * HOUR)
    history = History.open(world.path)
    history.signoffs.add(ANDROID, SignOff("signoff:maintainer", "closed", "4.2.0", "4201", "mara", NOW - HOUR))
    history.close()


async def waiting(world: World) -> tuple[Engine, Proposal, Request]:
    """jkim has asked for a second person."""
    world.approvals = ApprovalSettings(("jkim", "mara", "tom"), BOTH)
    ready_to_promote(world)
    engine = await looking(world, few=False)
    proposal = engine.propose(ANDROID, ActionKind.PROMOTE)
    outcome = await engine.perform(proposal)
    (request,) = engine.snapshot.rollout(ANDROID).requests
    assert (outcome.ending, request.id in outcome.message) == (Ending.ASKED, True)
    return engine, proposal, request


# --- waivers -------------------------------------------------------------------------------------------------------


async def test_a_waiver_is_kept_seen_here_and_elsewhere_and_announced(world: World) -> None:
    engine, other = await looking(world), await looking(world, MARA)
    assert gate(engine).verdict is Verdict.UNDECIDED
    said = await engine.people.waive(ANDROID, WISH)
    assert (said.done, said.waiver is not None) == (True, True)
    await engine.poll_once()
    assert (gate(engine).verdict, gate(engine).found) == (Verdict.WAIVED, Verdict.UNDECIDED)
    assert any("WAIVED for 4 h, approved by mara (named by jkim, not asked)" in text for text in texts(engine))
    await other._works.upkeep.hear_others()
    other._publisher.publish()
    assert gate(other).verdict is Verdict.WAIVED


async def test_a_wish_with_mistakes_and_a_desk_that_may_only_look_waive_nothing(world: World) -> None:
    engine = await looking(world)
    own = replace(WISH, approver="jkim")
    assert list(engine.people.mistakes(ANDROID, own)) == [Field.APPROVER]
    assert not (await engine.people.waive(ANDROID, own)).done
    assert "no gate" in engine.people.mistakes(ANDROID, replace(WISH, gate="nothing"))[Field.GATE]
    only_looks = world.engine(read_only="started with --read-only by jkim")
    await only_looks.poll_once()
    assert (await only_looks.people.waive(ANDROID, WISH)).text == "read-only: started with --read-only by jkim"
    assert kept(world).waivers.all(ANDROID) == []


async def test_it_expires_by_itself_and_its_end_is_announced_once_with_the_reason(world: World) -> None:
    engine = await looking(world)
    await engine.people.waive(ANDROID, replace(WISH, lasts=HOUR))
    await engine.poll_once()
    await world.clock.advance(HOUR)
    await engine.poll_once()
    await engine.poll_once()
    assert gate(engine).verdict is Verdict.UNDECIDED
    (told,) = [text for text in texts(engine) if "waiver of" in text]
    assert told.startswith("Gate Connect fail ≤ 1 %: waiver of jkim and mara ended: expired.")
    await engine.close()
    (waiver,) = kept(world).waivers.all(ANDROID)
    assert (waiver.ended_at, waiver.ended) == (NOW + HOUR, "expired")


async def test_the_past_shows_a_waiver_as_it_stood_then(world: World) -> None:
    engine = await looking(world)
    await engine.people.waive(ANDROID, replace(WISH, lasts=HOUR))
    await engine.poll_once()
    await world.clock.advance(HOUR)
    await engine.poll_once()
    await engine.close()
    traveller = engine.traveller()
    verdicts = []
    for moment in (NOW + 60, NOW + HOUR + 60):
        gates = (await traveller.at(moment)).rollout(ANDROID).gates
        verdicts.append(next(one.verdict for one in gates if one.gate.id == WISH.gate))
    await traveller.close()
    assert verdicts[0] is Verdict.WAIVED
    assert verdicts[1] is not Verdict.WAIVED


async def test_a_waiver_that_was_withdrawn_does_not_come_back(world: World) -> None:
    engine = await looking(world)
    await engine.people.waive(ANDROID, WISH)
    said = await engine.people.withdraw(ANDROID, WISH.gate)
    assert (said.done, said.text) == (True, "The waiver of Connect fail ≤ 1 % is over: withdrawn by jkim.")
    again = await looking(world)
    assert gate(again).verdict is Verdict.UNDECIDED
    assert not (await again.people.withdraw(ANDROID, WISH.gate)).done


async def test_while_one_is_in_force_everything_is_polled_at_the_shortest_interval(world: World) -> None:
    engine = await looking(world)
    await engine.start()
    await until(lambda: len(world.tracker.counted) >= 2)
    usual = len(world.tracker.counted)
    await world.clock.advance(150)
    assert len(world.tracker.counted) == usual  # every 300 s
    await engine.people.waive(ANDROID, WISH)
    for _ in range(4):
        await world.clock.advance(70)
        await asyncio.sleep(0.01)
    await until(lambda: len(world.tracker.counted) >= usual + 4)


async def test_the_reason_goes_into_the_release_notes_where_the_tracker_keeps_them(world: World) -> None:
    engine = await looking(world)
    assert "rollout-tui waivers --notes" in (await engine.people.waive(ANDROID, WISH)).text
    world.tracker.keeps_notes = True
    said = await engine.people.waive(ANDROID, replace(WISH, gate="crash_free_sessions"))
    assert "The reason stands in the notes of v4.2.0." in said.text
    assert world.tracker.notes.count("known captive portal retries") == 2


async def test_what_cannot_be_kept_was_not_given(world: World) -> None:
    engine = await looking(world)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    history = engine._archive._history
    assert history is not None
    history.waivers.add = full  # type: ignore[method-assign]
    said = await engine.people.waive(ANDROID, WISH)
    assert (said.done, "no space left on device. Nothing was waived" in said.text) == (False, True)
    await engine.poll_once()
    assert gate(engine).verdict is Verdict.UNDECIDED


async def test_signing_at_the_desk_is_an_answer_by_name_and_only_by_who_may(world: World) -> None:
    engine = await looking(world, MARA, few=False)
    assert "eve may not answer" in (await engine.people.sign(ANDROID, "signoff:maintainer", "eve", "")).text
    assert (await engine.people.sign(ANDROID, "signoff:maintainer", "mara", "")).done
    await engine.poll_once()
    signed = next(one for one in engine.snapshot.rollout(ANDROID).gates if one.gate.id == "signoff:maintainer")
    assert signed.verdict is Verdict.PASS


async def test_an_answer_taken_back_stays_so_where_the_clock_was_set_back(world: World) -> None:
    engine = await looking(world, MARA, few=False)
    assert (await engine.people.sign(ANDROID, "signoff:maintainer", "mara", "")).done
    world.clock._now -= HOUR
    assert (await engine.people.sign(ANDROID, "signoff:maintainer", "mara", "", withdraw=True)).done
    engine._publisher.publish()
    signed = next(one for one in engine.snapshot.rollout(ANDROID).gates if one.gate.id == "signoff:maintainer")
    assert signed.verdict is Verdict.UNDECIDED


# --- a second person -----------------------------------------------------------------------------------------------


async def test_without_a_yes_a_promotion_asks_for_one_says_how_and_changes_nothing(world: World) -> None:
    engine, proposal, request = await waiting(world)
    assert proposal.second == "needed: confirming asks mara or tom; nothing is sent before"
    assert world.store.performed == []
    outcome = await engine.perform(engine.propose(ANDROID, ActionKind.PROMOTE))
    assert f"Ask mara or tom for {request.id}: rollout-tui approve {request.id}" in outcome.message
    assert len(kept(world).requests.since(0)) == 1  # asked once
    assert kept(world).journal.open_intents(ANDROID) == []


async def test_a_yes_of_another_user_lets_exactly_that_promotion_through_once(world: World) -> None:
    engine, _, request = await waiting(world)
    mine = await engine.people.approve(request)
    assert (mine.done, "jkim asked for it: a second person must grant it" in mine.text) == (False, True)
    other = await looking(world, MARA, few=False)
    assert (await other.people.approve(request)).done
    await engine.poll_once()
    await engine.people.second.refresh(engine._boards[0])
    proposal = engine.propose(ANDROID, ActionKind.PROMOTE)
    assert proposal.second.startswith("mara said yes 0 s ago (OS user on rel-01)")
    world.store.takes_effect = False  # so that the very same could be asked for again
    acting = asyncio.create_task(engine.perform(proposal))
    await until(lambda: world.store.performed, "the promotion")  # before that the clock must not age what it rests on
    await to_the_deadline(world, acting)
    assert len(world.store.performed) == 1
    await engine.poll_once()
    again = await engine.perform(engine.propose(ANDROID, ActionKind.PROMOTE))
    assert again.ending is Ending.ASKED
    assert len(world.store.performed) == 1


async def test_a_yes_is_not_good_for_another_share_nor_after_its_time(world: World) -> None:
    engine, _, request = await waiting(world)
    other = await looking(world, MARA, few=False)
    await other.people.approve(request)
    await engine.people.second.refresh(engine._boards[0])
    await world.clock.advance(3600)
    await engine.poll_once()
    assert (await engine.perform(engine.propose(ANDROID, ActionKind.PROMOTE))).ending is Ending.ASKED
    assert world.store.performed == []


async def test_pausing_asks_nobody(world: World) -> None:
    world.approvals = ApprovalSettings(("jkim", "mara"), ("promote", "complete", "waive"))
    engine = await looking(world)
    proposal = engine.propose(ANDROID, ActionKind.PAUSE)
    assert proposal.second == ""
    assert (await engine.perform(proposal)).ending is Ending.DONE
    assert world.state.word is StateWord.PAUSED


async def test_two_processes_cannot_use_one_yes_twice(world: World) -> None:
    engine, _, request = await waiting(world)
    other = await looking(world, MARA, few=False)
    await other.people.approve(request)
    one, two = History.open(world.path), History.open(world.path)
    assert [one.requests.use(request.id, NOW + 1), two.requests.use(request.id, NOW + 1)] == [True, False]
    one.close()
    two.close()
    outcome = await engine.perform(engine.propose(ANDROID, ActionKind.PROMOTE))
    assert (outcome.ending, world.store.performed) == (Ending.ASKED, [])


async def test_a_waiver_that_needs_a_second_person_is_in_force_once_the_approver_said_yes(world: World) -> None:
    world.approvals = ApprovalSettings(("jkim", "mara", "tom"), BOTH)
    engine = await looking(world)
    said = await engine.people.waive(ANDROID, WISH)
    assert (said.done, said.request is not None, gate(engine).verdict) == (False, True, Verdict.UNDECIDED)
    assert said.request is not None
    tom, mara = await looking(world, TOM), await looking(world, MARA)
    assert "it was asked of mara" in (await tom.people.approve(said.request)).text
    assert (await mara.people.approve(said.request)).done
    await mara.poll_once()
    assert (gate(mara).verdict, gate(mara).waiver is not None) == (Verdict.WAIVED, True)
    waiver = gate(mara).waiver
    assert waiver is not None
    assert (waiver.operator, waiver.approver, waiver.confirmed) == ("jkim", "mara", "OS user on rel-01")
    assert not (await mara.people.approve(said.request)).done


@pytest.mark.parametrize(
    ("login", "named", "granted"),
    [
        ("mara-w", True, True),
        ("mara-w", False, True),
        ("mara", True, False),
        ("jkim", True, False),
        ("eve", True, False),
    ],
)
async def test_a_yes_on_the_pull_request_counts_by_the_approvers_own_login(
    world: World, login: str, named: bool, granted: bool
) -> None:
    engine, _, request = await waiting(world)
    await engine.close()
    world.approvals = replace(world.approvals, logins={"mara": "mara-w"})
    world.tracker.said = [Approval(login, NOW + 1, "comment on #12", request.id if named else None)]
    again = await looking(world, few=False)
    assert world.tracker.asked_since == [request.at]
    assert "mara said yes" in again.propose(ANDROID, ActionKind.PROMOTE).second or not granted
    assert (kept(world).requests.since(0)[0].grant is not None) is granted


async def test_what_was_decided_is_in_the_log(world: World) -> None:
    engine, _, request = await waiting(world)
    other = await looking(world, MARA, few=False)
    await other.people.approve(request)
    await engine.close()
    await other.close()
    told = [event.text for event in kept(world).events.newest(50)]
    assert any(f"jkim@rel-01 asks for a second person, {request.id}" in text for text in told)
    assert any(f"mara said yes to {request.id} of jkim (OS user on rel-01)" in text for text in told)


async def test_sudo_makes_no_second_person(world: World) -> None:
    _, _, request = await waiting(world)
    disguised = await looking(world, replace(MARA, login="jkim"), few=False)
    said = await disguised.people.approve(request)
    assert (said.done, said.text) == (False, "Not granted: jkim asked for it: a second person must grant it.")


async def test_every_decision_stands_in_the_audit_log_with_the_verdicts_it_rests_on(world: World) -> None:
    engine = await looking(world)
    await engine.people.waive(ANDROID, WISH)
    await engine.people.withdraw(ANDROID, WISH.gate)
    await engine.people.sign(ANDROID, "signoff:maintainer", "tom", "read it")
    history = kept(world)
    records = list(history.audit.log.records())
    assert [record["kind"] for record in records] == ["waiver", "waiver-end", "sign-off"]
    assert (records[0]["user"], records[0]["why"]) == ("jkim", WISH.reason)
    assert {one["gate"]: one["verdict"] for one in records[0]["verdicts"]}[WISH.gate] == "UNDECIDED"
    assert not history.audit.log.check(history.audit.anchors()).problems
