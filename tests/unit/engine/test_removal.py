"""Removal from sale in the engine: its own door at the store, confirmed twice, journalled, read back; never a pause."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from rollout_tui.domain.actions import ActionKind, Change, Ending, Expectation, FieldChange
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.releases import Platform, ReleaseState, StateWord
from rollout_tui.engine.engine import Engine
from rollout_tui.ports import OutcomeUnknown, Refused
from tests.unit.engine.acting import journalled, looking, raising, to_the_deadline
from tests.unit.engine.fakes import BOTH, FakeStore, World

IOS = Platform.IOS
OFF = "DEVELOPER_REMOVED_FROM_SALE"


@dataclass
class SellingStore(FakeStore):
    """A store that can also take the app off sale; `on_remove` may fail before it does."""

    removed: list[ReleaseState | None] = field(default_factory=list)
    on_remove: Callable[[], None] = lambda: None

    def plan_removal(self, rollout: RolloutPlan, seen: ReleaseState) -> Change:
        return Change(
            self.label,
            f"{self.label}: {rollout.version} is removed from sale.",
            (FieldChange("app", "on sale", "off sale"),),
            (),
            "by hand",
            Expectation(status=OFF),
        )

    async def remove_from_sale(self, rollout: RolloutPlan, change: Change, seen: ReleaseState | None) -> None:
        self.removed.append(seen)
        self.on_remove()
        self.states[rollout.platform] = replace(self.states[rollout.platform], word=StateWord.UNKNOWN, status=OFF)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = World(tmp_path, plans=BOTH)
    yield made
    await made.close()


async def selling(world: World) -> tuple[Engine, SellingStore]:
    """A program that looks at an App Store that can do it."""
    store = world.app_store = SellingStore(world.clock, world.app_store.states, "App Store")
    return await looking(world), store


async def test_it_is_confirmed_by_two_texts_journalled_and_read_back(world: World) -> None:
    engine, store = await selling(world)
    proposal = engine.propose(IOS, ActionKind.REMOVE)
    assert (proposal.possible, proposal.typed, proposal.typed_again) == (True, "ios remove from sale", "4.2.0")
    assert proposal.title == "REMOVE FROM SALE iOS"
    outcome = await engine.perform(proposal, "it hurts people")
    assert (outcome.ending, outcome.message) == (Ending.DONE, f"App Store shows it: {OFF}.")
    assert store.removed == [proposal.seen]
    assert store.performed == []
    assert journalled(world) == [("remove from sale", "done")]


async def test_no_other_action_goes_through_that_door(world: World) -> None:
    engine, store = await selling(world)
    await engine.perform(engine.propose(IOS, ActionKind.PAUSE))
    assert (store.removed, len(store.performed)) == ([], 1)


async def test_neither_a_gate_nor_time_is_in_its_way_but_a_store_that_cannot_be_read_is(world: World) -> None:
    world.source.missing["crash_rate"] = "HTTP 503"
    engine, store = await selling(world)
    assert any(not gate.holds for gate in engine.snapshot.rollout(IOS).gates)
    assert engine.propose(IOS, ActionKind.REMOVE).possible
    store.on_read = raising(Refused("HTTP 500"))
    await engine.read_stores()
    proposal = engine.propose(IOS, ActionKind.REMOVE)
    assert [obstacle.reason for obstacle in proposal.obstacles] == ["App Store cannot be read: HTTP 500"]


async def test_a_store_that_cannot_do_it_says_where_it_is_done(world: World) -> None:
    engine = await looking(world)
    proposal = engine.propose(Platform.ANDROID, ActionKind.REMOVE)
    assert not proposal.possible
    assert proposal.obstacles[0].reason == "Google Play has no removal from sale that a program can do"
    assert proposal.obstacles[0].remedy == "do it in the store's console"
    assert world.store.intents == [], "its own planning is asked about its own four verbs alone"


async def test_without_a_journal_it_is_not_done(world: World) -> None:
    engine, store = await selling(world)
    proposal = engine.propose(IOS, ActionKind.REMOVE)
    engine._archive._history._connection.execute("PRAGMA query_only = 1")  # type: ignore[union-attr]
    outcome = await engine.perform(proposal)
    assert (outcome.ending, store.removed) == (Ending.REFUSED, [])


async def test_half_done_is_not_confirmed_and_says_how_far_it_came(world: World) -> None:
    engine, store = await selling(world)
    store.on_remove = raising(OutcomeUnknown("Off sale in 23 of 53 countries, then it stopped: no answer"))
    acting = asyncio.create_task(engine.perform(engine.propose(IOS, ActionKind.REMOVE)))
    outcome = await to_the_deadline(world, acting)
    assert outcome.ending is Ending.UNCONFIRMED
    assert outcome.message.startswith("Off sale in 23 of 53 countries")
    assert len(store.removed) == 1, "never repeated by itself"


async def test_a_pause_is_never_proposed_as_a_removal_nor_told_in_status(world: World) -> None:
    engine, _ = await selling(world)
    for kind in (ActionKind.PAUSE, ActionKind.RESUME, ActionKind.PROMOTE, ActionKind.RESTART):
        proposal = engine.propose(IOS, kind)
        assert proposal.typed_again is None
        assert proposal.change is None or "sale" not in proposal.change.headline


async def test_what_this_program_removed_is_nobody_elses_change_in_the_next_process_too(world: World) -> None:
    engine, store = await selling(world)
    await engine.perform(engine.propose(IOS, ActionKind.REMOVE))
    await engine.close()
    store.states[IOS] = replace(store.states[IOS], kind=None)
    later = await looking(world)
    advice = later.snapshot.recommendation
    assert "the app is off sale" in f"{advice.headline} {advice.detail}"
    assert "Find out who" not in f"{advice.headline} {advice.detail}"
