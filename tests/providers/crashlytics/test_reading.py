"""Readings of the report on versions: counts before percentages, and every face of no data."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from providers.google_play.options import GooglePlayOptions
from rollout_tui.config.reading import load
from rollout_tui.domain.metrics import Kind, Population
from rollout_tui.domain.quantities import Bare, Proportion
from rollout_tui.domain.readings import NoReading, Reading, Scope, Window
from rollout_tui.domain.releases import Platform
from rollout_tui.ports import Denied, Misconfigured, Unreachable
from tests.providers.crashlytics.desk import (
    APP,
    BEGUN,
    HOUR,
    NOW,
    PROVIDER,
    TOKEN,
    USERS,
    VERSION,
    ask,
    context,
    figures,
    options,
    sessions,
    source,
    version,
    written,
)
from tests.unit.config.standins import EXAMPLE
from tests.unit.domain.builders import ANDROID, CRASH


async def read(http, *queries, **more):
    return list(await source(http, **more).read(queries or [ask()]))


async def why(http, *queries, **more) -> str:
    (answer,) = await read(http, *queries, **more)
    assert isinstance(answer, NoReading), answer
    return answer.reason


async def test_counts_of_one_version_over_the_window_that_was_answered(canned, http):
    canned.groups = [version(sessions(14, 5003, start=NOW - 2 * HOUR))]
    (answer,) = await read(http)
    assert answer == Reading(
        "crash_rate",
        Scope.RECENT,
        "4201",
        Population.SESSIONS,
        Proportion(14, 5003),
        Window(NOW - 2 * HOUR, NOW),
        as_of=NOW,
        taken_at=NOW,
        source="crashlytics",
    )


async def test_the_version_is_asked_for_as_crashlytics_spells_it_and_crashes_alone(canned, http):
    canned.groups = [version(sessions(14, 5003))]
    await read(http)
    first = canned.asked[0]
    assert first.url.raw_path.startswith(
        b"/v1alpha/projects/1234567890/apps/1%3A1234567890%3Aandroid%3A0a1b2c3d/reports/topVersions?"
    )
    assert dict(first.url.params) == {
        "filter.version.displayNames": VERSION,
        "filter.interval.startTime": written(NOW - HOUR),
        "filter.interval.endTime": written(NOW),
        "filter.issue.errorTypes": "FATAL",
        "granularity": "TIME_GRANULARITY_NONE",
        "pageSize": "100",
    }
    assert first.headers["authorization"] == f"Bearer {TOKEN}"


async def test_a_percentage_without_counts_is_a_share_of_unknown_size(canned, http):
    canned.groups = [version(figures(NOW - HOUR, NOW, crashFreeSessionsPercentage=99.6))]
    (answer,) = await read(http)
    assert answer.quantity == Bare(Decimal("0.004"))
    assert answer.quantity.n is None


async def test_users_are_counted_apart(canned, http):
    both = {
        **sessions(14, 5003),
        "impactedUsersCount": "9",
        "totalUsersCount": "1800",
        "crashFreeUsersPercentage": 99.5,
    }
    canned.groups = [version(both)]
    users, crashes = await read(http, ask(USERS), ask())
    assert (users.population, users.quantity) == (Population.USERS, Proportion(9, 1800))
    assert crashes.quantity == Proportion(14, 5003)
    assert len(canned.asked) == 2  # the window, and the time in which there must be something


async def test_a_phase_begins_with_its_first_whole_hour(canned, http):
    canned.groups = [version(sessions(14, 5003, start=BEGUN))]
    (answer,) = await read(http, ask(scope=Scope.PHASE, since=BEGUN - 600))
    assert answer.window.start == BEGUN
    assert canned.asked[0].url.params["filter.interval.startTime"] == written(BEGUN)
    assert "none of this phase has begun" in await why(http, ask(scope=Scope.PHASE, since=BEGUN + 60))


async def test_an_answer_that_reaches_back_before_the_phase_is_no_answer_about_it(canned, http):
    canned.groups = [version(sessions(14, 5003, start=BEGUN - 9 * HOUR))]
    assert "which is before this phase" in await why(http, ask(scope=Scope.PHASE, since=BEGUN))


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({}, "neither counts nor a percentage"),
        ({"eventsCount": "12"}, "neither counts nor a percentage"),
        ({"impactedSessionsCount": "0"}, "neither counts nor a percentage"),
        ({"totalSessionsCount": "0", "impactedSessionsCount": "0"}, "counted no sessions"),
        ({"totalSessionsCount": "-1", "impactedSessionsCount": "0"}, "neither counts nor a percentage"),
        ({"totalSessionsCount": "5", "impactedSessionsCount": "9"}, "9 of 5"),
        ({"crashFreeSessionsPercentage": 100.5}, "which is no share"),
        (
            {"totalSessionsCount": "500", "impactedSessionsCount": "1", "crashFreeSessionsPercentage": 0.998},
            "contradicts",
        ),
        (
            {"totalSessionsCount": "500", "impactedSessionsCount": "5", "crashFreeSessionsPercentage": 99.8},
            "contradicts",
        ),
    ],
)
async def test_absent_and_absurd_fields_are_no_data_and_never_0(canned, http, told, said):
    canned.groups = [version(figures(NOW - HOUR, NOW, **told))]
    assert said in await why(http)


async def test_another_version_and_a_report_without_figures_are_no_data(canned, http):
    assert await why(http) == f"Crashlytics has nothing of version {VERSION}"
    canned.groups = [version(sessions(1, 9), name="4.1.3 (4130)", build="4130")]
    assert await why(http) == f"Crashlytics has nothing of version {VERSION}; it has 4.1.3 (4130)"
    canned.groups = [version(sessions(1, 9), build="4202")]
    assert "has nothing of version" in await why(http)
    canned.groups = [version()]
    assert "no figures where one is expected" in await why(http)
    canned.groups = [version(sessions(1, 9), sessions(1, 9))]
    assert "2 figures where one is expected" in await why(http)


async def test_an_answer_that_ended_long_ago_is_no_data(canned, http):
    canned.groups = [version(sessions(1, 900, start=NOW - 9 * HOUR, end=NOW - 5 * HOUR))]
    assert "its answer ends 5 h ago" in await why(http)


async def test_a_version_that_fell_silent_is_no_data_whatever_the_phase_has(http, canned):
    class Silent(type(canned)):
        def __call__(self, request):
            self.groups = [version(sessions(1, 900, start=BEGUN - 5 * HOUR))]
            if request.url.params["filter.interval.startTime"] == written(NOW - 2 * HOUR):
                self.groups = [version(sessions(0, 0))]
            return super().__call__(request)

    import httpx

    async with httpx.AsyncClient(transport=httpx.MockTransport(Silent())) as client:
        reason = await why(client, ask(scope=Scope.PHASE, since=BEGUN - 5 * HOUR))
    assert reason == "Crashlytics has no sessions of this version within 2 h"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (ask(replace(CRASH, population=Population.USERS)), "counts sessions, the gate users"),
        (ask(replace(CRASH, kind=Kind.MEAN)), "no mean"),
        (ask(replace(CRASH, id="other")), "not configured to give other"),
        (ask(rollout=replace(ANDROID, platform=Platform.IOS)), "no app of ios"),
    ],
)
async def test_what_crashlytics_cannot_answer_is_not_asked(canned, http, query, said):
    assert said in await why(http, query)
    assert canned.asked == []


async def test_pages_are_followed(canned, http):
    canned.pages = [[version(sessions(1, 9), name="4.1.3 (4130)", build="4130")], [version(sessions(14, 5003))]]
    (answer,) = await read(http)
    assert answer.quantity == Proportion(14, 5003)
    assert [request.url.params.get("pageToken") for request in canned.asked[:2]] == [None, "1"]
    assert canned.asked[1].url.params["filter.version.displayNames"] == VERSION


# --- the past ----------------------------------------------------------------------------------------------------


async def test_a_phase_grows_by_the_hours_that_crashlytics_remembers(canned, http):
    begins = [BEGUN - n * HOUR for n in (3, 2, 1)]
    counts = [sessions(n, 100 * (n + 1), start=at, end=at + HOUR) for n, at in enumerate(begins)]
    canned.hourly = [version(*counts)]
    readings = await source(http).back_fill(ask(scope=Scope.PHASE, since=BEGUN - 3 * HOUR), 300.0)
    assert [(r.window.end - BEGUN, r.quantity) for r in readings] == [
        (-2 * HOUR, Proportion(0, 100)),
        (-1 * HOUR, Proportion(1, 300)),
        (0.0, Proportion(3, 600)),
    ]
    recent = await source(http).back_fill(ask(since=BEGUN - 2 * HOUR), 300.0)
    assert [(r.window.end - r.window.start, r.quantity) for r in recent] == [
        (HOUR, Proportion(1, 200)),
        (HOUR, Proportion(2, 300)),
    ]


async def test_hours_that_are_not_known_end_the_past_and_users_have_none(canned, http):
    known = sessions(1, 100, start=BEGUN - 3 * HOUR, end=BEGUN - 2 * HOUR)
    unknown = figures(BEGUN - 2 * HOUR, BEGUN - HOUR, totalSessionsCount="9")
    canned.hourly = [version(known, unknown, sessions(1, 100, start=BEGUN - HOUR, end=BEGUN))]
    query = ask(scope=Scope.PHASE, since=BEGUN - 3 * HOUR)
    assert [r.quantity for r in await source(http).back_fill(query, 300.0)] == [Proportion(1, 100)]
    canned.hourly = []
    assert await source(http).back_fill(query, 300.0) == []
    canned.asked.clear()
    assert await source(http).back_fill(ask(USERS, scope=Scope.PHASE, since=BEGUN - 3 * HOUR), 300.0) == []
    assert canned.asked == []


# --- refusals and options ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "message", "error", "says", "remedy"),
    [
        (401, "invalid credentials", Denied, "sign-in", "clock"),
        (403, "The caller does not have permission", Denied, "may not read", "“Firebase Crashlytics Viewer”"),
        (403, "Firebase Crashlytics API has not been used in project 12", Misconfigured, "switched off", "enable"),
        (404, "Requested entity was not found.", Misconfigured, "does not know the app", "`apps`"),
        (400, "Invalid report.", Misconfigured, "HTTP 400 (“Invalid report.”)", "v1alpha"),
        (429, "Quota exceeded", Unreachable, "asked too often", "`interval`"),
        (503, "unavailable", Unreachable, "HTTP 503", ""),
    ],
)
async def test_each_refusal_has_its_words_and_its_next_step(canned, http, status, message, error, says, remedy):
    canned.refused = (status, message)
    with pytest.raises(error) as raised:
        await source(http).read([ask()])
    assert says in raised.value.message
    assert remedy in raised.value.remedy
    assert TOKEN not in raised.value.message


async def test_a_refused_token_is_replaced_once(canned, http):
    canned.refused = (401, "no")
    with pytest.raises(Denied):
        await source(http).read([ask()])
    assert len(canned.asked) == 4  # twice for each of two windows


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"apps": {"android": "1:123:ios:abc"}}, "another platform"),
        ({"apps": {"android": "com.acme.connect"}}, "apps"),
        ({"apps": {}}, "apps"),
        ({"metrics": {"crash_rate": {"counts": "events"}}}, "counts"),
        ({"application_default": True}, "exactly one of"),
    ],
)
def test_wrong_options_say_what_is_expected(wrong, said):
    with pytest.raises(ValueError, match=said):
        options(**wrong)


async def test_options_of_another_provider_are_refused_and_experimental_is_said(http):
    assert PROVIDER.open_source is not None
    with pytest.raises(Misconfigured):
        PROVIDER.open_source(GooglePlayOptions(package="com.acme.connect", token="env:X"), context(http))
    assert "xperimental" in PROVIDER.about
    assert "v1alpha" in PROVIDER.shared
    assert APP.split(":")[1] == "1234567890"


def test_the_example_is_whole_once_its_marks_are_taken_away(tmp_path):
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    first, last = lines.index("# [sources.crashlytics]"), lines.index("# [sources.crashlytics.metrics.crash_rate]") + 1
    lines[first : last + 1] = [line.removeprefix("# ") for line in lines[first : last + 1]]
    path = tmp_path / "config.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    section = load(path).sources["crashlytics"]
    assert (section.provider, section.stale_after) == ("crashlytics", 2 * HOUR)
