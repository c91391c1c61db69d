"""Proposals: the exact change in the store's words, on what terms, and what stands against it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from rollout_tui.domain.actions import ActionKind, Consent, Ending, Terms
from rollout_tui.domain.releases import StateWord
from rollout_tui.ports import Denied, NeedsConsent, Unreachable
from tests.unit.engine.acting import ANDROID, act, journalled, looking, may_promote, raising
from tests.unit.engine.fakes import World
from tests.unit.engine.watching import android


async def test_a_pause_is_proposed_in_the_stores_words_with_what_the_person_sees(world: World) -> None:
    engine = await looking(world)
    proposal = engine.propose(ANDROID, ActionKind.PAUSE)
    assert proposal.possible
    assert proposal.title == "PAUSE ANDROID"
    assert proposal.change is not None
    assert proposal.change.headline == "Google Play: 4.2.0 (4201) becomes halted."
    assert proposal.seen == android(engine).store.state
    assert proposal.typed is None
    assert len(world.store.reads) == 1, "nothing is asked to open a dialog"


async def test_a_promotion_is_typed_with_platform_and_share_and_says_what_stands_against_it(world: World) -> None:
    engine = await looking(world)
    proposal = engine.propose(ANDROID, ActionKind.PROMOTE)
    assert proposal.typed == "android 100"
    assert proposal.target is not None
    assert proposal.target.id == "production"
    assert not proposal.possible
    assert [obstacle.reason.split(":")[0] for obstacle in proposal.obstacles] == [
        "48 h in this phase",
        "Maintainer sign-off",
    ]
    assert len(proposal.gates) == 6


async def test_a_pause_can_be_proposed_and_done_before_anything_was_read(world: World) -> None:
    engine = world.engine()
    proposal = engine.propose(ANDROID, ActionKind.PAUSE)
    assert proposal.possible
    assert proposal.seen is None
    outcome = await engine.perform(proposal)
    assert outcome.ending is Ending.DONE
    assert world.store.performed[0][1] is None, "nothing to compare with"


async def test_a_pause_of_a_store_that_cannot_be_read_compares_with_nothing(world: World) -> None:
    engine = await looking(world)
    world.store.on_read = raising(Unreachable("HTTP 503"))
    await engine.read_stores()
    proposal = engine.propose(ANDROID, ActionKind.PAUSE)
    assert proposal.possible
    assert proposal.seen is None
    assert not engine.propose(ANDROID, ActionKind.PROMOTE).possible


async def test_a_store_that_cannot_be_opened_is_the_reason_why_not(world: World) -> None:
    world.broken["play"] = Denied("the key is revoked", "make a new one")
    engine = world.engine()
    proposal = engine.propose(ANDROID, ActionKind.PAUSE)
    assert [(o.reason, o.remedy) for o in proposal.obstacles] == [("the key is revoked", "make a new one")]
    assert (await engine.perform(proposal)).ending is Ending.REFUSED


# --- on what terms ---------------------------------------------------------------------------------------------------


async def test_what_the_store_asks_about_is_told_with_the_outcome_and_nothing_is_open(world: World) -> None:
    world.store.on_perform = raising(NeedsConsent("a review is running", Consent("cancel-review", "It is cancelled.")))
    engine = await looking(world)
    outcome = await act(engine)
    assert (outcome.ending, outcome.consent) == (Ending.REFUSED, Consent("cancel-review", "It is cancelled."))
    assert outcome.message == "Nothing was changed. A review is running. It is cancelled."
    assert journalled(world) == [("pause", "refused")]


async def test_what_a_person_allows_reaches_the_stores_plan(world: World) -> None:
    engine = await looking(world)
    proposal = engine.propose(ANDROID, ActionKind.PAUSE, Terms(allowed=("cancel-review",)))
    assert world.store.intents[-1].allowed == ("cancel-review",)
    assert proposal.terms.allowed == ("cancel-review",)


async def test_a_resume_offers_the_shares_up_to_the_one_that_was_paused(world: World) -> None:
    world.state = replace(world.state, word=StateWord.PAUSED, status="halted")
    engine = await looking(world)
    assert engine.propose(ANDROID, ActionKind.RESUME).shares == (Decimal("0.5"), Decimal("0.1"))
    engine.propose(ANDROID, ActionKind.RESUME, Terms(share=Decimal("0.1")))
    assert world.store.intents[-1].share == Decimal("0.1")


async def test_a_resume_never_goes_beyond_the_share_that_was_paused(world: World) -> None:
    """More users are a promotion: its gates, its typed text, its second person."""
    world.state = replace(world.state, word=StateWord.PAUSED, status="halted", share=Decimal("0.1"))
    engine = await looking(world)
    beyond = engine.propose(ANDROID, ActionKind.RESUME, Terms(share=Decimal(1)))
    assert not beyond.possible
    assert beyond.obstacles[0].reason == "100 % is beyond the 10 % that was paused"
    assert (await engine.perform(beyond)).ending is Ending.REFUSED
    assert engine.propose(ANDROID, ActionKind.RESUME, Terms(share=Decimal("0.05"))).possible
    world.state = replace(world.state, share=None)
    await engine.read_stores()
    assert not engine.propose(ANDROID, ActionKind.RESUME, Terms(share=Decimal(1))).possible
    assert world.store.performed == []


async def test_a_share_between_two_phases_can_be_promoted_to_but_none_beyond_the_next(world: World) -> None:
    engine = await may_promote(world)
    raised = engine.propose(ANDROID, ActionKind.PROMOTE, Terms(share=Decimal("0.75")))
    assert (raised.possible, raised.typed, raised.share) == (True, "android 75", Decimal("0.75"))
    assert world.store.intents[-1].share == Decimal("0.75")
    world.state = replace(world.state, share=Decimal("0.1"))
    engine = await looking(world)
    beyond = engine.propose(ANDROID, ActionKind.PROMOTE, Terms(share=Decimal("0.75")))
    assert "75 % is beyond Closed testing (50 %)" in [obstacle.reason for obstacle in beyond.obstacles]


async def test_a_build_that_is_out_is_not_restarted(world: World) -> None:
    proposal = (await looking(world)).propose(ANDROID, ActionKind.RESTART)
    assert [obstacle.reason for obstacle in proposal.obstacles] == [
        "4201 is out already (inProgress); a restart is for a new build"
    ]


async def test_a_build_that_nobody_gets_begins_at_the_first_phase(world: World) -> None:
    world.state = replace(world.state, word=StateWord.UNKNOWN, status="not on the track", kind=None, share=None)
    engine = await looking(world)
    proposal = engine.propose(ANDROID, ActionKind.RESTART)
    assert (proposal.possible, proposal.typed) == (True, "android 10")
    assert (world.store.intents[-1].phase.id, world.store.intents[-1].share) == ("internal", Decimal("0.1"))
    assert (await engine.perform(proposal)).ending is Ending.DONE
