"""History behind one thread, so that no disk ever holds up the screen or an action."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

from rollout_tui.history import History, HistoryError
from rollout_tui.history.audit import AuditError, AuditLog, Deed, audit_file
from rollout_tui.history.sharing import share
from rollout_tui.history.store import in_words

_log = logging.getLogger(__name__)
_PATIENCE = 1.0
"""Wall seconds that a process waits for the disk before it stops all the same."""
T = TypeVar("T")


class Archive:
    """All reads and writes of history. A failing write turns into `alarm`; polling and pausing go on without it."""

    def __init__(self, path: Path, on_alarm: Callable[[], None] = lambda: None, group: str | None = None) -> None:
        self.alarm: str | None = None
        self._audit = AuditLog(audit_file(path))
        self._on_alarm = on_alarm
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="history")
        self._history: History | None = None
        self._closing = False
        try:
            if group is not None:
                share(path, group)
            self._history = History.open(path)
        except (HistoryError, OSError) as error:
            self._fail(error)

    def load(self, read: Callable[[History], T], otherwise: T) -> T:
        """Read on the calling thread, for the first frame; `otherwise` where there is no history."""
        if self._history is None:
            return otherwise
        try:
            return read(self._history)
        except Exception as error:  # noqa: BLE001  a damaged file must not keep anybody from watching
            self._fail(error)
            return otherwise

    def write(self, work: Callable[[History], object]) -> None:
        """Write some time soon, in order; nobody waits."""
        if self._history is None or self._closing:
            return
        loop = asyncio.get_running_loop()
        future = self._executor.submit(work, self._history)
        future.add_done_callback(lambda done: _tell(loop, partial(self._settle, done)))

    async def try_call(self, work: Callable[[History], T], otherwise: T) -> T:
        """Do it now and wait for it; `otherwise` where history cannot be used."""
        try:
            return await self.call(work)
        except HistoryError:
            return otherwise

    async def call(self, work: Callable[[History], T], within: float | None = None) -> T:
        """Do it now and wait for it, but not longer than `within` seconds of the wall. Raises HistoryError in words."""
        if self._history is None or self._closing:
            raise HistoryError(self.alarm or "history is closed")
        future = asyncio.get_running_loop().run_in_executor(self._executor, work, self._history)
        await asyncio.wait((future,), timeout=within)
        if not future.done():
            future.add_done_callback(self._settle)
            self._fail(HistoryError("the disk does not answer"))
            raise HistoryError(self.alarm or "")
        try:
            return future.result()
        except Exception as error:
            self._fail(error)
            raise HistoryError(self.alarm or str(error)) from error

    @property
    def is_open(self) -> bool:
        """Whether there is a history at all."""
        return self._history is not None and not self._closing

    async def audit_alone(self, deed: Deed, within: float) -> None:
        """Write to the audit log where there is no history. Raises HistoryError."""
        try:
            async with asyncio.timeout(within):
                await asyncio.to_thread(self._audit.append, deed)
        except (AuditError, TimeoutError) as error:
            raise HistoryError(str(error)) from error

    async def rest(self, until: Event) -> None:
        """Let the thread stand still until then; waits for what it is at, but not for a disk that hangs.

        So a process that stops meanwhile holds no lock of the file.
        """
        if not self.is_open:
            return
        loop, resting = asyncio.get_running_loop(), asyncio.Event()

        def stand_still() -> None:
            _tell(loop, resting.set)
            until.wait()

        self._executor.submit(stand_still)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await resting.wait()

    async def close(self) -> None:
        """Finish what is queued and close the file."""
        self._closing = True
        await asyncio.to_thread(self._executor.shutdown, wait=True)
        if self._history is not None:
            self._history.close()
            self._history = None

    def _settle(self, done: Future[Any] | asyncio.Future[Any]) -> None:
        error = None if done.cancelled() else done.exception()
        if error is not None:
            self._fail(error)
        elif self.alarm is not None:
            self.alarm = None
            self._on_alarm()

    def _fail(self, error: BaseException) -> None:
        words = str(error) if isinstance(error, HistoryError) else in_words(error)
        _log.warning("history: %s", words)
        if self.alarm is None:
            self.alarm = f"history cannot be written: {words}"
            self._on_alarm()


def _tell(loop: asyncio.AbstractEventLoop, news: Callable[[], object]) -> None:
    """Hand over to the loop what the thread has to say, unless that has ended meanwhile."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(news)
