"""What a provider brings to the suite: its options, and a stand-in of its outside system that can play a situation."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import httpx

from rollout_tui.conformance.line import Line
from rollout_tui.conformance.situations import Situation
from rollout_tui.conformance.subject import ANDROID, CRASHES, NOW
from rollout_tui.domain.metrics import Metric
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.ports import Provider

Service = Callable[[httpx.Request, Situation], httpx.Response | Awaitable[httpx.Response]]
"""A stand-in of an outside system over HTTP: the answer to a request in a situation of its data."""


class Stage:
    """One stand-in that was set up, with the options that lead to it. Plays GOOD until it is told otherwise."""

    def __init__(self, options: Mapping[str, object], transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.options = options
        self.transport = transport or httpx.MockTransport(_nobody)
        self.situation = Situation.GOOD

    def become(self, situation: Situation) -> None:
        """From now on it is like this."""
        self.situation = situation

    async def reached(self) -> None:
        """Return once the provider waits for a stand-in that HANGS."""

    def left_open(self) -> Sequence[str]:
        """What is still open or running though nobody waits for it, in words."""
        return ()


class Bench(ABC):
    """What the suite needs to know of a provider. Made without arguments, used by many tests: it keeps no state."""

    provider: ClassVar[Provider]
    rollout: ClassVar[RolloutPlan] = ANDROID
    now: ClassVar[float] = NOW
    """When everything happens, epoch seconds UTC."""
    metrics: ClassVar[tuple[Metric, ...]] = (CRASHES,)
    """Sources: what the section of `stage` gives."""
    stale_after: ClassVar[float] = 180.0
    """Sources: how old data may be, seconds."""
    secrets: ClassVar[Mapping[str, str]] = {}
    """What a reference of the section holds, where a made-up token would not do."""
    roles: ClassVar[tuple[str, ...]] = ()
    """What its section is for ("source"), where one section cannot be all that the provider is; empty: all of it."""
    cannot: ClassVar[Mapping[Situation, str]] = {}
    """Situations that this outside system cannot be in, and why. A test that needs one is skipped with that reason."""

    @abstractmethod
    def stage(self, folder: Path) -> Stage:
        """Set a new stand-in up; `folder` is its own and is empty."""


class HttpBench(Bench):
    """A provider that speaks HTTP: the suite plays the line's failures, the bench only what the data may be."""

    @abstractmethod
    def section(self) -> Mapping[str, object]:
        """The options, secrets as references."""

    @abstractmethod
    def service(self) -> Service:
        """A new stand-in."""

    def is_change(self, request: httpx.Request) -> bool:
        """Stores: whether a request could change something for anybody."""
        return request.method not in ("GET", "HEAD")

    def stage(self, folder: Path) -> HttpStage:  # noqa: ARG002  nothing lies in files
        """The stand-in behind a line that can fail."""
        return HttpStage(self)


class HttpStage(Stage):
    """A stand-in over HTTP."""

    def __init__(self, bench: HttpBench) -> None:
        self._service = bench.service()
        self.line = Line(self._served, bench.is_change)
        super().__init__(bench.section(), self.line)

    def become(self, situation: Situation) -> None:
        """From now on data or line are like this."""
        super().become(situation)
        self.line.situation = situation

    async def reached(self) -> None:
        """Return once an answer hangs."""
        await self.line.hanging.wait()

    def left_open(self) -> Sequence[str]:
        """Answers that nobody closed."""
        return self.line.left_open()

    async def _served(self, request: httpx.Request, situation: Situation) -> httpx.Response:
        answer = self._service(request, situation)
        return await answer if inspect.isawaitable(answer) else answer


def _nobody(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("nobody answers here", request=request)
