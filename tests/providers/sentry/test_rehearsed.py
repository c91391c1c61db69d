"""The provider against the rehearsed Sentry: two sides that share nothing but Sentry's document."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from functools import cache

import httpx
import pytest

from rollout_tui.domain.checkup import Grade
from rollout_tui.domain.quantities import Proportion
from rollout_tui.domain.readings import NoReading, Reading, Scope
from rollout_tui.domain.releases import Platform
from rollout_tui.ports import Denied, ProviderContext
from rollout_tui.rehearsal.changes import ChangeLog
from rollout_tui.rehearsal.faults import Faults
from rollout_tui.rehearsal.stores.sentry_api import make_app
from tests.providers.play_vitals.desk import StillClock
from tests.providers.sentry import desk
from tests.providers.sentry.desk import HOUR, OBSERVED, PROVIDER, USERS, options
from tests.rehearsal.stagehand import NOW, Set, held_to, set_up
from tests.unit.domain.builders import ANDROID, CRASH

APPS = {**desk.APPS, "ios": {"project": "connect-ios", "package": "com.acme.connect"}}
METRICS = {**desk.METRICS, "observed_share": {"counts": "adoption"}}

lived = cache(set_up)
"""A world takes a moment to live; nobody turns its clock here."""


@dataclass
class Stand:
    """A rehearsed service, and both halves of the provider in front of it."""

    world: Set
    http: httpx.AsyncClient
    token: str = "sntryu_good"

    @property
    def context(self) -> ProviderContext:
        return ProviderContext("sentry", self.http, StillClock(NOW), lambda _: self.token)

    def source(self, **more):
        assert PROVIDER.open_source is not None
        return PROVIDER.open_source(options(METRICS, apps=APPS, **more), self.context)

    def investigator(self):
        assert PROVIDER.open_investigator is not None
        return PROVIDER.open_investigator(options({}, apps=APPS), self.context)


@pytest.fixture
async def stand() -> AsyncIterator[Callable[..., Stand]]:
    clients: list[httpx.AsyncClient] = []

    def make(scenario: str = "healthy") -> Stand:
        world = lived(scenario)
        app = make_app(world.stage.sentry, "sntryu_good", ChangeLog(), Faults())
        clients.append(httpx.AsyncClient(transport=held_to("sentry", app)))
        return Stand(world, clients[-1])

    yield make
    for client in clients:
        await client.aclose()


def ask(metric=CRASH, **more):
    return desk.ask(metric, **{"since": NOW - HOUR, "until": NOW, **more})


async def test_counts_of_a_phase_are_those_of_the_world_from_its_first_whole_hour(stand):
    there = stand()
    (answer,) = await there.source().read([ask(scope=Scope.PHASE, since=NOW - 50 * HOUR)])
    assert isinstance(answer, Reading)
    begun, end = answer.window.start, answer.window.end
    assert 0 <= begun - (NOW - 50 * HOUR) < HOUR
    assert end == NOW
    happened = (there.world.happened("android", "4201", begun, NOW, what) for what in ("crashed", "sessions"))
    assert answer.quantity == Proportion(*happened)


async def test_both_platforms_users_and_adoption(stand):
    there = stand()
    ios = replace(ANDROID, platform=Platform.IOS, build="87")
    answers = await there.source().read([ask(), ask(rollout=ios), ask(USERS), ask(OBSERVED)])
    assert all(isinstance(answer, Reading) for answer in answers), answers
    sessions, _, users, adoption = answers
    assert users.quantity.total < sessions.quantity.total
    assert 0.3 < adoption.quantity.value() < 0.6


async def test_the_past_leads_up_to_the_present(stand):
    there = stand()
    query = ask(scope=Scope.PHASE, since=NOW - 10 * HOUR)
    past = await there.source().back_fill(query, 600.0)
    (now,) = await there.source().read([query])
    totals = [reading.quantity.total for reading in past]
    assert totals == sorted(totals)
    assert len(past) == 9
    assert 0 < past[-1].quantity.total < now.quantity.total


async def test_a_silent_build_is_no_data_and_doctor_says_that_nobody_knows_it(stand):
    there = stand("no-data")
    (answer,) = await there.source().read([ask()])
    assert isinstance(answer, NoReading)
    assert "has no sessions of release com.acme.connect@4.2.0+4201" in answer.reason
    (remark,) = await there.source().examine([ANDROID])
    assert remark.grade is Grade.NO_DATA


async def test_a_bad_build_shows_and_the_issue_it_brought_comes_first(stand):
    there = stand("crash-regression")
    (answer,) = await there.source().read([ask()])
    assert 0.008 < answer.quantity.value() < 0.03
    found = await there.investigator().investigate(ANDROID, NOW - 14 * HOUR)
    first = found.groups[0]
    assert (first.title, first.new, first.first_build) == ("SIGSEGV: ReconnectTimer.fire", True, "4201")
    assert any(group.regressed for group in found.groups)
    assert first.users > 100


async def test_a_wrong_token_says_so(stand):
    there = stand()
    there.token = "sntryu_another"
    with pytest.raises(Denied, match="does not accept the token"):
        await there.source().read([ask()])
