"""The guard: the engine without a screen. It alone sends alerts, and pauses by itself where that is configured."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rollout_tui.domain.actions import Actor
from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.severity import Severity
from rollout_tui.engine.alerts import Alerts
from rollout_tui.engine.archive import Archive
from rollout_tui.engine.automatic import AutomaticPause
from rollout_tui.engine.board import Board
from rollout_tui.engine.channels import Channel, Sender, by_apprise
from rollout_tui.engine.guardnote import GuardNote, guard_lock, guard_of
from rollout_tui.engine.lockfile import Busy, Unusable
from rollout_tui.engine.poller import LONGEST, Poller
from rollout_tui.engine.trouble import kind_and_place
from rollout_tui.history import HistoryError

if TYPE_CHECKING:
    from rollout_tui.engine.engine import Engine

_log = logging.getLogger(__name__)
_LOOK = 1.0
"""Seconds between two looks at what is known."""
_FAREWELL = 5.0
"""Wall seconds that the channels have at the end to send what waits."""
_DISK = 2.0
"""Wall seconds in which history must be written for the guard to be well."""


class GuardRuns(Exception):
    """Another process guards this history; says who, and what to do."""


def guard_actor(user: Actor) -> Actor:
    """Who acts: the guard. The user of its process stays beside it, with the uid that the kernel knows."""
    return replace(user, user="guard", login=user.person)


class Guard:
    """Made of a started engine. `begin`, then `end`; `well` tells at any time what is not as it should be."""

    def __init__(
        self,
        engine: Engine,
        archive: Archive,
        boards: Sequence[Board],
        pollers: Sequence[Poller],
        tell: Callable[[Event], None],
        send: Sender | None,
    ) -> None:
        self._engine = engine
        self._archive = archive
        self._pollers = pollers
        self._tell = tell
        self._tasks: list[asyncio.Task[None]] = []
        settings = engine.settings
        self.channels = [
            Channel(name, channel, send or by_apprise, self._channel_turned)
            for name, channel in settings.alerts.channels.items()
        ]
        self._alerts = Alerts(settings.alerts, self.channels, archive)
        self.pauses = [
            AutomaticPause(engine, archive, engine.clock, board, rule, tell, self._say, ZoneInfo(settings.ui.timezone))
            for board in boards
            if (rule := settings.actions.automatic.get(board.plan.platform)) is not None and engine.read_only is None
        ]

    async def begin(self) -> None:
        """Take over from the guard before, then look again and again until `end`."""
        await self._alerts.begin(self._engine.snapshot)
        for pause in self.pauses:
            await pause.begin()
        self._log(f"Guard began: {self.about()}")
        for channel in self.channels:
            self._spawn(channel.run())
        self._spawn(self._again("alerts", self._alert))
        for pause in self.pauses:
            self._spawn(self._again(f"automatic pause of {pause.platform}", pause.look))

    async def end(self) -> None:
        """Say so, give the channels a moment for what waits, and end."""
        self._log("Guard ended: nobody sends alerts now")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FAREWELL):
                await asyncio.gather(*(channel.drained() for channel in self.channels))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def about(self) -> str:
        """What it does."""
        names = ", ".join(channel.name for channel in self.channels)
        armed = ", ".join(pause.platform.value for pause in self.pauses)
        return f"{f'alerts go to {names}' if names else 'no alerts are sent'}; automatic pause " + (
            f"armed for {armed}" if armed else "off"
        )

    async def ill(self) -> list[str]:
        """What is not as it should be, in words: pollers and tasks that ended, a history that cannot be written."""
        now, speed = self._engine.clock.now(), max(1.0, self._engine.settings.clock.speed)
        ill = [
            f"{poller.name} is not polled"
            for poller in self._pollers
            if poller.due is None or now - poller.due > LONGEST * speed
        ]
        if any(task.done() for task in self._tasks):
            ill.append("a part of the guard ended, see the log")
        try:
            await self._archive.call(lambda history: history.guard_notes.put("well", str(now)), _DISK)
        except HistoryError as error:
            ill.append(str(error))
        return ill

    async def _alert(self) -> None:
        await self._alerts.look(self._engine.snapshot)

    def _say(self, text: str) -> None:
        self._alerts.say(self._engine.snapshot, text)

    async def _again(self, what: str, look: Callable[[], Awaitable[None]]) -> None:
        pace = _LOOK * max(1.0, self._engine.settings.clock.speed / 5)
        told = False
        while True:
            try:
                await look()
            except Exception as error:  # noqa: BLE001  a mistake of ours must not end what guards
                _log.error("%s failed: %s", what, kind_and_place(error))
                if not told:
                    told = True
                    text = f"The guard's {what} failed: {kind_and_place(error)}; see its log"
                    self._tell(Event(self._engine.clock.now(), EventKind.PROGRAM, text, None, Severity.CRITICAL))
            await self._engine.clock.sleep(pace)

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        self._tasks.append(asyncio.create_task(work))

    def _channel_turned(self, text: str, works: bool) -> None:
        level = Severity.OK if works else Severity.WARNING
        self._tell(Event(self._engine.clock.now(), EventKind.PROGRAM, text, None, level))

    def _log(self, text: str) -> None:
        self._tell(Event(self._engine.clock.now(), EventKind.PROGRAM, text, None, Severity.INFO, "guard"))


@contextlib.contextmanager
def only_guard(engine: Engine) -> Iterator[None]:
    """Be the one guard of this history. Raises GuardRuns."""
    history = engine.settings.history
    lock = guard_lock(history.path, shared=history.group is not None)
    note = GuardNote(str(engine.actor), engine.actor.pid or 0, engine.clock.now(), (*engine.settings.alerts.channels,))
    try:
        with lock.held(note.text()):
            yield
    except Busy:
        raise GuardRuns(f"a guard of {history.path} runs already: {guard_of(history.path)}") from None
    except Unusable as error:
        raise GuardRuns(str(error)) from None
