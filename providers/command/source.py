"""The source: one run for each question, a few at a time, each told by its variables what is asked."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

from providers.answering import Answering, NoData, in_order, raise_if_all_failed
from providers.command import output
from providers.command.options import GIVEN, CommandOptions, MetricCommand
from providers.command.running import Ended, Failed, run
from providers.moments import iso
from providers.references import Secrets
from providers.stated import reading, window_of
from rollout_tui.domain.readings import Answer, NoReading, Reading, Window
from rollout_tui.domain.words import plain_text
from rollout_tui.ports import ProviderContext, ProviderError, Query

_ALWAYS = ("PATH", "HOME", "LANG")


@dataclass(frozen=True, slots=True)
class Job:
    """A command with its variables; equal ones are run once."""

    argv: tuple[str, ...]
    env: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """A query that a command can answer."""

    query: Query
    command: MetricCommand
    window: Window
    job: Job


class CommandSource:
    """Numbers that programs print. It remembers nothing, so it has no past to fill in."""

    def __init__(self, options: CommandOptions, context: ProviderContext) -> None:
        self._options = options
        self._clock = context.clock
        self._name = context.name
        self._gives = Answering(context.name)
        self._secrets = Secrets(context.secret)
        own = {name: os.environ[name] for name in (*_ALWAYS, *options.pass_env) if name in os.environ}
        self._env = own | {name: self._secrets.or_text(text) for name, text in options.env.items()}
        self._turns = asyncio.Semaphore(options.at_once)

    def metrics(self) -> frozenset[str]:
        """Ids of the configured metrics."""
        return frozenset(self._options.metrics)

    async def read(self, queries: Sequence[Query]) -> Sequence[Answer]:
        """One answer per query, in order. Raises ProviderError where no command can be started."""
        asks = [self._ask(query) for query in queries]
        jobs = list(dict.fromkeys(ask.job for ask in asks if isinstance(ask, Ask)))
        ended = dict(zip(jobs, await self._all(jobs), strict=True))
        raise_if_all_failed(ended.values())
        now = self._clock.now()
        return in_order(queries, asks, now, lambda ask: self._answer(ask, ended[ask.job], now), self._nothing)

    async def back_fill(self, query: Query, step: float) -> Sequence[Reading]:  # noqa: ARG002  no memory
        """Nothing: to ask a program about every minute of the past is not what it was written for."""
        return []

    async def close(self) -> None:
        """Nothing is held: a run ends with the question."""

    async def _all(self, jobs: Sequence[Job]) -> list[Ended | Failed | ProviderError]:
        """Each job's end. When one wait is given up, all are: their processes are killed before this returns."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._run(job)) for job in jobs]
        return [task.result() for task in tasks]

    async def _run(self, job: Job) -> Ended | Failed | ProviderError:
        async with self._turns:
            try:
                return await run(job.argv, dict(job.env), self._options.directory, self._options.kill_after)
            except (Failed, ProviderError) as error:
                return error

    def _ask(self, query: Query) -> Ask | str:
        command = self._options.metrics.get(query.metric.id)
        if command is None:
            return f"{query.metric.id} is not configured"
        try:
            # Before anything has run nobody knows whether counts or a bare value will be printed.
            window = window_of(query, ("value",), command.terms)
        except NoData as error:
            return str(error)
        env = self._env | _told(query, window)
        return Ask(query, command, window, Job(command.argv, tuple(sorted(env.items()))))

    def _answer(self, ask: Ask, ended: Ended | Failed | ProviderError, now: float) -> Answer:
        query, terms = ask.query, ask.command.terms
        if not isinstance(ended, Ended):
            return self._nothing(query, str(ended), now)
        try:
            if ended.code != 0:
                raise NoData(self._why(ended))
            stated, unit = output.read(ended.output, query.metric.kind, terms.unit)
            window_of(query, stated.parts, terms)
            return reading(query, stated, replace(terms, unit=unit), ask.window, now, self._name)
        except NoData as error:
            return self._nothing(query, str(error), now)

    def _why(self, ended: Ended) -> str:
        how = f"exit code {ended.code}" if ended.code > 0 else f"killed by signal {-ended.code}"
        lines = [line for line in ended.errors.decode("utf-8", "replace").splitlines() if line.strip()]
        last = plain_text(self._secrets.hidden(lines[-1]), 120) if lines else ""
        return f"{how}{last and f': {last}'}"

    def _nothing(self, query: Query, reason: str, now: float) -> NoReading:
        words = self._secrets.hidden(f"{self._name}: {reason}")
        return self._gives.nothing(query, words, now)


def _told(query: Query, window: Window) -> dict[str, str]:
    """What a command is told of the question: in whole seconds, and as a person writes it."""
    rollout = query.rollout
    return {
        f"{GIVEN}METRIC": query.metric.id,
        f"{GIVEN}PLATFORM": rollout.platform.value,
        f"{GIVEN}BUILD": rollout.build,
        f"{GIVEN}VERSION": rollout.version,
        f"{GIVEN}START": f"{window.start:.0f}",
        f"{GIVEN}END": f"{window.end:.0f}",
        f"{GIVEN}START_ISO": iso(window.start),
        f"{GIVEN}END_ISO": iso(window.end),
        f"{GIVEN}WINDOW": f"{max(1.0, window.end - window.start):.0f}",
    }
