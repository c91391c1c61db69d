"""The provider against the rehearsed Reporting API: two sides that share nothing but Google's document."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from decimal import Decimal

import httpx
import pytest

from rollout_tui.domain.readings import NoReading, Reading, Scope
from rollout_tui.ports import Denied, Misconfigured
from rollout_tui.rehearsal.changes import ChangeLog
from rollout_tui.rehearsal.faults import Faults
from rollout_tui.rehearsal.stores.play_vitals_api import Reporting, make_app
from rollout_tui.rehearsal.stores.play_vitals_issues import IssueBook
from tests.providers.play_vitals.desk import ANRS, DAY, HOUR, HOURLY, METRICS, StillClock, ask, investigator, source
from tests.rehearsal.stagehand import NOW, held_to, set_up


@dataclass
class Stand:
    """A rehearsed service and a client on it."""

    http: httpx.AsyncClient
    clock: StillClock
    tokens: dict[str, str]


Open = Callable[..., Stand]


@pytest.fixture
async def stand() -> AsyncIterator[Open]:
    clients: list[httpx.AsyncClient] = []

    def make(scenario: str = "healthy", later: float = 0.0) -> Stand:
        world = set_up(scenario)
        world.clock.time = NOW + later
        tokens = {"made-up-token": "us"}
        stage = world.stage
        reporting = Reporting(stage.vitals, IssueBook(stage.vitals, "4130"), stage.play)
        app = make_app(reporting, tokens, ChangeLog(), Faults())
        clients.append(httpx.AsyncClient(transport=held_to("play_reporting", app)))
        return Stand(clients[-1], StillClock(world.clock.time), tokens)

    yield make
    for client in clients:
        await client.aclose()


async def test_hours_and_days_are_read_with_their_age(stand):
    there = stand()
    metrics = {**HOURLY, "user_anr_rate": METRICS["user_anr_rate"]}
    crash, anr = await source(there.http, there.clock, metrics=metrics).read([ask(), ask(ANRS)])
    assert isinstance(crash, Reading)
    assert isinstance(anr, Reading)
    assert 3 * HOUR <= NOW - crash.as_of < 4 * HOUR
    assert DAY <= NOW - anr.as_of < 2 * DAY
    assert Decimal("0.0001") < crash.quantity.value() < Decimal("0.004")


@pytest.mark.parametrize(
    ("scenario", "later", "low", "high"),
    [
        ("crash-regression", 0.0, "0.01", "0.03"),
        ("crash-spike", 0.0, "0", "0.004"),
        ("crash-spike", 5 * HOUR, "0.02", "0.08"),
    ],
)
async def test_a_bad_build_shows_when_its_hours_are_given_out(stand, scenario, later, low, high):
    there = stand(scenario, later)
    (answer,) = await source(there.http, there.clock, metrics=HOURLY).read([ask()])
    assert Decimal(low) <= answer.quantity.value() <= Decimal(high)


@pytest.mark.parametrize("scenario", ["few-users", "no-data"])
async def test_what_google_withholds_is_no_data(stand, scenario):
    there = stand(scenario)
    (answer,) = await source(there.http, there.clock, metrics=HOURLY).read([ask()])
    assert isinstance(answer, NoReading)
    assert "has no row for build 4201" in answer.reason


async def test_the_past_of_a_phase_comes_by_the_hour(stand):
    there = stand()
    query = ask(scope=Scope.PHASE, since=NOW - 50 * HOUR, until=NOW)
    readings = await source(there.http, there.clock, metrics=HOURLY).back_fill(query, 1800.0)
    assert len(readings) == 46
    assert all(reading.window.start >= NOW - 50 * HOUR for reading in readings)
    assert {reading.window.end - reading.window.start for reading in readings} == {HOUR}


async def test_the_group_that_carries_the_crashes_comes_first_with_its_trace(stand):
    there = stand("crash-regression")
    seeks = investigator(there.http, there.clock)
    rollout = ask().rollout
    found = await seeks.investigate(rollout, NOW - 14 * HOUR)
    first = found.groups[0]
    assert (first.title, first.new, first.first_build) == ("ReconnectTimer.fire  SIGSEGV", True, "4201")
    assert sum(group.reports or 0 for group in found.groups[1:]) < (first.reports or 0)
    assert "libconnect.so (ReconnectTimer::fire" in await seeks.log(rollout, first.log)
    assert 0 <= NOW - found.as_of < 2 * HOUR


async def test_a_wrong_token_and_a_wrong_package_say_what_is_wrong(stand):
    there = stand()
    with pytest.raises(Misconfigured, match="does not know this package"):
        await source(there.http, there.clock, package="com.acme.other").read([ask()])
    there.tokens.clear()
    with pytest.raises(Denied, match="sign-in"):
        await source(there.http, there.clock).read([ask()])
