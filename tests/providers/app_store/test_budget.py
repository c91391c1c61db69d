"""What watching one app costs of the key's hour, counted with the program's own poller in every stage (A20)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from providers.app_store.options import AppStoreOptions
from providers.app_store.store import AppStore
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.snapshot import StoreStanding
from rollout_tui.engine.engine import Engine
from rollout_tui.ports import ProviderContext
from rollout_tui.rehearsal.changes import ChangeLog
from rollout_tui.rehearsal.exposure import ExposureLog
from rollout_tui.rehearsal.faults import Faults
from rollout_tui.rehearsal.stores.apple import AppleBook
from rollout_tui.rehearsal.stores.apple_api import make_app
from rollout_tui.rehearsal.stores.apple_start import AppStoreStart
from rollout_tui.rehearsal.stores.apple_token import AppleKey
from tests.clocks import until
from tests.providers.app_store.desk import IOS, PRIVATE, PUBLIC, Wire
from tests.providers.google_play.test_budget import minutes, rested
from tests.unit.engine.fakes import World

MOST = 150
"""Requests an hour."""


def desk_of(folder: Path, start: AppStoreStart) -> tuple[World, Engine, Wire]:
    """The real engine and the real provider on a clock that is turned."""
    world = World(folder, plans=(replace(IOS, store="app_store", sources=(), tracker=None),))
    book = AppleBook(start, ExposureLog(), world.clock.now(), world.clock.now)
    app = make_app(book, AppleKey("KEY1", "issuer-1", PUBLIC), ChangeLog(), Faults(), lambda at: (1000, 3))
    wire = Wire(httpx.ASGITransport(app))
    options = AppStoreOptions(
        bundle_id="com.acme.connect", key_id="KEY1", issuer_id="issuer-1", private_key="file:/made/up.p8"
    )
    http = httpx.AsyncClient(transport=wire)
    world.app_store = AppStore(options, ProviderContext("app_store", http, world.clock, lambda _: PRIVATE))
    settings = world.settings()
    stores = {"app_store": settings.stores["app_store"]}
    engine = Engine(replace(settings, stores=stores, sources={}, trackers={}), clock=world.clock, lookup=world.lookup)
    engine.load()
    world.engines.append(engine)
    return world, engine, wire


def standing(engine: Engine) -> StoreStanding:
    """What is known of the store now."""
    return engine.snapshot.rollout(Platform.IOS).store


@pytest.mark.parametrize(
    "start",
    [
        AppStoreStart(stage="testflight", since=-30.0),
        AppStoreStart(stage="testflight", since=-2.0, group="QA", external=True, testers=400),
        AppStoreStart(stage="review", since=-2.0),
        AppStoreStart(stage="waiting", since=-2.0),
        AppStoreStart(stage="phased", since=-52.0),
    ],
    ids=["testflight", "external group", "review", "waiting", "phased"],
)
async def test_an_hour_of_watching_stays_within_its_part_of_the_keys_budget(tmp_path, start):
    world, engine, wire = desk_of(tmp_path, start)
    await engine.start()
    await until(lambda: standing(engine).state is not None, "the first answer")
    await rested(world)
    await minutes(world, 60)
    assert 40 <= len(wire.requests) <= MOST
    assert wire.changes == []
    assert standing(engine).problem is None
    await world.close()


async def test_a_group_of_ten_thousand_is_counted_by_one_request(tmp_path):
    world, engine, wire = desk_of(tmp_path, AppStoreStart(stage="testflight", since=-30.0, group="QA", testers=10_000))
    await engine.read_stores()
    state = standing(engine).state
    assert state is not None
    assert state.testers == 10_000
    assert len(wire.requests) < 10
    await world.close()
