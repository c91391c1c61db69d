"""What watching one app costs at Google Play, counted over hours with the program's own poller (G2, G18, G22)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from providers.google_play.options import GooglePlayOptions
from providers.google_play.store import GooglePlayStore
from rollout_tui.domain.actions import ActionKind, Ending
from rollout_tui.domain.releases import Platform, ReleaseState, StateWord
from rollout_tui.engine.engine import Engine
from rollout_tui.ports import ProviderContext
from tests.clocks import breathe, until
from tests.providers.google_play.desk import ANDROID, CLOSED, INTERNAL, PRODUCTION
from tests.providers.google_play.fake import PACKAGE, FakePlay, refusal, release
from tests.unit.engine.fakes import World

HOURS = 6
AT_REST = 3
"""Who sleeps between two polls: the store's poller, the tick, and what forgets old history."""
SEVERAL_TRACKS = replace(
    ANDROID,
    phases=(
        replace(INTERNAL, track="internal"),
        replace(CLOSED, track="beta"),
        replace(PRODUCTION, track="production"),
    ),
)


def desk_of(folder: Path, play: FakePlay, plan=ANDROID, share_interval: float = 900.0) -> tuple[World, Engine]:
    """The real engine and the real provider on a clock that is turned."""
    world = World(folder, plans=(replace(plan, store="play", sources=(), tracker=None),))
    http = httpx.AsyncClient(transport=httpx.MockTransport(play))
    context = ProviderContext("play", http, world.clock, lambda _: "made-up-token")
    options = GooglePlayOptions(package=PACKAGE, token="env:PLAY_TOKEN")
    world.store = GooglePlayStore(options, context, folder / "locks")
    settings = world.settings()
    stores = {"play": replace(settings.stores["play"], share_interval=share_interval)}
    engine = Engine(replace(settings, stores=stores, sources={}, trackers={}), clock=world.clock, lookup=world.lookup)
    engine.load()
    world.engines.append(engine)
    return world, engine


async def watched(world: World, engine: Engine, hours: float) -> None:
    """Start, and watch."""
    await engine.start()
    await until(lambda: answered(engine) is not None, "the first answer")
    await rested(world)
    await minutes(world, int(hours * 60))


async def minutes(world: World, count: int) -> None:
    """Go on for so many minutes; each poll comes to its end before the next one is due."""
    for _ in range(count):
        await world.clock.advance(60)
        await rested(world)


async def rested(world: World) -> None:
    """Wait until every task sleeps again: locks and history are looked at in threads."""
    await breathe()
    await until(lambda: world.clock.sleeping >= AT_REST, "the end of a poll")
    await breathe()


def answered(engine: Engine) -> ReleaseState | None:
    """What the store said last."""
    return engine.snapshot.rollout(Platform.ANDROID).store.state


def half() -> FakePlay:
    return FakePlay(
        {"production": [release("inProgress", "4201", fraction=0.5), release("completed", "4103")], "internal": []}
    )


@pytest.mark.parametrize("plan", [ANDROID, SEVERAL_TRACKS], ids=["one track", "several tracks"])
async def test_watching_costs_one_edit_free_call_a_minute_and_four_edits_an_hour(tmp_path, plan):
    play = half()
    play.tracks["beta"] = []
    world, engine = desk_of(tmp_path, play, plan)
    await watched(world, engine, HOURS)
    calls = Counter(play.calls)
    wider = (len({phase.track for phase in plan.phases}) - 1) * calls["insert"] if plan is SEVERAL_TRACKS else 0
    assert HOURS * 50 <= calls["list"] <= HOURS * 60 + 1 + wider
    assert HOURS * 3 <= calls["insert"] <= HOURS * 4 + 1
    assert calls["delete"] == calls["insert"], "no edit stays open"
    assert play.writes() == []
    assert engine.snapshot.rollout(Platform.ANDROID).store.problem is None
    await world.close()


async def test_a_build_that_is_on_no_track_costs_no_more(tmp_path):
    play = FakePlay({"production": [release("completed", "4103")], "beta": [], "internal": []})
    world, engine = desk_of(tmp_path, play, SEVERAL_TRACKS, share_interval=0)
    await watched(world, engine, 1)
    assert Counter(play.calls)["list"] <= 60 + 3
    await world.close()


async def test_with_an_interval_of_0_no_edit_is_opened_unless_a_person_asks_or_acts(tmp_path):
    play = half()
    world, engine = desk_of(tmp_path, play, share_interval=0)
    await watched(world, engine, 1)
    assert "insert" not in play.calls
    state = engine.snapshot.rollout(Platform.ANDROID).store.state
    assert state is not None
    assert "u reads it, by a short edit" in state.notes[0]
    engine.read_now(Platform.ANDROID)
    await until(lambda: "delete" in play.calls, "the short edit")
    assert play.calls.count("insert") == 1
    outcome = await engine.perform(engine.propose(Platform.ANDROID, ActionKind.PAUSE))
    assert outcome.ending is Ending.DONE
    assert play.calls.count("commit") == 1
    await world.close()


async def test_a_build_that_moves_to_another_track_is_found_when_the_share_is_read(tmp_path):
    play = FakePlay({"production": [], "beta": [release("inProgress", "4201", fraction=0.5)], "internal": []})
    world, engine = desk_of(tmp_path, play, SEVERAL_TRACKS)
    await watched(world, engine, 0.1)
    play.tracks["production"] = [release("inProgress", "4201", fraction=0.1)]
    await minutes(world, 17)
    await until(lambda: (said := answered(engine)) is not None and said.track == "production", "the answer")
    state = answered(engine)
    assert state is not None
    assert (state.track, str(state.share)) == ("production", "0.1")
    await world.close()


async def test_a_change_in_the_console_is_an_event_that_says_what_it_was_and_is(tmp_path):
    play = half()
    world, engine = desk_of(tmp_path, play)
    await watched(world, engine, 0.1)
    play.tracks["production"][0]["userFraction"] = 0.6
    await minutes(world, 17)
    expected = "committed 50 % became 60 %"
    await until(lambda: engine.snapshot.rollout(Platform.ANDROID).store.changed_elsewhere == expected, "the notice")
    texts = [event.text for event in engine.snapshot.events]
    assert "Changed elsewhere: committed 50 % became 60 %" in texts
    assert "Google Play: committed 50 % to 60 %" in texts
    await world.close()


async def test_a_newer_release_in_our_place_is_said_and_asks_for_a_person(tmp_path):
    play = half()
    world, engine = desk_of(tmp_path, play)
    await watched(world, engine, 0.1)
    play.tracks["production"] = [release("inProgress", "4300", fraction=0.2), release("completed", "4103")]
    await minutes(world, 2)
    await until(lambda: (said := answered(engine)) is not None and said.word is StateWord.UNKNOWN, "the answer")
    state = engine.snapshot.rollout(Platform.ANDROID).store.state
    assert state is not None
    assert state.word is StateWord.UNKNOWN
    assert "4300 is newer and took its place" in state.notes[0]
    advice = engine.snapshot.recommendation
    assert advice.headline == (
        "Android: Google Play does not serve build 4201 any more. Find out who changed it, and why."
    )
    assert any("4300 is newer" in event.text for event in engine.snapshot.events)
    assert not engine.propose(Platform.ANDROID, ActionKind.PROMOTE).possible
    await world.close()


async def test_a_quota_that_is_used_up_slows_the_polls_and_a_pause_is_tried_all_the_same(tmp_path):
    play = half()
    world, engine = desk_of(tmp_path, play)
    await watched(world, engine, 0.1)
    limited = refusal(429, "Quota exceeded", "RESOURCE_EXHAUSTED", "rateLimitExceeded")
    play.before = lambda call: limited if call == "list" else None
    play.calls.clear()
    await minutes(world, 60)
    assert play.calls.count("list") < 20
    assert "429" in str(engine.snapshot.rollout(Platform.ANDROID).store.problem)
    play.before = None
    assert (await engine.perform(engine.propose(Platform.ANDROID, ActionKind.PAUSE))).ending is Ending.DONE
    await world.close()
