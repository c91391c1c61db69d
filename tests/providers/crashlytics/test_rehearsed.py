"""The provider against the rehearsed Crashlytics: two sides that share nothing but Google's document."""

from __future__ import annotations

from functools import cache

import httpx
import pytest

from rollout_tui.domain.quantities import Proportion
from rollout_tui.domain.readings import NoReading, Scope
from rollout_tui.ports import ProviderContext
from rollout_tui.rehearsal.changes import ChangeLog
from rollout_tui.rehearsal.faults import Faults
from rollout_tui.rehearsal.stores.crashlytics import CrashlyticsBook, app_id
from rollout_tui.rehearsal.stores.crashlytics_api import make_app
from tests.providers.crashlytics.desk import HOUR, METRICS, PROVIDER, TOKEN, USERS, StillClock, ask, options
from tests.rehearsal.stagehand import NOW, held_to, set_up
from tests.unit.domain.builders import ANDROID

lived = cache(set_up)


@pytest.fixture
async def stand():
    clients: list[httpx.AsyncClient] = []

    def make(scenario: str = "healthy"):
        world = lived(scenario)
        book = CrashlyticsBook(world.stage.sentry, world.clock.now)
        app = make_app(book, {TOKEN: "us"}, ChangeLog(), Faults())
        clients.append(httpx.AsyncClient(transport=held_to("crashlytics", app)))
        context = ProviderContext("crashlytics", clients[-1], StillClock(NOW), lambda _: TOKEN)
        chosen = options(METRICS, apps={"android": app_id("android")})
        return world, PROVIDER.open_source(chosen, context), PROVIDER.open_investigator(chosen, context)

    yield make
    for client in clients:
        await client.aclose()


def question(**more):
    return ask(**{"since": NOW - HOUR, "until": NOW, **more})


async def test_counts_of_a_phase_are_those_of_the_world_and_its_past_leads_up_to_them(stand):
    world, source, _ = stand()
    query = question(scope=Scope.PHASE, since=NOW - 10 * HOUR)
    phase, recent, users = await source.read([query, question(), question(metric=USERS)])
    happened = [world.happened("android", "4201", phase.window.start, NOW, what) for what in ("crashed", "sessions")]
    assert phase.quantity == Proportion(*happened)
    assert users.quantity.total < recent.quantity.total < phase.quantity.total
    past = await source.back_fill(query, 600.0)
    assert [reading.quantity.total for reading in past] == sorted(reading.quantity.total for reading in past)
    assert past[-1].quantity == phase.quantity


async def test_a_silent_build_is_no_data(stand):
    _, source, _ = stand("no-data")
    (answer,) = await source.read([question()])
    assert isinstance(answer, NoReading)
    assert "has nothing of version 4.2.0 (4201)" in answer.reason


async def test_the_issue_that_a_bad_build_brought_comes_first_with_its_trace(stand):
    _, source, investigator = stand("crash-regression")
    (answer,) = await source.read([question()])
    assert 0.008 < answer.quantity.value() < 0.03
    found = await investigator.investigate(ANDROID, NOW - 14 * HOUR)
    first = found.groups[0]
    assert (first.title, first.new, first.first_build) == ("ReconnectTimer.fire  SIGSEGV", True, "4201")
    assert any(group.regressed for group in found.groups)
    assert "at ReconnectTimer.fire" in await investigator.log(ANDROID, first.log)
