"""History's thread stands still for a process that is about to stop."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from rollout_tui.engine import archive as module
from rollout_tui.engine.archive import Archive
from rollout_tui.history import History


async def test_at_rest_nothing_is_written_and_others_may_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 60.0)
    path = tmp_path / "history.db"
    archive, begun, back = Archive(path), threading.Event(), threading.Event()
    written: list[str] = []

    def write(_history: History) -> None:
        begun.set()
        written.append("before")

    archive.write(write)
    try:
        await archive.rest(back)
        assert begun.is_set()
        archive.write(lambda _history: written.append("meanwhile"))
        with closing(sqlite3.connect(path, timeout=0)) as other:
            other.execute("BEGIN IMMEDIATE")
            other.rollback()
        await asyncio.sleep(0.05)
        assert written == ["before"]
    finally:
        back.set()  # the thread would stand still for ever, and this process with it
    await archive.close()
    assert written == ["before", "meanwhile"]


async def test_a_disk_that_hangs_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 0.05)
    archive, answer, back = Archive(tmp_path / "history.db"), threading.Event(), threading.Event()
    archive.write(lambda _history: answer.wait())
    async with asyncio.timeout(30):
        await archive.rest(back)
    assert archive.alarm is None, "nothing was to be written"
    back.set()
    answer.set()
    await archive.close()


async def test_without_a_history_there_is_nothing_to_wait_for(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    await archive.rest(threading.Event())
    await archive.close()
    await archive.rest(threading.Event())
