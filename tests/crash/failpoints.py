"""Faults at every boundary of an action, in a child that dies of them. They exist here alone: as a transport and as
wrappers around the journal, handed to an engine of the test's own making."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import signal
import sqlite3
from collections.abc import Callable
from itertools import product
from pathlib import Path

import httpx

from rollout_tui.config import load
from rollout_tui.domain.actions import ActionKind
from rollout_tui.domain.releases import Platform
from rollout_tui.engine.engine import Engine
from rollout_tui.history.journal import Journal
from tests.crash.races import desk_of
from tests.crash.stage import audited, ended, forked, journal, settle
from tests.rehearsal.serving import Served

CALLS = ("insert", "update", "commit", "read-back")
WRITES = ("intent", "outcome")
FAULTS = ("kill", "lost", "refused", "full")

CASES = [
    (point, after, fault)
    for point, after, fault in product((*WRITES, *CALLS), (False, True), FAULTS)
    if not (fault == "lost" and (point in WRITES or not after))  # an answer is lost once there is one
    if not (fault == "refused" and (after or point == "read-back"))  # refused is what was not done
]


def step_of(request: httpx.Request, committed: bool) -> str:
    """Which boundary of an action a call to Google Play is."""
    path = request.url.path
    if path.endswith(":commit"):
        return "commit"
    if request.method == "PUT":
        return "update"
    if request.method == "POST" and path.endswith("/edits"):
        return "insert"
    return "read-back" if committed and request.method == "GET" else ""


def die() -> None:
    """As kill -9 does it."""
    os.kill(os.getpid(), signal.SIGKILL)


def fill_the_disk() -> None:
    """From now on no file of this process grows: what a full disk is to a program."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


class Failing(httpx.AsyncBaseTransport):
    """The network, with one fault before or after one step of what is done once it is armed."""

    def __init__(self, step: str, after: bool, fault: str) -> None:
        self._inner = httpx.AsyncHTTPTransport()
        self._step, self._after, self._fault = step, after, fault
        self._committed = self._done = self.armed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass it on; the first call of the step meets the fault."""
        step = step_of(request, self._committed)
        hit = self.armed and step == self._step and not self._done
        self._done |= hit
        if hit and not self._after:
            refused = await self._fail(request, sent=False)
            if refused is not None:
                return refused
        response = await self._inner.handle_async_request(request)
        await response.aread()
        self._committed |= step == "commit"
        if hit and self._after:
            await self._fail(request, sent=True)
        return response

    async def _fail(self, request: httpx.Request, *, sent: bool) -> httpx.Response | None:
        if self._fault == "kill":
            die()
        if self._fault == "full":
            fill_the_disk()
        if self._fault == "lost":
            raise httpx.ReadError("the line is gone", request=request)
        if self._fault == "refused" and not sent:
            body = {
                "error": {"code": 403, "message": "The caller does not have permission", "status": "PERMISSION_DENIED"}
            }
            return httpx.Response(403, json=body, request=request)
        return None


def around_the_journal(point: str, after: bool, fault: str) -> None:
    """Wrap the journal's write of that name, in this process."""
    name = "write_intent" if point == "intent" else "write_outcome"
    write: Callable[..., None] = getattr(Journal, name)

    def failing(journal: Journal, *arguments: object) -> None:
        if after:
            write(journal, *arguments)
        if fault == "kill":
            die()
        if fault == "full":
            fill_the_disk()
        if fault == "refused" and not after:
            raise sqlite3.OperationalError("attempt to write a readonly database")
        if not after:
            write(journal, *arguments)

    setattr(Journal, name, failing)


def pausing(config: Path, point: str, after: bool, fault: str) -> Callable[[], int]:
    """A pause that meets the fault there; prints how it ended, if it lives."""

    async def act() -> int:
        transport = Failing(point, after, fault) if point in CALLS else None
        if point in WRITES:
            around_the_journal(point, after, fault)
        engine = Engine(load(config), transport=transport)
        engine.load()
        try:
            await engine.read_stores()
            proposal = engine.propose(Platform.ANDROID, ActionKind.PAUSE)
            if transport is not None:
                transport.armed = True  # the look at the share opened an edit as well
            outcome = await engine.perform(proposal, "a drill")
        finally:
            await engine.close()
        with contextlib.suppress(OSError):  # on a full disk nothing can be told
            os.write(1, f"{outcome.ending.value}: {outcome.message}\n".encode())
        return 0

    return lambda: asyncio.run(act())


def survive(serving: Served, fresh: Path, tmp_path: Path, point: str, after: bool, fault: str) -> None:
    """Let a pause meet the fault, start again, and look. Raises AssertionError where something is doubled or lost."""
    serving.post("google_play", "/_rehearsal/console", {"build": "4201", "status": "inProgress", "fraction": 0.5})
    config = desk_of(fresh, tmp_path / "desk", serving.folder)
    history, log = config.parent / "history.db", tmp_path / "children.log"
    known = {intent.id for intent in journal(history)}
    commits = len(serving.commits())
    code = ended(forked(pausing(config, point, after, fault), log))
    assert code == (-9 if fault == "kill" else 0), log.read_text()
    assert ended(forked(settle(config), log)) == 0, log.read_text()

    took = len(serving.commits()) - commits
    halted = serving.play()[0] == "halted"
    new = [intent for intent in journal(history) if intent.id not in known]
    told = f"{took} commits, {new}, {log.read_text()}"
    assert took == halted, told
    assert took <= 1, told
    assert all(intent.ending is not None for intent in new), told
    if new:
        (intent,) = new
        assert intent.ending == ("done" if took else "refused"), told
    else:
        assert point == "intent", f"the store heard of what the journal does not know: {told}"
        assert took == (fault != "kill"), f"a pause is done without a journal: {told}"
    if fault == "full":
        assert halted, f"a full disk stopped a pause: {told}"
    if fault in ("kill", "refused") and not after and point in CALLS[:3]:
        assert not halted, told
    checked, refs = audited(history)
    assert checked.problems == (), told
    assert {intent.id for intent in new} <= refs, told
