"""Readings of sessions and users: counts, the window that was answered, and every face of no data."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from rollout_tui.domain.metrics import Kind, Population
from rollout_tui.domain.quantities import Proportion
from rollout_tui.domain.readings import NoReading, Reading, Scope, Window
from rollout_tui.domain.releases import Platform
from rollout_tui.ports import Unreachable
from tests.providers.sentry.desk import (
    ALL,
    APPS,
    BEGUN,
    DAY,
    DISTINCT,
    HOUR,
    NOW,
    OBSERVED,
    RATE,
    RELEASE,
    TOKEN,
    USERS,
    Hourly,
    ask,
    source,
    written,
)
from tests.unit.domain.builders import ANDROID, CRASH

OURS = Hourly(RELEASE, {BEGUN - HOUR: (4000, 11), BEGUN: (1003, 3)})
OTHERS = Hourly("com.acme.connect@4.1.3+4130", {BEGUN - HOUR: (15_000, 20), BEGUN: (4997, 6)})


async def read(http, *queries, **more):
    return list(await source(http, **more).read(queries or [ask()]))


async def why(http, *queries, **more) -> str:
    """Why there is no reading."""
    (answer,) = await read(http, *queries, **more)
    assert isinstance(answer, NoReading)
    return answer.reason


async def test_crashed_of_all_sessions_over_the_hours_that_were_answered(canned, http):
    canned.releases = [OURS, OTHERS]
    (answer,) = await read(http)
    assert answer == Reading(
        "crash_rate",
        Scope.RECENT,
        "4201",
        Population.SESSIONS,
        Proportion(14, 5003),
        Window(BEGUN - HOUR, NOW),
        as_of=NOW,
        taken_at=NOW,
        source="sentry",
    )


async def test_one_release_of_one_project_and_environment_is_asked_for(canned, http):
    canned.releases = [OURS]
    await read(http)
    (request,) = canned.asked
    assert (request.url.host, request.url.path) == ("us.sentry.io", "/api/0/organizations/acme/sessions/")
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert sorted(request.url.params.multi_items()) == [
        ("end", written(BEGUN + HOUR)),
        ("environment", "production"),
        ("field", "crash_free_rate(session)"),
        ("field", "sum(session)"),
        ("groupBy", "release"),
        ("interval", "1h"),
        ("project", "connect-android"),
        ("query", f'release:"{RELEASE}"'),
        ("start", written(BEGUN - HOUR)),
    ]
    assert b"%2B4201" in request.url.query
    assert b"%40" in request.url.query


async def test_two_environments_are_counted_together_and_an_empty_list_means_all(canned, http):
    canned.releases = [OURS]
    app = APPS["android"]
    await read(http, apps={"android": {**app, "environments": ["production", "beta"]}})
    await read(http, apps={"android": {**app, "environments": []}})
    assert [params.get_list("environment") for params in canned.queries()] == [["production", "beta"], []]


async def test_a_self_hosted_address_and_the_other_region_are_asked_where_they_are(canned, http):
    canned.releases = [OURS]
    await read(http, region=None, base_url="https://sentry.acme.example/")
    await read(http, region="de")
    assert [request.url.host for request in canned.asked] == ["sentry.acme.example", "de.sentry.io"]
    assert canned.asked[0].url.path == "/api/0/organizations/acme/sessions/"


async def test_users_are_another_metric_with_counts_of_its_own(canned, http):
    canned.releases = [Hourly(RELEASE, {BEGUN: (800, 2)})]
    (answer,) = await read(http, ask(USERS))
    assert (answer.population, answer.quantity) == (Population.USERS, Proportion(2, 800))
    assert canned.queries()[0].get_list("field") == ["count_unique(user)", "crash_free_rate(user)"]


async def test_sessions_and_users_of_one_window_come_with_one_request(canned, http):
    canned.releases = [OURS]
    sessions, users = await read(http, ask(), ask(USERS))
    assert (sessions.population, users.population) == (Population.SESSIONS, Population.USERS)
    assert len(canned.asked) == 1


async def test_adoption_is_the_release_s_sessions_of_all_sessions(canned, http):
    canned.releases = [OURS, OTHERS]
    (answer,) = await read(http, ask(OBSERVED), metrics={"observed_share": {"counts": "adoption"}})
    assert answer.quantity == Proportion(5003, 25_000)
    assert [params.get("query") for params in canned.queries()] == [f'release:"{RELEASE}"', None]


async def test_a_rate_of_a_broken_fraction_is_rounded_so_that_no_gate_is_helped(canned, http):
    series = {ALL: [1000], RATE: [0.9973]}
    canned.groups = [{"by": {"release": RELEASE}, "totals": {ALL: 1003, RATE: 0.9973}, "series": series}]
    (answer,) = await read(http)
    assert answer.quantity == Proportion(3, 1003)  # 2.7081


# --- the phase ---------------------------------------------------------------------------------------------------


async def test_a_phase_is_counted_from_its_first_whole_hour_on(canned, http):
    canned.releases = [Hourly(RELEASE, {BEGUN - 2 * HOUR: (700, 7), **OURS.hours})]
    (answer,) = await read(http, ask(scope=Scope.PHASE, since=BEGUN - HOUR - 600))
    assert (answer.window, answer.quantity) == (Window(BEGUN - HOUR, NOW), Proportion(14, 5003))


async def test_before_a_phase_has_a_whole_hour_nothing_is_asked(canned, http):
    reason = await why(http, ask(scope=Scope.PHASE, since=BEGUN + 60))
    assert reason == "Sentry counts by whole hours, and none of this phase has begun"
    assert canned.asked == []


async def test_an_answer_that_reaches_back_before_the_phase_is_no_answer_about_it(canned, http):
    canned.releases = [OURS]
    canned.start = BEGUN - 5 * HOUR
    reason = await why(http, ask(scope=Scope.PHASE, since=BEGUN - HOUR))
    assert "which is before this phase" in reason


async def test_a_long_phase_is_asked_for_by_longer_intervals(canned, http):
    canned.releases = [Hourly(RELEASE, {NOW - DAY: (500, 1), BEGUN: (100, 0)})]
    (answer,) = await read(http, ask(scope=Scope.PHASE, since=NOW - 60 * DAY))
    assert canned.queries()[0]["interval"] == "6h"
    assert answer.quantity == Proportion(1, 600)
    assert answer.window.start >= NOW - 60 * DAY


# --- no data -----------------------------------------------------------------------------------------------------


async def test_a_release_without_sessions_is_no_data_and_says_where_it_was_looked_for(canned, http):
    canned.releases = [OTHERS]
    reason = await why(http)
    assert f"has no sessions of release {RELEASE} in project connect-android, environment production" in reason


async def test_no_adoption_is_told_of_a_release_without_sessions(canned, http):
    canned.releases = [OTHERS]
    reason = await why(http, ask(OBSERVED), metrics={"observed_share": {"counts": "adoption"}})
    assert "has no sessions of release" in reason


@pytest.mark.parametrize(
    ("totals", "said"),
    [
        ({ALL: None, RATE: None}, "gives no count of sessions"),
        ({ALL: 0, RATE: None}, "counted no sessions"),
        ({ALL: 0, RATE: 1.0}, "counted no sessions"),
        ({ALL: 1200, RATE: None}, "no crash-free rate of them"),
        ({ALL: 1200, RATE: 99.6}, "expected a fraction up to 1"),
        ({ALL: 1200, RATE: -0.1}, "no crash-free rate of them"),
        ({RATE: 0.99}, "gives no count of sessions"),
    ],
)
async def test_null_and_absurd_figures_are_no_data_and_never_0(canned, http, totals, said):
    canned.groups = [{"by": {"release": RELEASE}, "totals": totals, "series": {ALL: [1200], RATE: [0.99]}}]
    assert said in await why(http)


@pytest.mark.parametrize("series", [{}, {ALL: [None, None]}, {ALL: [0, 0]}])
async def test_counts_without_a_time_are_no_data(canned, http, series):
    canned.groups = [{"by": {"release": RELEASE}, "totals": {ALL: 1200, RATE: 0.99}, "series": series}]
    assert "does not say when" in await why(http)


async def test_a_release_that_fell_silent_is_no_data(canned, http):
    canned.releases = [Hourly(RELEASE, {BEGUN - 5 * HOUR: (900, 1)})]
    reason = await why(http, ask(scope=Scope.PHASE, since=BEGUN - 9 * HOUR))
    assert reason == "Sentry: the newest sessions are 4 h old"


async def test_an_hour_in_which_nobody_came_makes_the_answer_older(canned, http):
    canned.releases = [Hourly(RELEASE, {BEGUN - HOUR: (900, 1)})]
    (answer,) = await read(http)
    assert answer.as_of == BEGUN


async def test_another_release_in_the_answer_is_not_ours(canned, http):
    totals = {ALL: 1200, RATE: 0.99}
    canned.groups = [{"by": {"release": "com.acme.connect@4.2.0+4202"}, "totals": totals, "series": {}}]
    assert "has no sessions of release" in await why(http)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (ask(replace(CRASH, population=Population.USERS)), "Sentry counts sessions, the gate users"),
        (ask(replace(CRASH, kind=Kind.MEAN)), "it gives no mean"),
        (ask(replace(CRASH, id="other")), "not configured to give other"),
        (ask(rollout=replace(ANDROID, platform=Platform.IOS)), "no project of ios"),
        (ask(rollout=replace(ANDROID, build='1" OR release:"*')), "is no name of a release"),
        (ask(rollout=replace(ANDROID, build="4*")), "is no name of a release"),
    ],
)
async def test_what_sentry_cannot_answer_is_not_asked(canned, http, query, said):
    assert said in await why(http, query)
    assert canned.asked == []


async def test_an_answer_without_its_window_is_no_data(http, canned):
    class Odd(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request):
            return httpx.Response(200, json={"groups": [], "intervals": [], "query": ""})

    async with httpx.AsyncClient(transport=Odd()) as client:
        assert "which window it answered" in await why(client)


async def test_a_page_of_a_proxy_is_no_answer():
    transport = httpx.MockTransport(lambda _: httpx.Response(200, text="<html>please sign in</html>"))
    async with httpx.AsyncClient(transport=transport) as client:
        with pytest.raises(Unreachable, match="no JSON object"):
            await source(client).read([ask()])


async def test_one_window_that_fails_leaves_the_others(canned, http):
    canned.releases = [OURS]
    canned.groups = [{"by": {"release": RELEASE}, "totals": {DISTINCT: None}, "series": {}}]
    sessions, users = await read(http, ask(), ask(USERS))
    assert isinstance(sessions, NoReading)
    assert "no count of users" in users.reason
