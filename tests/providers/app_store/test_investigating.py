"""What testers sent: which calls are made, whose text it is, the log behind a crash, and the counts beside a yes."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from providers.app_store import PROVIDER
from providers.app_store.options import AppStoreOptions
from rollout_tui.domain.investigation import FeedbackKind
from rollout_tui.domain.releases import Trial
from rollout_tui.ports import Investigator, ProviderContext, Unreachable
from tests.providers.app_store.desk import HOUR, IOS, NOW, PRIVATE, Desk, error

SINCE = NOW - 60 * HOUR
USAGES = "/metrics/betaBuildUsages"


def investigator(desk: Desk) -> Investigator:
    options = AppStoreOptions(
        bundle_id="com.acme.connect", key_id="KEY1", issuer_id="issuer-1", private_key="file:/made/up.p8"
    )
    assert PROVIDER.open_investigator is not None
    return PROVIDER.open_investigator(options, ProviderContext("apple", desk.http, desk.clock, lambda _: PRIVATE))


async def test_crashes_and_screenshots_of_this_build_come_newest_first(desk_in):
    desk = desk_in("testflight")
    found = await investigator(desk).investigate(IOS, SINCE)
    assert (found.source, found.build, found.groups, found.more_feedback) == ("apple", "87", (), 0)
    assert [one.at for one in found.feedback] == sorted((one.at for one in found.feedback), reverse=True)
    assert {one.kind for one in found.feedback} == {FeedbackKind.CRASH, FeedbackKind.SCREENSHOT}
    portal = next(one for one in found.feedback if "hotel" in one.text)
    assert (portal.kind, portal.device, portal.system) == (FeedbackKind.CRASH, "iPhone16,1", "iOS 18.1")
    assert "3 crashes in 1,000 sessions" in found.note


async def test_only_this_build_is_asked_for_and_nobodys_address(desk_in):
    desk = desk_in("testflight")
    await investigator(desk).investigate(IOS, SINCE)
    asked = [request.url.params for request in desk.wire.requests if "betaFeedback" in request.url.path]
    assert [(one["filter[build]"], one["sort"]) for one in asked] == [(desk.book.BUILD_ID, "-createdDate")] * 2
    assert not any("email" in value for one in asked for value in one.values())


async def test_texts_of_testers_are_plain(desk_in):
    found = await investigator(desk_in("testflight")).investigate(IOS, SINCE)
    assert all(one.text.isprintable() for one in found.feedback)
    assert any("[bold red]Buy" in one.text for one in found.feedback), "shown as it is, never as markup"


async def test_what_was_sent_before_the_moment_that_was_asked_for_is_left_out(desk_in):
    found = await investigator(desk_in("testflight")).investigate(IOS, NOW - 30 * HOUR)
    assert found.feedback
    assert all(one.at >= NOW - 30 * HOUR for one in found.feedback)


async def test_a_crash_has_its_log_and_one_that_is_gone_says_so(desk_in):
    looking = investigator(desk_in("testflight"))
    found = await looking.investigate(IOS, SINCE)
    crash = next(one for one in found.feedback if "hotel" in one.text)
    assert "PortalProbe.decode" in await looking.log(IOS, crash.log)
    assert all((one.log != "") == (one.kind is FeedbackKind.CRASH) for one in found.feedback)
    with pytest.raises(Unreachable, match="does not have this log any more"):
        await looking.log(IOS, "fb999999")


async def test_a_build_that_is_not_there_has_a_note_and_no_error(desk_in):
    found = await investigator(desk_in("testflight")).investigate(replace(IOS, build="88"), SINCE)
    assert (found.feedback, "no build 88 of 4.2.0" in found.note) == ((), True)


async def test_more_than_a_page_is_counted_not_fetched(desk_in):
    desk = desk_in("testflight")

    def longer(request: httpx.Request, document: dict) -> None:
        if "betaFeedback" in request.url.path:
            document["meta"]["paging"]["total"] = len(document["data"]) + 7

    desk.wire.after = longer
    assert (await investigator(desk).investigate(IOS, SINCE)).more_feedback == 14


async def test_what_testers_did_stands_beside_the_state_and_is_asked_for_every_quarter_of_an_hour(desk_in):
    desk = desk_in("testflight")
    state = await desk.see()
    assert state.trial is not None
    assert (state.trial.sessions, state.trial.crashes) == (1000, 3)
    assert state.trial.feedback > 0
    assert state.trial.as_of <= NOW
    await desk.see()
    assert sum(USAGES in request.url.path for request in desk.wire.requests) == 1
    desk.clock.time += 901
    await desk.see()
    assert sum(USAGES in request.url.path for request in desk.wire.requests) == 2


async def test_without_figures_the_release_is_watched_all_the_same_and_none_is_not_zero(desk_in):
    desk = desk_in("testflight")
    desk.wire.before = lambda request: error(403, "FORBIDDEN_ERROR", "no") if USAGES in request.url.path else None
    state = await desk.see()
    assert (state.status, state.trial) == ("IN_BETA_TESTING", None)


async def test_figures_that_fail_later_stay_with_their_age(desk_in):
    desk = desk_in("testflight")
    before = (await desk.see()).trial
    desk.wire.before = lambda request: httpx.Response(502) if USAGES in request.url.path else None
    desk.clock.time += 3600
    assert (await desk.see()).trial == before


@pytest.mark.parametrize(
    "points",
    [
        [],
        [{"start": "2026-11-01T00:00:00Z", "values": {"sessionCount": 4}}],
        [{"end": "2026-11-01T00:00:00Z", "values": {"sessionCount": "4"}}],
        [{"end": "2026-11-01T00:00:00Z", "values": None}],
    ],
    ids=["none yet", "without its end", "another type", "without values"],
)
async def test_figures_that_cannot_be_read_are_no_figures(desk_in, points):
    desk = desk_in("testflight")

    def instead(request: httpx.Request, document: dict) -> None:
        if USAGES in request.url.path:
            document["data"] = [{"dataPoints": points}]

    desk.wire.after = instead
    assert (await desk.see()).trial is None


async def test_points_add_up_over_days_and_series(desk_in):
    desk = desk_in("testflight")
    values = {"sessionCount": 40, "crashCount": 1}
    points = [{"end": f"2026-11-0{day}T00:00:00Z", "values": values} for day in (2, 1)]

    def instead(request: httpx.Request, document: dict) -> None:
        if USAGES in request.url.path:
            document["data"] = [{"dataPoints": points}, {"dataPoints": points[:1]}]

    desk.wire.after = instead
    assert (await desk.see()).trial == Trial(120, 3, 0, 1_793_577_600.0)
