"""Two clients of one rehearsed Google Play: Google's own and ours, in worlds that are alike."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import json
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import stamina

from providers.google_play.api import PlayApi
from providers.google_play.options import GooglePlayOptions
from providers.google_play.store import GooglePlayStore
from rollout_tui.domain.actions import Intent
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.ports import ProviderContext, ProviderError
from rollout_tui.rehearsal.changes import ChangeLog
from rollout_tui.rehearsal.exposure import ExposureLog
from rollout_tui.rehearsal.faults import Faults
from rollout_tui.rehearsal.scenarios import PACKAGE, PlayStart
from rollout_tui.rehearsal.stores.play import PlayBook
from rollout_tui.rehearsal.stores.play_api import make_app
from rollout_tui.rehearsal.stores.play_changes import ConsoleChange
from rollout_tui.rehearsal.stores.play_console import carry_out
from rollout_tui.rehearsal.stores.play_reviews import CommitTerms
from tests.providers.documents import held_to
from tests.providers.google_play.desk import ANDROID, StillClock

BASE = "https://androidpublisher.googleapis.com"
USER = "rollout-tui"
LOST = ("deleted", "expired", "Concurrent")
"""What is in the words of a refusal after which a cycle is begun again."""

Body = Callable[[dict[str, Any]], dict[str, Any]]
"""From a track as it was read to what is sent back."""
Refusal = tuple[int, str]
"""HTTP status and Google's reason."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a change: whether it was taken, each refusal on the way, and how the store stands."""

    taken: bool
    refusals: tuple[Refusal, ...]
    store: str
    open_edits: int


@dataclass
class World(httpx.AsyncBaseTransport):
    """A rehearsed Play in this process; it keeps what was refused and opened, and may do something before a step."""

    start: PlayStart
    meanwhile: Callable[[World, str], None] | None = None
    refusals: list[Refusal] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    clock: StillClock = field(default_factory=StillClock)

    def __post_init__(self) -> None:
        self.book = PlayBook(self.start, ExposureLog(), self.clock.now)
        app = make_app(self.book, {"good": USER, "ci": "ci"}, ChangeLog(), Faults())
        self._inner = httpx.ASGITransport(app)

    def console(self, change: ConsoleChange | None) -> None:
        """Somebody does something from outside."""
        if change is not None:
            carry_out(self.book, change)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass it on, and keep what was refused; what tidies up is not counted."""
        step = f"{request.method} {request.url.path.rpartition('/applications/')[2].partition('/')[2]}"
        if self.meanwhile is not None:
            self.meanwhile(self, step)
        answer = await self._inner.handle_async_request(request)
        await answer.aread()
        if answer.status_code >= 400 and request.method != "DELETE":
            self.refusals.append((answer.status_code, answer.json()["error"]["errors"][0]["reason"]))
        if step == "POST edits" and answer.status_code == 200:
            self.opened.append(answer.json()["id"])
        return answer

    def stands(self) -> str:
        """Every release of every track, committed and served, and where the review stands; canonical JSON."""
        self.book.settle()
        review = (self.book.review.stage, self.book.review.running, self.book.review.canceled)
        return json.dumps([self.book.tracks, self.book.served, review], sort_keys=True, ensure_ascii=False)

    def outcome(self, taken: bool) -> Outcome:
        """What came of it."""
        edits = [self.book._edits[one] for one in self.opened]
        left = [one for one in edits if one.state == "open" and one.expires > self.clock.time]
        return Outcome(taken, tuple(self.refusals), self.stands(), len(left))


def before(step: str, what: Callable[[World], None], times: int = 2) -> Callable[[World, str], None]:
    """Something happens just before a call whose method and path hold `step`, so many times."""
    left = [times]

    def meanwhile(world: World, called: str) -> None:
        if step in called and left[0]:
            left[0] -= 1
            what(world)

    return meanwhile


def another_commits(world: World) -> None:
    """CI commits an edit that changes nothing."""
    world.book.commit(world.book.insert("ci").id, CommitTerms())


def another_inserts(world: World) -> None:
    """Another tool of the same account opens an edit."""
    world.book.insert(USER)


def two_hours_pass(world: World) -> None:
    """The edit grows too old."""
    world.clock.time += 7200.0


# --- Google's client -----------------------------------------------------------------------------------------------


class _Http:
    """What google-api-python-client asks its HTTP library for, answered by a world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def request(
        self, uri: str, method: str = "GET", body: Any = None, headers: Mapping[str, str] | None = None, **_: Any
    ) -> tuple[Any, bytes]:
        from httplib2 import Response

        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._world) as http:
                sent = {**(headers or {}), "authorization": "Bearer good"}
                return await http.request(method, uri, content=body, headers=sent)

        answer = asyncio.run(ask())
        return Response({**answer.headers, "status": str(answer.status_code)}), answer.content

    def close(self) -> None:
        """Nothing is held."""


def by_google(world: World, package: str, track: str, body: Body, terms: Mapping[str, Any]) -> Outcome:
    """A whole cycle by google-api-python-client, begun again once where the edit was lost, as our own is."""
    discovery = pytest.importorskip("googleapiclient.discovery", reason="the test extra brings Google's client")
    from googleapiclient.errors import HttpError

    service = discovery.build("androidpublisher", "v3", http=_Http(world), static_discovery=True)
    edits = service.edits()
    for _ in range(2):
        edit = ""
        try:
            edit = edits.insert(packageName=package, body={}).execute()["id"]
            where = {"packageName": package, "editId": edit}
            there = edits.tracks().get(**where, track=track).execute()
            edits.tracks().update(**where, track=track, body=body(copy.deepcopy(there))).execute()
            edits.commit(**where, **terms).execute()
            return world.outcome(True)
        except HttpError as error:
            told = (int(error.resp.status), error.error_details[0]["reason"])
            assert told == world.refusals[-1]
            if not any(word in error.reason for word in LOST):
                break
        finally:
            _thrown_away(edits, package, edit)
    return world.outcome(False)


def _thrown_away(edits: Any, package: str, edit: str) -> None:
    from googleapiclient.errors import HttpError

    if edit:
        try:
            edits.delete(packageName=package, editId=edit).execute()
        except HttpError as error:
            assert error.resp.status in (400, 403, 410, 429)  # noqa: PT017 - committed, lost, or not allowed


# --- ours ----------------------------------------------------------------------------------------------------------


async def _with_ours(
    world: World,
    package: str,
    transport: httpx.AsyncBaseTransport,
    work: Callable[[GooglePlayStore, PlayApi], Awaitable[None]],
) -> tuple[Outcome, ProviderError | None]:
    with tempfile.TemporaryDirectory() as locks, stamina.set_testing(True, attempts=1):
        async with httpx.AsyncClient(transport=transport) as http:
            options = GooglePlayOptions(package=package, token="env:TOKEN")
            store = GooglePlayStore(options, ProviderContext("play", http, world.clock, lambda _: "good"), Path(locks))
            try:
                await work(store, store._api)
            except ProviderError as error:
                return world.outcome(False), error
            return world.outcome(True), None


def by_ours(
    world: World, package: str, rollout: RolloutPlan, intent: Intent, then: Callable[[], None], *, look: bool
) -> tuple[Outcome, ProviderError | None]:
    """Look where that works, plan, perform; `then` happens after the look. The refusals are the action's."""

    async def work(store: GooglePlayStore, _api: PlayApi) -> None:
        meanwhile, world.meanwhile = world.meanwhile, None
        seen = None
        if look:
            with contextlib.suppress(ProviderError):
                seen = await store.read(rollout, share=True)
        world.refusals.clear()
        then()
        world.meanwhile = meanwhile
        change = store.plan(rollout, intent, seen)
        await store.perform(rollout, change, seen)

    return asyncio.run(_with_ours(world, package, held_to("google_play", world), work))


def by_our_calls(world: World, track: str, body: Body) -> tuple[Outcome, ProviderError | None]:
    """A body that our plans never make and Google's document may forbid, sent by our client all the same."""
    from providers.google_play.edits import open_edit

    async def work(_store: GooglePlayStore, api: PlayApi) -> None:
        async with open_edit(api) as edit:
            await edit.update(track, body(copy.deepcopy(dict(await edit.track(track)))))
            await edit.commit({"changesInReviewBehavior": "ERROR_IF_IN_REVIEW"})

    return asyncio.run(_with_ours(world, PACKAGE, world, work))


def a_build(code: str) -> RolloutPlan:
    """The plan for another build."""
    return replace(ANDROID, build=code, version="4.2.1")
