"""One task per provider: interval, timeout, back-off, and never the program's end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from rollout_tui.engine.poller import JITTER, LONGEST, Poller
from rollout_tui.engine.trouble import describe
from rollout_tui.ports import Denied, Unreachable
from tests.clocks import ManualClock, breathe

START = 1000.0


class Polled:
    """A provider that notes when it was asked, and fails as told."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.times: list[float] = []
        self.errors: list[BaseException] = []
        self.fails: Callable[[], BaseException | None] = lambda: None
        self.hangs = False

    async def poll(self) -> None:
        self.times.append(self.clock.now())
        if self.hangs:
            await asyncio.Event().wait()
        error = self.fails()
        if error is not None:
            raise error

    def gaps(self) -> list[float]:
        return [round(b - a) for a, b in zip(self.times, self.times[1:], strict=False)]


@asynccontextmanager
async def running(polled: Polled, interval: float = 60.0) -> AsyncIterator[Poller]:
    poller = Poller("prometheus", polled.poll, polled.errors.append, interval=interval, timeout=5.0, clock=polled.clock)
    task = asyncio.create_task(poller.run())
    await breathe()
    yield poller
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


@pytest.fixture
def polled() -> Polled:
    return Polled(ManualClock(START))


def about(seconds: float) -> object:
    return pytest.approx(seconds, rel=JITTER + 0.02)


async def test_a_provider_is_polled_at_its_interval_with_a_little_jitter(polled: Polled) -> None:
    async with running(polled):
        await polled.clock.advance(60 * 20)
    assert polled.times[0] == START
    assert polled.gaps() == [about(60)] * len(polled.gaps())
    assert len(set(polled.gaps())) > 1, "polls of many programs must not run in step"


async def test_the_interval_runs_from_beginning_to_beginning(polled: Polled) -> None:
    async def slowly() -> None:
        await Polled.poll(polled)
        await polled.clock.sleep(40)

    polled.poll = slowly  # type: ignore[method-assign]  # a provider that takes its time
    async with running(polled):
        await polled.clock.advance(60 * 5)
    assert polled.gaps() == [about(60)] * len(polled.gaps())


async def test_a_provider_slower_than_its_interval_still_gets_its_rest(polled: Polled) -> None:
    async def slowly() -> None:
        await Polled.poll(polled)
        await polled.clock.sleep(100)

    polled.poll = slowly  # type: ignore[method-assign]  # a provider that takes its time
    async with running(polled):
        await polled.clock.advance(106 * 4 + 1)
    assert polled.gaps() == [106] * 4


async def test_failures_back_off_to_five_minutes_and_success_ends_that(polled: Polled) -> None:
    polled.fails = lambda: Unreachable("HTTP 503")
    async with running(polled):
        await polled.clock.advance(60 + 120 + 240 + 300 + 300 + 60)
        assert polled.gaps() == [about(60), about(120), about(240), about(300), about(300)]
        polled.fails = lambda: None
        await polled.clock.advance(340)
        polled.times.clear()
        await polled.clock.advance(130)
        assert len(polled.times) == 2


async def test_weeks_of_failures_end_nothing(polled: Polled) -> None:
    polled.fails = lambda: Unreachable("HTTP 503")
    async with running(polled) as poller:
        poller._failures = 5000
        await polled.clock.advance(LONGEST * 1.2)
        polled.fails = lambda: None
        await polled.clock.advance(LONGEST * 1.2)
    assert len(polled.times) >= 3


async def test_what_waiting_cannot_cure_is_tried_seldom(polled: Polled) -> None:
    polled.fails = lambda: Denied("HTTP 403")
    async with running(polled):
        await polled.clock.advance(700)
    assert polled.gaps() == [about(LONGEST)] * 2


async def test_a_server_that_names_a_time_is_left_alone_until_then_even_if_somebody_asks(polled: Polled) -> None:
    polled.fails = lambda: Unreachable("HTTP 429", retry_after=900)
    async with running(polled) as poller:
        poller.poke()
        await polled.clock.advance(890)
        assert len(polled.times) == 1
        await polled.clock.advance(20)
        assert len(polled.times) == 2


@pytest.mark.parametrize("wish", [float("inf"), 10.0**9])
async def test_an_absurd_wish_to_be_left_alone_silences_nobody_for_ever(polled: Polled, wish: float) -> None:
    polled.fails = lambda: Unreachable("HTTP 429", retry_after=wish)
    async with running(polled):
        await polled.clock.advance(3 * 3600)
    assert len(polled.times) >= 2


async def test_asking_now_does_not_wait_for_the_interval_or_for_the_back_off(polled: Polled) -> None:
    polled.fails = lambda: Unreachable("no route to host")
    async with running(polled, interval=600) as poller:
        poller.poke()
        await breathe()
        assert len(polled.times) == 2
        assert polled.clock.sleeping == 1, "the sleep that was cut short is gone"


async def test_silence_is_a_failure_after_the_timeout_and_says_how_long(polled: Polled) -> None:
    polled.hangs = True
    poller = Poller("p", polled.poll, polled.errors.append, interval=60, timeout=0.01, clock=polled.clock)
    error = await poller.poll_once()
    assert error is not None
    assert describe(error) == "no answer within 0.01 s"
    assert polled.errors == [error]


async def test_a_providers_own_mistake_is_told_by_kind_and_place_without_what_it_may_hold(polled: Polled) -> None:
    def stumble() -> BaseException | None:
        raise KeyError("Bearer s3cret")

    polled.fails = stumble
    async with running(polled):
        await polled.clock.advance(70)
    said = describe(polled.errors[0])
    assert said.startswith("internal error in the provider (KeyError at test_poller.py:")
    assert "s3cret" not in said
    assert len(polled.times) == 2, "it is polled again all the same"


async def test_it_ends_when_it_is_told_to_in_whatever_moment() -> None:
    for moment in range(40):
        clock = ManualClock(0.0)

        async def nothing() -> None:
            """Answers at once."""

        poller = Poller("p", nothing, lambda _error: None, interval=60.0, timeout=5.0, clock=clock)
        running = asyncio.create_task(poller.run())
        await breathe()
        poller.poke()
        for _ in range(moment):
            await asyncio.sleep(0)
        running.cancel()
        done, _ = await asyncio.wait((running,), timeout=5.0)
        assert done, f"cancelled in step {moment}"
