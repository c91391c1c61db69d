"""Running the guard: from the settings to the exit code, a line a change, and the page of its state."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TextIO
from zoneinfo import ZoneInfo

from rollout_tui.domain import words
from rollout_tui.domain.events import Event
from rollout_tui.domain.severity import Severity

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from rollout_tui.config.settings import Settings
    from rollout_tui.domain.snapshot import Snapshot
    from rollout_tui.engine.engine import Engine

_IN_ORDER = (signal.SIGTERM, signal.SIGINT)
_PRIORITY = {Severity.CRITICAL: 2, Severity.WARNING: 4, Severity.UNKNOWN: 4}
"""What journald makes of a line that begins with `<n>`."""


def run_guard(settings: Settings, listen: tuple[str, int] | None) -> int:
    """Guard until a signal; returns the exit code."""
    from rollout_tui.cli.log import start_log
    from rollout_tui.engine.actor import this_actor
    from rollout_tui.engine.engine import Engine
    from rollout_tui.engine.guard import GuardRuns, guard_actor, only_guard

    start_log()
    engine = Engine(settings, actor=guard_actor(this_actor()))
    try:
        with only_guard(engine):
            return asyncio.run(_guard(engine, listen))
    except GuardRuns as error:
        print(f"rollout-tui guard: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        # Nothing else of the guard raises it: whatever fails at a provider or on disk is told and gone on with.
        print(f"rollout-tui guard: {listen[0] if listen else ''}: {error.strerror or error}", file=sys.stderr)
        return 4


async def _guard(engine: Engine, listen: tuple[str, int] | None) -> int:
    ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def leave(number: int) -> None:
        if not ended.done():
            ended.set_result(0 if number in _IN_ORDER else 128 + number)

    for number in (*_IN_ORDER, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, leave, number)
    engine.load()
    lines = Lines(sys.stdout, engine.settings, journald="JOURNAL_STREAM" in os.environ)
    engine.listen(lines.tell)
    lines.begin(engine.snapshot)
    try:
        await engine.start()
        guard = engine.guard()
        await guard.begin()
        try:
            if listen is None:
                return await ended
            from rollout_tui.cli.guardpage import make_app

            async with serving(make_app(engine, guard), *listen) as address:
                lines.say(f"serving http://{address}/healthz and /metrics")
                return await ended
        finally:
            await guard.end()
            lines.tell(engine.snapshot)
    finally:
        await engine.close()


class Lines:
    """One plain line a change, its severity first, with the time that journald would add anyway left to it."""

    def __init__(self, out: TextIO, settings: Settings, *, journald: bool) -> None:
        self._out = out
        self._zone = ZoneInfo(settings.ui.timezone)
        self._journald = journald
        self._known: frozenset[Event] = frozenset()

    def begin(self, snapshot: Snapshot) -> None:
        """What happened before is not told again."""
        self._known = frozenset(snapshot.events)

    def tell(self, snapshot: Snapshot) -> None:
        """Whatever happened since."""
        for event in reversed(snapshot.events):
            if event not in self._known:
                where = "" if event.platform is None else f"{event.platform.value} "
                level = event.level or Severity.INFO
                self.say(f"{level} {where}{words.plain_text(event.text, 500)}", level, event.at)
        self._known = frozenset(snapshot.events)

    def say(self, text: str, level: Severity = Severity.INFO, at: float | None = None) -> None:
        """A line; a reader that is gone ends nothing."""
        stamp = f"<{_PRIORITY.get(level, 6)}>" if self._journald else ""
        when = "" if at is None or self._journald else f"{words.clock_time(at, self._zone)} "
        with contextlib.suppress(OSError, ValueError):
            print(f"{stamp}{when}{text}", file=self._out, flush=True)


@asynccontextmanager
async def serving(app: Starlette, host: str, port: int) -> AsyncIterator[str]:
    """Serve for as long as the block lasts; gives the address. Raises OSError where it cannot be had."""
    import socket

    import uvicorn

    class Quiet(uvicorn.Server):
        """Signals are ours."""

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen()
        server = Quiet(
            uvicorn.Config(app, log_config=None, log_level="error", access_log=False, lifespan="off", ws="none")
        )
        task = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"{host}:{listening.getsockname()[1]}"
        finally:
            server.should_exit = server.force_exit = True
            await task
    finally:
        listening.close()
