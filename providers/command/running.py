"""Running one program: bounded in time and output, its whole process group ended, never in the way of the screen."""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from rollout_tui.ports import Misconfigured

LARGEST = 64 * 1024
"""Bytes of output that are read; more is a mistake, not an answer."""
_TAIL = 4096
"""Bytes of the end of what was printed as errors."""
_CHUNK = 16 * 1024


class Failed(Exception):
    """The run gave nothing to read; the text says why."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended: its exit code (negative: killed by that signal), its output, the end of its errors."""

    code: int
    output: bytes
    errors: bytes


async def run(argv: Sequence[str], env: Mapping[str, str], directory: str | None, limit: float) -> Ended:
    """Run it for at most `limit` seconds of the wall. Raises Failed, Misconfigured where it cannot be started.

    Whatever ends the wait, a cancellation too, nothing of its process group is left running.
    """
    try:
        process = await _started(argv, env, directory)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name or surroundings are not usable"
        raise Misconfigured(
            f"{argv[0]} cannot be started: {reason}", "name a program that is there, and a directory that is there"
        ) from None
    whole = False
    try:
        async with asyncio.timeout(limit):
            output, errors, code = await asyncio.gather(
                _read(process.stdout), _read_tail(process.stderr), process.wait()
            )
        whole = True
    except TimeoutError:
        raise Failed(f"no end within {limit:g} s; it was killed") from None
    finally:
        if not whole:
            await _end(process)
    return Ended(code, output, errors)


async def _started(argv: Sequence[str], env: Mapping[str, str], directory: str | None) -> Process:
    """The running program. Raises OSError, ValueError.

    Cancelled meanwhile it is started all the same, then ended: asyncio would leave its group running and wait for it.
    """
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=directory,
            env=dict(env),
            start_new_session=True,  # a group of its own, without this terminal
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        with suppress(OSError, ValueError):
            await _end(await starting)
        raise


async def _end(process: Process) -> None:
    _kill(process.pid)
    # Who left the group may still hold the pipes; asyncio has no public way to let go of them.
    process._transport.close()  # type: ignore[attr-defined]
    await process.wait()


async def _read(stream: asyncio.StreamReader | None) -> bytes:
    """All of it. Raises Failed for more than LARGEST."""
    found = bytearray()
    while stream is not None and (part := await stream.read(_CHUNK)):
        found += part
        if len(found) > LARGEST:
            raise Failed(f"it printed more than {LARGEST // 1024} KiB; it was killed")
    return bytes(found)


async def _read_tail(stream: asyncio.StreamReader | None) -> bytes:
    """The end of it; all is read, so that nobody waits for a reader."""
    tail = b""
    while stream is not None and (part := await stream.read(_CHUNK)):
        tail = (tail + part)[-_TAIL:]
    return tail


def _kill(group: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
