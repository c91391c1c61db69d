"""The provider against the rehearsal's Google Play: two sides that share nothing but the vendor's document."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal

import httpx
import pytest

from providers.google_play.options import GooglePlayOptions
from providers.google_play.store import GooglePlayStore
from rollout_tui.domain.actions import ActionKind, Intent
from rollout_tui.domain.releases import StateWord
from rollout_tui.ports import Denied, Misconfigured, ProviderContext, StateDiffers
from rollout_tui.rehearsal.changes import ChangeLog
from rollout_tui.rehearsal.exposure import ExposureLog
from rollout_tui.rehearsal.faults import Faults
from rollout_tui.rehearsal.scenarios import PlayStart
from rollout_tui.rehearsal.stores.play import PlayBook
from rollout_tui.rehearsal.stores.play_api import make_app
from rollout_tui.rehearsal.stores.play_changes import ConsoleChange
from rollout_tui.rehearsal.stores.play_console import carry_out
from tests.providers.documents import held_to
from tests.providers.google_play.desk import ANDROID, CLOSED, INTERNAL, PRODUCTION, StillClock
from tests.providers.google_play.fake import PACKAGE


@pytest.fixture
async def stage(tmp_path) -> AsyncIterator[tuple[PlayBook, GooglePlayStore]]:
    clock = StillClock()
    exposure = ExposureLog()
    book = PlayBook(PlayStart(share="0.1"), exposure, clock.now)
    app = make_app(book, {"good": "watcher", "ci": "ci"}, ChangeLog(), Faults())
    async with httpx.AsyncClient(transport=held_to("google_play", httpx.ASGITransport(app))) as http:
        options = GooglePlayOptions(package=PACKAGE, token="env:TOKEN")
        context = ProviderContext("play", http, clock, lambda _: "good")
        yield book, GooglePlayStore(options, context, tmp_path)


async def act(store, kind, phase, share=None):
    seen = await store.read(ANDROID, share=True)
    change = store.plan(ANDROID, Intent(kind, phase, share), seen)
    await store.perform(ANDROID, change, seen)
    state = await store.read(ANDROID, share=True)
    assert change.expects.met_by(state)
    return state


async def test_the_whole_ladder_with_a_pause_on_the_way(stage):
    book, store = stage
    assert (await act(store, ActionKind.PROMOTE, CLOSED)).share == Decimal("0.5")
    assert (await act(store, ActionKind.PAUSE, CLOSED)).word is StateWord.PAUSED
    assert book.exposure.share_at("4201", book.now()) == 0
    assert (await act(store, ActionKind.RESUME, CLOSED)).share == Decimal("0.5")
    assert (await act(store, ActionKind.PROMOTE, PRODUCTION)).word is StateWord.DONE
    assert (await act(store, ActionKind.PAUSE, PRODUCTION)).word is StateWord.PAUSED


async def test_everything_but_status_and_share_survives(stage):
    book, store = stage
    before = book.tracks["production"]["releases"][0]
    await act(store, ActionKind.PROMOTE, CLOSED)
    after = book.tracks["production"]["releases"][0]
    assert {**before, "userFraction": 0.5} == after


async def test_a_change_in_the_console_between_look_and_action_stops_it(stage):
    book, store = stage
    seen = await store.read(ANDROID, share=True)
    change = store.plan(ANDROID, Intent(ActionKind.PROMOTE, CLOSED), seen)
    carry_out(book, ConsoleChange(build="4201", status="inProgress", fraction=0.2))
    with pytest.raises(StateDiffers, match="now says 20 %"):
        await store.perform(ANDROID, change, seen)


async def test_a_wrong_token_and_a_wrong_package_each_say_what_is_wrong(stage):
    book, store = stage
    book.package = "com.acme.other"
    with pytest.raises(Misconfigured, match="no such package"):
        await store.read(ANDROID, share=True)
    store._sign_in._secret = lambda _: "stolen"
    with pytest.raises(Denied, match="does not accept the sign-in"):
        await store.read(ANDROID, share=False)


async def test_a_lower_share_after_a_halt_is_taken_by_play(stage):
    _, store = stage
    await act(store, ActionKind.PROMOTE, CLOSED)
    await act(store, ActionKind.PAUSE, CLOSED)
    assert (await act(store, ActionKind.RESUME, INTERNAL, Decimal("0.1"))).share == Decimal("0.1")
