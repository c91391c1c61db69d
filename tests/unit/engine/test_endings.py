"""Every ending of an action in the store's words, with the intent in the journal before the first byte."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from rollout_tui.domain.actions import Ending
from rollout_tui.domain.releases import StateWord
from rollout_tui.domain.severity import Severity
from rollout_tui.ports import Denied, OutcomeUnknown, Refused, StateDiffers, Unreachable
from tests.clocks import until
from tests.unit.domain.builders import NOW
from tests.unit.engine.acting import ANDROID, act, journalled, looking, raising, to_the_deadline
from tests.unit.engine.fakes import World
from tests.unit.engine.watching import android, texts


async def test_done_means_that_the_store_shows_it(world: World) -> None:
    engine = await looking(world)
    outcome = await act(engine)
    assert (outcome.ending, outcome.message) == (Ending.DONE, "Google Play shows it: halted.")
    assert outcome.journalled
    assert android(engine).store.state is not None
    assert android(engine).store.state.word is StateWord.PAUSED  # type: ignore[union-attr]
    assert journalled(world) == [("pause", "done")]
    requested = android(engine).store.requested
    assert requested is not None
    assert (requested.text, requested.by) == ("halted", "jkim@rel-01")
    assert texts(engine)[0] == "Paused. Google Play shows it: halted."
    assert "Pause by jkim@rel-01: Google Play: 4.2.0 (4201) becomes halted." in texts(engine)
    assert android(engine).store.changed_elsewhere is None


async def test_a_pause_asks_the_store_for_nothing_before_the_change(world: World) -> None:
    engine = await looking(world)
    world.store.reads.clear()
    world.store.on_perform = lambda: world.store.reads.append((ANDROID, False))  # marks the moment
    await act(engine)
    assert world.store.reads[0] == (ANDROID, False)


async def test_the_intent_is_on_the_disk_before_the_store_hears_of_it(world: World) -> None:
    engine = await looking(world)
    seen: list[list[tuple[str, str | None]]] = []
    world.store.on_perform = lambda: seen.append(journalled(world))
    await act(engine)
    assert seen == [[("pause", None)]]


async def test_a_person_who_saw_something_else_is_shown_what_is(world: World) -> None:
    engine = await looking(world)
    world.store.takes_effect = False
    now = replace(world.state, share=Decimal("0.2"), as_of=NOW + 1)
    world.store.on_perform = raising(StateDiffers("The store now says 20 %.", now))
    outcome = await act(engine)
    assert (outcome.ending, outcome.state) == (Ending.DIFFERS, now)
    assert android(engine).store.state == now
    assert journalled(world) == [("pause", "store differs")]


async def test_what_the_store_already_shows_is_already_so(world: World) -> None:
    engine = await looking(world)
    world.store.takes_effect = False
    now = replace(world.state, word=StateWord.PAUSED, status="halted", as_of=NOW + 1)
    world.store.on_perform = raising(StateDiffers("It is halted.", now))
    assert (await act(engine)).ending is Ending.ALREADY


async def test_pausing_what_is_paused_changes_nothing_and_says_so(world: World) -> None:
    world.state = replace(world.state, word=StateWord.PAUSED, status="halted")
    engine = await looking(world)
    outcome = await act(engine)
    assert (outcome.ending, outcome.message) == (
        Ending.ALREADY,
        "The store already shows halted. Nothing was changed.",
    )
    assert world.store.performed == []


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Refused("no such release", "look there"), "No such release. Look there."),
        (Denied("no right"), "No right."),
        (Unreachable("no route."), "No route."),
    ],
)
async def test_a_refusal_is_told_with_its_remedy_and_a_failed_pause_loudly(
    world: World, error: Exception, told: str
) -> None:
    engine = await looking(world)
    world.store.takes_effect = False
    world.store.on_perform = raising(error)
    outcome = await act(engine)
    assert outcome.ending is Ending.REFUSED
    assert outcome.message == told
    assert engine.snapshot.events[0].level is Severity.CRITICAL
    assert journalled(world) == [("pause", "refused")]
    assert android(engine).store.requested is None, "it never reached the store"
    assert android(engine).running is None


async def test_a_lost_answer_is_settled_by_reading(world: World) -> None:
    engine = await looking(world)
    world.store.on_perform = raising(OutcomeUnknown("the commit was not answered"))
    outcome = await act(engine)
    assert outcome.ending is Ending.DONE
    assert len(world.store.performed) == 1, "never sent twice"


async def test_a_lost_answer_without_effect_is_not_confirmed_and_not_repeated(world: World) -> None:
    engine = await looking(world)
    world.store.takes_effect = False
    world.store.on_perform = raising(OutcomeUnknown("the commit was not answered"))
    outcome = await to_the_deadline(world, asyncio.create_task(act(engine)))
    assert outcome.ending is Ending.UNCONFIRMED
    assert outcome.message.startswith("The commit was not answered. Not confirmed by Google Play after 3 min")
    assert len(world.store.performed) == 1
    assert engine.snapshot.recommendation.headline.startswith("Check Android at Google Play by hand")


async def test_a_store_that_breaks_while_it_changes_is_read_back(world: World) -> None:
    engine = await looking(world)
    world.store.on_perform = raising(KeyError("s3cret"))
    outcome = await act(engine)
    assert outcome.ending is Ending.DONE


async def test_the_read_back_goes_on_while_the_store_is_unreachable(world: World) -> None:
    engine = await looking(world)

    def down() -> None:
        world.store.on_read = raising(Unreachable("HTTP 503"))

    world.store.on_perform = down
    acting = asyncio.create_task(act(engine))
    await until(lambda: android(engine).store.problem is not None, "the failed read-back")
    await world.clock.advance(4)
    world.store.on_read = lambda: None
    outcome = await to_the_deadline(world, acting)
    assert outcome.ending is Ending.DONE


async def test_a_change_that_shows_late_is_done_after_all(world: World) -> None:
    engine = await looking(world)
    world.store.takes_effect = False
    outcome = await to_the_deadline(world, asyncio.create_task(act(engine)))
    assert outcome.ending is Ending.UNCONFIRMED
    world.state = replace(world.state, word=StateWord.PAUSED, status="halted")
    await world.clock.advance(30)
    await engine.read_stores()
    await engine._works.upkeep.confirm_late()
    last = engine._assessor.assess().rollout(ANDROID).last_outcome
    assert last is not None
    assert (last.ending, last.message) == (Ending.DONE, "Google Play shows it now: halted.")
    assert journalled(world) == [("pause", "done")]
    assert android(engine).store.changed_elsewhere is None
