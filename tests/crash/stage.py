"""Real processes that act on a rehearsal and are killed: forked from one that has imported everything already."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rollout_tui.cli.main import main
from rollout_tui.config import load
from rollout_tui.domain.releases import Platform
from rollout_tui.engine import works  # noqa: F401  imported before the first fork
from rollout_tui.engine.engine import Engine
from rollout_tui.history import History
from rollout_tui.history.chain import Checked

SPEED = 120.0
PATIENCE = 120.0
"""Seconds of wall time after which something hangs."""


@dataclass(frozen=True, slots=True)
class Intent:
    """One line of the journal."""

    id: str
    action: str
    ending: str | None


def forked(work: Callable[[], int], log: Path) -> int:
    """Run it in a child; its process id. What it prints goes to the log."""
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        os.setsid()
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out, 1)
        os.dup2(out, 2)
        code = work()
    except BaseException as error:  # noqa: BLE001  a child must not go on as a second parent
        os.write(2, f"{error!r}\n".encode())
    finally:
        os._exit(code)


def verb(*arguments: str) -> Callable[[], int]:
    """A verb of the command line, as the shell would run it."""

    def work() -> int:
        try:
            main([*arguments])
        except SystemExit as ended:
            return int(ended.code or 0)

    return work


def ended(child: int) -> int:
    """Wait for it; its exit code, negative for a signal."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    raise AssertionError("a child hangs")


def killed_after(child: int, seconds: float) -> bool:
    """Kill it then; whether it still ran."""
    time.sleep(seconds)
    done, status = os.waitpid(child, os.WNOHANG)
    if done:
        assert os.waitstatus_to_exitcode(status) in (0, 1, 2), f"a child ended with {status}"
        return False
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def settle(config: Path) -> Callable[[], int]:
    """What every start of the screen does: read the store, settle what is open, until nothing is."""

    async def settling() -> int:
        engine = Engine(load(config))
        engine.load()
        try:
            async with asyncio.timeout(PATIENCE / 2):
                await engine.read_stores()
                while not await engine.settle(Platform.ANDROID):  # noqa: ASYNC110  another process sets no event
                    await asyncio.sleep(0.2)
        finally:
            await engine.close()
        return 0

    return lambda: asyncio.run(settling())


def journal(path: Path) -> list[Intent]:
    """Every intent, oldest first."""
    if not path.exists():
        return []
    with sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT intent, action, ending FROM journal ORDER BY at").fetchall()
    return [Intent(*row) for row in rows]


def audited(path: Path) -> tuple[Checked, set[str]]:
    """A look at the audit log, and the intents that it tells of."""
    history = History.reader(path)
    try:
        log = history.audit.log
        return log.check(history.audit.anchors()), {str(record.get("ref")) for record in log.records()}
    finally:
        history.close()
