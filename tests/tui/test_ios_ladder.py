"""iOS from TestFlight to everybody: every step by the keys of the real screen, on the rehearsed App Store.

Engine, providers and services are the real ones, joined in this process; time runs sixty times as fast and leaps.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest

from rollout_tui.config import load
from rollout_tui.engine.actor import this_actor
from rollout_tui.engine.engine import Engine
from rollout_tui.rehearsal.clock import RehearsalClock
from rollout_tui.rehearsal.ready_config import write_config
from rollout_tui.rehearsal.scenarios import SCENARIOS
from rollout_tui.rehearsal.serve import SERVICES, make_services
from rollout_tui.rehearsal.stage import Stage, set_stage
from rollout_tui.tui.app import RolloutApp
from rollout_tui.tui.look import Look
from tests.rehearsal.serving import run
from tests.tui.hand import Hand, Wrist

SIZE = (140, 48)
HOUR = 3600.0
DAY = 24 * HOUR
SPEED = 60.0
PATIENCE = 240.0
"""Seconds of wall time after which a wait gives up."""
LADDER = ("1 %", "2 %", "5 %", "10 %", "20 %", "50 %", "100 %")


@dataclass
class Leaping:
    """Time that runs fast and leaps when it is told to; whoever sleeps then, wakes."""

    began: float = field(default_factory=time.time)
    leapt: float = 0.0
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def now(self) -> float:
        return self.began + (time.time() - self.began) * SPEED + self.leapt

    async def sleep(self, seconds: float) -> None:
        until = self.now() + seconds
        while (left := until - self.now()) > 0:
            try:
                await asyncio.wait_for(self.woken.wait(), left / SPEED)
            except TimeoutError:
                return

    def leap(self, seconds: float) -> None:
        self.leapt += seconds
        self.woken.set()
        self.woken = asyncio.Event()


class Joined(httpx.AsyncBaseTransport):
    """The network between program and services: by host name."""

    def __init__(self, apps: dict[str, httpx.ASGITransport]) -> None:
        self._apps = apps

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._apps[request.url.host].handle_async_request(request)


@dataclass
class Watch:
    """Somebody before the screen of a running rehearsal."""

    hand: Hand
    stage: Stage
    clock: Leaping
    config: Path

    async def until(self, seen: Callable[[str], object], what: str) -> str:
        """Wait for something on the screen; fail with the screen if it does not come."""
        deadline = time.monotonic() + PATIENCE
        while not seen(screen := self.hand.screen()):
            assert time.monotonic() < deadline, f"no {what} within {PATIENCE:g} s; the screen is\n{screen}"
            await asyncio.sleep(0.05)
            await self.hand.pilot.pause()
        return screen

    async def shows(self, *texts: str) -> str:
        return await self.until(lambda screen: all(text in screen for text in texts), f"{texts} on the screen")

    async def leap(self, seconds: float, *texts: str) -> str:
        """Let time pass, and wait for what the store then says."""
        self.clock.leap(seconds)
        return await self.shows(*texts)

    async def press(self, key: str, *texts: str) -> str:
        await self.hand.press(key)
        return await self.shows(*texts)

    async def promote(self, title: str, typed: str) -> None:
        """`n`, then the target as the dialog asks for it, then the button; again where a reading came in between."""

        async def opened() -> bool:
            screen = await self.press("n", "PROMOTE iOS")
            if title in screen and "0 of" in screen:
                return True
            await self.hand.press("escape")
            await self.until(lambda screen: "PROMOTE iOS" not in screen, "end of the dialog")
            return False

        deadline = time.monotonic() + PATIENCE
        while not await opened():
            assert time.monotonic() < deadline, f"cannot be promoted; the screen is\n{self.hand.screen()}"
            await asyncio.sleep(0.2)
        await self.until(lambda screen: f"Type {typed} to go on" in screen, "field to type in")
        while f"{len(typed)} of {len(typed)}" not in self.hand.screen():
            # What comes before a changed dialog can be read does not count: from the beginning, then.
            assert time.monotonic() < deadline, f"cannot be typed; the screen is\n{self.hand.screen()}"
            await self.hand.press(*["backspace"] * len(typed))
            await self.hand.press(*["space" if letter == " " else letter for letter in typed])
        await self.hand.press("tab", "enter")
        await self.until(lambda screen: "PROMOTE iOS" not in screen, "end of the dialog")

    def said_by_the_store(self) -> str:
        """Version and ladder as the store itself has them."""
        phased = self.stage.apple.phased
        return f"{self.stage.apple.version_state} {None if phased is None else phased.state}"


def ios_alone(text: str) -> str:
    """The configuration without Android, whose part of the screen says the same words, and with rare polls of metrics.

    A leap is a long past to look back on, at a point each interval; services and program share one thread for it.
    """
    shared, _, platforms = text.partition("[platforms.android]")
    text = shared + "[platforms.ios]" + platforms.partition("[platforms.ios]")[2]
    text = re.sub(r"\[signoffs\.maintainer\]\n.*\n.*\n", "", text)
    text = text.replace("[sources.prometheus]\n", '[sources.prometheus]\ninterval = "2h"\n')
    text = re.sub("stale_after = .*", 'stale_after = "6h"', text)
    return text.replace('timeout = "20s"', 'timeout = "240s"')


@pytest.fixture
async def watch(tmp_path, monkeypatch):
    for kind in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind.lower()))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))  # its store has the same address wherever this test runs
    clock = Leaping()
    scenario = replace(SCENARIOS["healthy"], signed=False)
    stage = set_stage(scenario, RehearsalClock(1.0, clock.began, clock.began, clock.now), 1)
    urls = {name: f"http://{name.replace('_', '-')}.test" for name in SERVICES}
    _, apps = make_services(stage, tmp_path, urls["google_oauth"])
    # What the command line reads: the same time without the leaps.
    config = write_config(tmp_path, replace(stage, clock=RehearsalClock(SPEED, clock.began, clock.began)), SPEED, urls)
    config.write_text(ios_alone(config.read_text()))
    network = Joined({httpx.URL(urls[name]).host: httpx.ASGITransport(app) for name, app in apps.items()})
    engine = Engine(load(config), clock=clock, transport=network, actor=this_actor())
    engine.load()
    wrist = Wrist()
    app = RolloutApp(engine, Look(rehearsal="ladder 60x"), engine.start, clock=wrist)
    async with app.run_test(size=SIZE) as pilot:
        yield Watch(Hand(app, pilot, wrist), stage, clock, config)
    await engine.close()


async def test_ios_goes_from_testflight_to_complete_by_the_keys_of_the_screen(watch):
    await watch.press("tab", "▌iOS")
    await watch.shows("► TestFlight", "in group", "RUNNING")

    await watch.press("n", "PROMOTE iOS: NOT YET", "TestFlight feedback: none yet")
    await watch.press("escape")
    signed = await asyncio.to_thread(
        run,
        "sign",
        "testflight feedback positive",
        "--platform",
        "ios",
        "--as",
        "mara",
        "--yes",
        "--config",
        str(watch.config),
    )
    assert signed.returncode == 0, signed.stderr
    await watch.shows("signed by mara")

    await watch.promote("TestFlight → App Review", "ios review")
    await watch.shows("► App Review", "IN REVIEW")
    assert watch.stage.apple.version_state == "WAITING_FOR_REVIEW"
    await watch.leap(7 * HOUR, "(IN_REVIEW)")
    await watch.leap(14 * HOUR, "WAITING", "PENDING_DEVELOPER_RELEASE")
    assert watch.said_by_the_store() == "PENDING_DEVELOPER_RELEASE None"

    await watch.promote("App Review → App Store phased", "ios release")
    await watch.shows("► App Store phased")
    await watch.leap(660.0, "day 1 of 7")
    assert watch.said_by_the_store() == "READY_FOR_DISTRIBUTION ACTIVE"
    for day, share in enumerate(LADDER[1:], 2):
        screen = await watch.leap(DAY, f"day {day} of 7")
        assert re.search(rf"App Store phased +{share} ", screen), screen
        if day == 3:
            await pause_and_go_on(watch)
    await watch.leap(DAY, "(COMPLETE)", "DONE")
    assert watch.said_by_the_store() == "READY_FOR_DISTRIBUTION COMPLETE"


async def pause_and_go_on(watch: Watch) -> None:
    """Two keys stand the ladder still for two days; it goes on with the day on which it stood."""
    await watch.press("p", "PAUSE iOS")
    await watch.hand.press("y")
    await watch.shows("‖ PAUSED", "Paused. App Store shows it")  # only then is it not under way any more
    assert watch.said_by_the_store() == "READY_FOR_DISTRIBUTION PAUSED"
    await watch.leap(2 * DAY, "28 d of pause left", "day 3 of 7")
    await watch.press("r", "RESUME iOS")
    await watch.hand.press("y")
    await watch.shows("► RUNNING", "day 3 of 7", "Resumed. App Store shows it")
    assert watch.said_by_the_store() == "READY_FOR_DISTRIBUTION ACTIVE"
