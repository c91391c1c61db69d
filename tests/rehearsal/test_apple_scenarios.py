"""The scenarios of the App Store: how each stands at its start, and what comes to pass while one watches."""

from __future__ import annotations

import pytest

from rollout_tui.rehearsal.stores.apple import AppleBook
from tests.rehearsal.stagehand import HOUR, NOW, Set, set_up
from tests.rehearsal.stores.apple_desk import Desk, open_desk

MINUTE = 60.0


def moved(scene: Set, minutes: float) -> AppleBook:
    """The store at minutes after the start."""
    scene.clock.time = NOW + minutes * MINUTE
    scene.stage.apple.settle(scene.clock.time)
    return scene.stage.apple


def test_in_review_at_the_start_and_rejected_minutes_later():
    scene = set_up("review-rejected")
    assert [moved(scene, minutes).version_state for minutes in (0, 5, 6)] == ["IN_REVIEW", "IN_REVIEW", "REJECTED"]
    assert scene.stage.apple.submissions[0].state == "UNRESOLVED_ISSUES"
    assert "Guideline" in scene.stage.apple.start.review.reason


def test_external_testers_wait_for_the_beta_review_and_then_use_the_build():
    scene = set_up("beta-review-wait")
    shown = []
    for minutes in (0, 4, 10):
        book = moved(scene, minutes)
        shown.append(book.testing.external_state(book.testing.upload(book.BUILD_ID)))
    assert shown == ["WAITING_FOR_BETA_REVIEW", "IN_BETA_REVIEW", "IN_BETA_TESTING"]
    assert scene.stage.ios.counters("87", NOW) is None
    scene.clock.time = NOW + 5 * HOUR
    assert scene.happened("ios", "87", NOW, scene.clock.time) > 100


def test_a_ladder_stands_with_twenty_seven_of_thirty_days_used():
    scene = set_up("phased-pause-budget")
    phased = moved(scene, 0).phased
    assert phased is not None
    assert (phased.state, phased.day(NOW), phased.pause_days(NOW)) == ("PAUSED", 3, 27)
    assert scene.happened("ios", "87", NOW - HOUR, NOW) > 0


def test_a_newer_version_goes_live_and_takes_the_users_along():
    scene = set_up("superseded")
    book = moved(scene, 5)
    assert book.phased is not None
    assert (book.version_state, book.phased.state, book.phased.day(NOW)) == ("READY_FOR_DISTRIBUTION", "ACTIVE", 4)
    book = moved(scene, 6)
    assert (book.version_state, book.phased.state) == ("REPLACED_WITH_NEW_VERSION", "COMPLETE")
    scene.clock.time = NOW + 30 * HOUR
    before, after = (scene.happened("ios", "87", at - HOUR, at) for at in (NOW, NOW + 24 * HOUR))
    assert after < before / 4
    assert scene.happened("ios", "91", NOW, NOW + 24 * HOUR) > 100_000


@pytest.fixture
async def served():
    """The service of a scenario, as `rehearse` serves it."""
    opened: list[Desk] = []

    def serve(name: str) -> Desk:
        desk = open_desk(set_up(name).stage.scenario.app_store)
        opened.append(desk)
        return desk

    yield serve
    for desk in opened:
        await desk.http.aclose()


async def test_an_agreement_is_in_the_way_of_a_pause_at_once_and_of_reads_after_six_minutes(served):
    desk = served("agreements-missing")
    answer = await desk.http.patch(desk.phased_path, json={"data": desk.phased("PAUSED")})
    statuses = [answer.status_code]
    for minutes in (0, 5, 6):
        desk.clock.time = NOW + minutes * MINUTE
        statuses.append((await desk.http.get("/v1/apps")).status_code)
    assert statuses == [403, 200, 200, 403]


async def test_the_other_tool_leaves_enough_for_a_pause_and_goes_away(served):
    desk = served("asc-rate-limit")
    left = []
    for minutes in (0, 5, 9, 60, 160):
        desk.clock.time = NOW + minutes * MINUTE
        answer = await desk.http.get("/v1/apps")
        left.append(int(answer.headers["x-rate-limit"].rpartition(":")[2].rstrip(";")))
        if minutes == 9:
            await desk.send("PATCH", desk.phased_path, desk.phased("PAUSED"), 200)
    assert left[0] > 500
    assert left[1] in range(200, 300)
    assert all(50 <= rest <= 60 for rest in left[2:4])
    assert left[4] > 3500
