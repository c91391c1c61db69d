"""Promotions need everything at the moment of confirmation, and read-only nothing is possible at all."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from rollout_tui.domain.actions import ActionKind, Ending, Proposal
from tests.unit.engine.acting import ANDROID, act, may_promote
from tests.unit.engine.fakes import World
from tests.unit.engine.watching import android


async def test_a_promotion_is_done_when_every_gate_holds(world: World) -> None:
    engine = await may_promote(world)
    outcome = await act(engine, ActionKind.PROMOTE)
    assert outcome.ending is Ending.DONE
    change, seen = world.store.performed[0]
    assert change.expects.share == Decimal(1)
    assert seen is not None
    requested = android(engine).store.requested
    assert requested is not None
    assert requested.text == "100 %"


async def test_a_gate_that_fails_between_dialog_and_confirmation_stops_the_promotion(world: World) -> None:
    engine = await may_promote(world)
    proposal = engine.propose(ANDROID, ActionKind.PROMOTE)
    assert proposal.possible
    world.tracker.open = 1
    await engine._works.tracker_pollers[0].poll_once()
    outcome = await engine.perform(proposal)
    assert outcome.ending is Ending.REFUSED
    assert outcome.message.startswith("Not any more: No critical bugs: 1 open")
    assert world.store.performed == []


async def test_data_that_became_stale_between_dialog_and_confirmation_stops_the_promotion(world: World) -> None:
    engine = await may_promote(world)
    proposal = engine.propose(ANDROID, ActionKind.PROMOTE)
    await world.clock.advance(200)
    outcome = await engine.perform(proposal)
    assert outcome.ending is Ending.REFUSED
    assert "no data (STALE" in outcome.message


@pytest.mark.parametrize("kind", list(ActionKind))
async def test_nothing_is_possible_read_only(world: World, kind: ActionKind) -> None:
    engine = world.engine(read_only="started with --read-only by jkim")
    await engine.poll_once()
    proposal = engine.propose(ANDROID, kind)
    assert [o.reason for o in proposal.obstacles] == ["read-only: started with --read-only by jkim"]
    forged = replace(proposal, obstacles=(), change=engine_change(world, proposal))
    assert (await engine.perform(forged)).ending is Ending.REFUSED
    assert world.store.performed == []


def engine_change(world: World, proposal: Proposal) -> object:
    writing = world.engine()
    return writing.propose(ANDROID, ActionKind.PAUSE).change
