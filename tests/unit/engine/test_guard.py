"""The guard: who is told, what is paused by itself, what stops it, and how loud a failure is."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from rollout_tui.config.settings import ActionSettings, AlertSettings, ChannelSettings, Settings
from rollout_tui.domain.actions import Actor
from rollout_tui.domain.automatic import AutomaticRule
from rollout_tui.domain.countdowns import CountdownEnd
from rollout_tui.domain.quantities import Proportion
from rollout_tui.domain.releases import Platform, StateWord
from rollout_tui.engine.channels import Channel, Delivery, Message, by_apprise, harmless
from rollout_tui.engine.engine import Engine
from rollout_tui.engine.guard import Guard, GuardRuns, guard_actor, only_guard
from rollout_tui.engine.guardnote import guard_of
from rollout_tui.ports import Denied
from tests.clocks import breathe, until
from tests.unit.domain.builders import CRASH
from tests.unit.engine.fakes import JKIM, World

BAD, GOOD = Proportion(300, 7930), Proportion(23, 7930)
GUARD = guard_actor(Actor("svc", "rel-01", uid=1000))
ALL = ChannelSettings("env:TEAM", ("INFO", "WARNING", "CRITICAL", "UNKNOWN"), digest=True)
FEW = ChannelSettings("env:ONCALL", (), gates=False)


class Post:
    """What was sent where."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Message]] = []
        self.answer = Delivery(True)

    async def __call__(self, url: str, message: Message) -> Delivery:
        self.sent.append((url, message))
        return self.answer

    def texts(self, url: str = "https://team.example/SECRET") -> list[str]:
        return [message.body for where, message in self.sent if where == url]


class Watched(World):
    """A world whose guard pauses Android after two minutes of CRITICAL and a countdown of five."""

    rule = AutomaticRule(critical=120.0, countdown=300.0)

    def settings(self, *, read_only: bool = False) -> Settings:
        settings = super().settings(read_only=read_only)
        alerts = AlertSettings({"team": ALL, "oncall": FEW})
        actions = ActionSettings(self.deadline, read_only, {Platform.ANDROID: self.rule})
        return replace(settings, alerts=alerts, actions=actions)


@pytest.fixture
async def world(tmp_path, monkeypatch) -> AsyncIterator[Watched]:
    monkeypatch.setenv("TEAM", "https://team.example/SECRET")
    monkeypatch.setenv("ONCALL", "https://oncall.example/SECRET")
    made = Watched(tmp_path)
    yield made
    await made.close()


async def guarding(world: Watched, post: Post) -> tuple[Engine, Guard]:
    engine = world.engine(actor=GUARD)
    await engine.start()
    await until(lambda: not any(board.unheard for board in engine._boards), "hearing every provider")
    guard = engine.guard(post)
    for channel in guard.channels:
        channel._sleep = lambda _seconds: asyncio.sleep(0)
    await guard.begin()
    return engine, guard


async def minutes(world: Watched, engine: Engine, count: float) -> None:
    """Time passes; what is on its way to disk and back arrives."""
    for _ in range(int(count * 2)):
        await world.clock.advance(30)
        for _ in range(2):
            await engine._archive.try_call(lambda history: None, None)
            await breathe()


def turn_bad(world: Watched) -> None:
    world.source.quantities[CRASH.id] = BAD


async def test_critical_that_is_held_is_counted_down_and_paused_by_the_usual_way(world: Watched) -> None:
    post = Post()
    engine, guard = await guarding(world, post)
    turn_bad(world)
    await minutes(world, engine, 4)
    rollout = engine.snapshot.rollout(Platform.ANDROID)
    assert rollout.countdown is not None
    assert rollout.countdown.runs
    assert "pauses by itself at" in engine.snapshot.recommendation.headline
    assert any("PAUSES BY ITSELF" in text for text in post.texts())
    assert any("PAUSES BY ITSELF" in text for text in post.texts("https://oncall.example/SECRET")), "at every level"
    assert world.store.performed == []
    await minutes(world, engine, 6)
    await until(lambda: world.state.word is StateWord.PAUSED, "the pause")
    await minutes(world, engine, 1)
    assert any("IS PAUSED by the guard" in text for text in post.texts())
    entries = await engine._archive.call(lambda history: history.countdowns.all(Platform.ANDROID, "4201"))
    assert [(one.ended, one.failed) for one in entries] == [(CountdownEnd.PAUSED, False)]
    audit = [json.loads(line) for line in world.path.with_suffix(".audit.jsonl").read_text().splitlines()]
    assert [(one["kind"], one["user"], one["login"]) for one in audit][:2] == [
        ("intent", "guard", "svc"),
        ("outcome", "guard", "svc"),
    ]
    await guard.end()


async def test_a_person_at_another_process_stops_it_for_good(world: Watched) -> None:
    post = Post()
    engine, guard = await guarding(world, post)
    turn_bad(world)
    await minutes(world, engine, 4)
    desk = world.engine(actor=JKIM)
    said = await desk.alarms.stop(Platform.ANDROID)
    assert said.done, said.text
    await minutes(world, engine, 12)
    assert world.store.performed == []
    assert any("stopped by jkim" in text for text in post.texts())
    assert not (await desk.alarms.stop(Platform.ANDROID)).done, "there is nothing to stop any more"
    await guard.end()


async def test_no_data_never_pauses(world: Watched) -> None:
    engine, guard = await guarding(world, Post())
    turn_bad(world)
    await minutes(world, engine, 1)
    world.source.missing = {CRASH.id: "no session of this build"}
    await minutes(world, engine, 15)
    assert world.store.performed == []
    assert engine.snapshot.rollout(Platform.ANDROID).countdown is None
    await guard.end()


async def test_its_failure_is_told_to_every_channel_until_somebody_acknowledges(world: Watched) -> None:
    post = Post()
    engine, guard = await guarding(world, post)

    def refuse() -> None:
        raise Denied("Google Play: HTTP 403, no right to release")

    world.store.on_perform, world.store.takes_effect = refuse, False
    turn_bad(world)
    await minutes(world, engine, 12)
    oncall = "https://oncall.example/SECRET"
    assert any("THE AUTOMATIC PAUSE FAILED" in text and "HTTP 403" in text for text in post.texts(oncall))
    assert any("THE AUTOMATIC PAUSE" in event.text for event in engine.snapshot.events)
    await minutes(world, engine, 32)
    assert sum("STILL" in text and "AUTOMATIC PAUSE FAILED" in text for text in post.texts(oncall)) == 1
    said = await world.engine(actor=JKIM).alarms.acknowledge(Platform.ANDROID)
    assert said.done, said.text
    post.sent.clear()
    await minutes(world, engine, 40)
    assert not any("STILL" in text for text in post.texts(oncall))
    assert world.state.word is StateWord.RUNNING
    await guard.end()


async def test_an_alarm_is_sent_once_however_often_it_is_polled_and_not_again_by_the_next_guard(world: Watched) -> None:
    world.rule = AutomaticRule()
    post = Post()
    engine, guard = await guarding(world, post)
    turn_bad(world)
    await minutes(world, engine, 10)
    assert sum("Crash rate CRITICAL" in text for text in post.texts()) == 1
    assert post.texts("https://oncall.example/SECRET") == []
    await guard.end()
    await engine.close()
    later = Post()
    engine, guard = await guarding(world, later)
    await minutes(world, engine, 5)
    assert not any("Crash rate CRITICAL" in text for text in later.texts())
    await guard.end()


async def test_one_guard_a_history_and_the_second_is_told_who_runs(world: Watched) -> None:
    engine = world.engine(actor=GUARD)
    with only_guard(engine):
        assert str(guard_of(world.path)).startswith("guard@rel-01, process")
        told = r"runs already: guard@rel-01, process .* sends alerts to team, oncall"
        with pytest.raises(GuardRuns, match=told), only_guard(engine):
            pass
    assert guard_of(world.path) is None


async def test_it_is_well_while_everything_is_polled_and_history_is_written(world: Watched) -> None:
    engine, guard = await guarding(world, Post())
    assert await guard.ill() == []
    await guard.end()
    assert await guard.ill() == ["a part of the guard ended, see the log"]
    await engine.close()
    assert "prometheus source is not polled" in await guard.ill()


async def test_a_broken_channel_is_told_as_an_event_once_and_holds_up_no_other(world: Watched) -> None:
    waits: list[float] = []
    told: list[str] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    post = Post()
    post.answer = Delivery(False, "the service answered HTTP 429", 60.0)
    channel = Channel("team", ALL, post, lambda text, _works: told.append(text), sleep)
    running = asyncio.create_task(channel.run())
    for _ in range(2):
        channel.put(Message("CRITICAL", "it"))
        await channel.drained()
    assert told == ["Alert channel team not sent: the service answered HTTP 429"]
    assert waits == [60.0, 60.0, 1.0] * 2
    post.answer = Delivery(True)
    channel.put(Message("CRITICAL", "it"))
    await channel.drained()
    assert told[-1] == "Alert channel team works again"
    assert (channel.sent, channel.failed) == (1, 2)
    running.cancel()


def test_texts_from_outside_ping_nobody() -> None:
    sent = harmless(Message("@everyone", "bug “<!channel> @here <@U123>”, target < 10 s, " + "x" * 3000))
    assert "@everyone" not in sent.title
    assert not any(ping in sent.body for ping in ("<!channel>", "@here", "<@U123>"))
    assert "target < 10 s" in sent.body
    assert len(sent.body) <= 2000


async def test_an_address_is_never_told(caplog) -> None:
    caplog.set_level(logging.DEBUG)
    delivery = await by_apprise("nonsense://SECRET", Message("a", "b"))
    assert not delivery.done
    assert "SECRET" not in delivery.why
    assert "SECRET" not in caplog.text


async def test_a_missing_secret_names_its_reference() -> None:
    channel = Channel("team", replace(ALL, url="env:NOT_THERE"), Post(), lambda _text, _works: None)
    assert (await channel.try_once(Message("a", "b"))).why == "env:NOT_THERE is not set"
