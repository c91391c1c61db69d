"""Where the suite meets a provider: opened as the engine opens it, asked once, and everything it says looked at."""

from __future__ import annotations

import asyncio
import dataclasses
import traceback
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
import stamina

from rollout_tui.conformance.bench import Bench, HttpStage, Stage
from rollout_tui.conformance.situations import Situation
from rollout_tui.conformance.subject import HOUR
from rollout_tui.domain.plan import BugScope
from rollout_tui.domain.readings import NoReading, Scope, Window
from rollout_tui.ports import ProviderContext, ProviderError, Query

T = TypeVar("T")
ROLES = ("source", "store", "tracker", "investigator")
_LONGEST = 4000
"""Characters of anything that a person is told."""
_SHORTEST_SECRET = 8


def roles(bench: Bench) -> list[str]:
    """What a bench's provider can be with the section of that bench."""
    wanted = bench.roles or ROLES
    return [role for role in wanted if getattr(bench.provider, f"open_{role}") is not None]


@dataclass
class TurnedClock:
    """Time that goes on only where somebody sleeps."""

    time: float

    def now(self) -> float:
        """Epoch seconds UTC."""
        return self.time

    async def sleep(self, seconds: float) -> None:
        """Let that much time pass at once."""
        self.time += seconds
        await asyncio.sleep(0)


@dataclass
class Outcome:
    """What came of asking: answers, or the error that was raised."""

    answers: Sequence[Any] = ()
    error: ProviderError | None = None

    @property
    def nothing(self) -> bool:
        """No usable answer at all, and said so: for a source no reading, for everybody else an error."""
        return self.error is not None or all(isinstance(answer, NoReading) for answer in self.answers)


@dataclass
class Seat:
    """One opened provider in front of its stand-in."""

    bench: Bench
    role: str
    provider: Any
    stage: Stage
    clock: TurnedClock
    said: list[Outcome] = field(default_factory=list)

    def queries(self) -> list[Query]:
        """Every metric of the bench, of the last hour and of the phase so far."""
        now, bench = self.clock.now(), self.bench
        spans = ((Scope.RECENT, HOUR), (Scope.PHASE, 6 * HOUR))
        return [
            Query(metric, scope, bench.rollout, Window(now - span, now), bench.stale_after)
            for metric in bench.metrics
            for scope, span in spans
        ]

    async def ask(self, situation: Situation | None = None) -> Outcome:
        """Ask as the engine does, after the situation has come about. What is no ProviderError ends the test."""
        if situation is not None:
            self.stage.become(situation)
        return await self.outcome(self._asked())

    async def outcome(self, asked: Awaitable[Sequence[Any]]) -> Outcome:
        """What came of it; looked at when the test is over."""
        try:
            outcome = Outcome(await asked)
        except ProviderError as error:
            outcome = Outcome(error=error)
        self.said.append(outcome)
        return outcome

    async def _asked(self) -> Sequence[Any]:
        rollout = self.bench.rollout
        if self.role == "source":
            answers: Sequence[Any] = await self.provider.read(self.queries())
            return answers
        if self.role == "store":
            return [await self.provider.read(rollout, share=True)]
        if self.role == "tracker":
            return [await self.provider.count(rollout, BugScope.ANY, None)]
        return [await self.provider.investigate(rollout, self.clock.now() - 7 * 24 * HOUR)]


class Table:
    """A bench, a role, and a folder; `run` seats a new provider there."""

    def __init__(self, bench: Bench, role: str, folder: Path, logged: Callable[[], str]) -> None:
        self.bench, self.role = bench, role
        self._folder, self._logged = folder, logged
        self._given: dict[str, str] = {}
        self._runs = 0

    def run(self, test: Callable[[Seat], Awaitable[T]], *, secret: Callable[[str], str] | None = None) -> T:
        """Open, do, close; then look at every word that came out."""
        with stamina.set_testing(True, attempts=1):
            return asyncio.run(self._seated(test, secret or self.secret))

    def ask(self, situation: Situation) -> Outcome:
        """What a new provider makes of a situation."""
        return self.run(lambda seat: seat.ask(situation))

    def secret(self, reference: str) -> str:
        """What a reference holds."""
        made_up = f"s3cr3t{abs(hash(reference)):x}"
        return self._given.setdefault(reference, self.bench.secrets.get(reference, made_up))

    async def _seated(self, test: Callable[[Seat], Awaitable[T]], secret: Callable[[str], str]) -> T:
        self._runs += 1
        folder = self._folder / str(self._runs)
        folder.mkdir()
        stage, clock = self.bench.stage(folder), TurnedClock(self.bench.now)
        async with httpx.AsyncClient(transport=stage.transport, follow_redirects=False) as http:
            seat = Seat(self.bench, self.role, None, stage, clock)
            seat.provider = self.opened(stage.options, ProviderContext("conformance", http, clock, secret))
            try:
                result = await test(seat)
            finally:
                await seat.provider.close()
        self.look_at(seat)
        return result

    def opened(self, section: Mapping[str, object], context: ProviderContext) -> Any:
        """A provider as the engine opens it."""
        provider = self.bench.provider
        opener = getattr(provider, f"open_{self.role}")
        return opener(provider.options.model_validate(dict(section)), context)

    def look_at(self, seat: Seat) -> None:
        """No secret and no control character in anything that a person may read."""
        told = [text for outcome in seat.said for text in _told(outcome)]
        odd = [text for text in told if not text.isprintable()]
        assert not odd, f"words from outside reach people as they came: {odd[0]!r}"
        long = [text for text in told if len(text) > _LONGEST]
        assert not long, f"{len(long[0])} characters are no sentence: {long[0][:80]!r} …"
        errors = [outcome.error for outcome in seat.said if outcome.error is not None]
        traces = ["".join(traceback.format_exception(error)) for error in errors]
        places = {"words": told, "an error's trace": traces, "a log": [self._logged()], "repr": [repr(seat.provider)]}
        for secret in self._secrets(seat.stage):
            for place, texts in places.items():
                assert not any(secret in text for text in texts), f"a secret stands in {place}"

    def _secrets(self, stage: Stage) -> Iterator[str]:
        """What references held, line by line, and every token that was sent."""
        for value in self._given.values():
            yield from (line for line in value.splitlines() if len(line) >= _SHORTEST_SECRET and "-----" not in line)
        for request in stage.line.requests if isinstance(stage, HttpStage) else ():
            token = request.headers.get("authorization", "").rpartition(" ")[2]
            if len(token) >= _SHORTEST_SECRET:
                yield token


def _told(outcome: Outcome) -> Iterator[str]:
    if outcome.error is not None:
        yield from (str(outcome.error), outcome.error.message, outcome.error.remedy)
    yield from texts(outcome.answers)


def texts(value: object) -> Iterator[str]:
    """Every text in a frozen value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from texts(tuple(value.items()))
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from texts(each)
    elif dataclasses.is_dataclass(value):
        for each in dataclasses.fields(value):
            with suppress(AttributeError):
                yield from texts(getattr(value, each.name))
