"""Every source is out of reach: what is old is called old everywhere, and the cause is not what is cut."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rollout_tui.domain.readings import NoReading, Scope
from rollout_tui.domain.snapshot import Heard, Rollout, Snapshot
from rollout_tui.tui.ink import text_of
from rollout_tui.tui.view.cause import cause
from rollout_tui.tui.view.gates import gate_rows
from rollout_tui.tui.view.metrics import metric_pair, metric_rows, metrics_title
from rollout_tui.tui.view.scene import Scene
from tests.tui.fake_desk import FakeDesk
from tests.tui.hand import at_the_keyboard
from tests.tui.samples import QUIET_ANDROID, android, readings, snapshot
from tests.tui.test_zoom import drawn
from tests.unit.domain.builders import METRICS, NOW

WHY = "Prometheus cannot be reached (ConnectError)"


def silent(age: float) -> Rollout:
    """Android after its source fell silent, the last values that old."""
    recent, phase = (
        {metric.id: NoReading(metric.id, scope, "4201", WHY, NOW, "prometheus") for metric in METRICS}
        for scope in (Scope.RECENT, Scope.PHASE)
    )
    return android(recent=recent, phase=phase, last_good=readings(QUIET_ANDROID, Scope.RECENT, "4201", NOW - age))


def shown(age: float) -> Snapshot:
    return snapshot(silent(age), silent(age))


def test_a_pane_says_stale_in_its_title_and_beside_each_value() -> None:
    rollout = silent(1920.0)
    scene = Scene(snapshot(rollout), NOW)
    assert text_of(metrics_title(scene, rollout, 58)).startswith("METRICS last 60 min · STALE 32 min ")
    for standing in rollout.metrics:
        for height in (2, 3, 4):
            rows = [text_of(row) for row in metric_rows(scene, standing, 58, height)]
            assert "STALE, 32 min old" in rows[min(height, 3) - 1]
        assert text_of(metric_pair(scene, standing, 78)[1]).startswith(
            "STALE, 32 min old: Prometheus cannot be reached"
        )
        assert "STALE, 32 min old" in text_of(metric_rows(scene, standing, 58, 1)[0])


def test_a_value_that_is_not_old_yet_has_the_cause_beside_it_whole() -> None:
    rollout = silent(60.0)
    scene = Scene(snapshot(rollout), NOW)
    crash, duration = rollout.metrics[0], rollout.metrics[3]
    assert text_of(metric_rows(scene, crash, 58, 4)[2]).startswith("Prometheus cannot be reached  ")
    assert text_of(metric_rows(scene, duration, 58, 4)[2]).startswith("no answer  ")
    assert "· 1 min old" in text_of(metrics_title(scene, rollout, 58))


@pytest.mark.parametrize(("width", "told"), [(78, WHY[:28]), (58, "Prometheus: no answer"), (48, "no answer")])
def test_gates_without_data_name_the_cause_whole(width: int, told: str) -> None:
    rollout = silent(1920.0)
    rows = [text_of(row) for row in gate_rows(Scene(snapshot(rollout), NOW), rollout, width)]
    assert rows[0].startswith("? NO DATA   Crash-free ≥ 99.5 %  ")
    assert rows[0].rstrip().endswith(f"? {told}")
    assert {len(row) for row in rows} == {width}


@pytest.mark.parametrize(
    ("why", "room", "told"),
    [
        (WHY, 60, WHY),
        ("Sentry gave no answer in time", 20, "Sentry: no answer"),
        ("Sentry: HTTP 503", 17, "Sentry: HTTP 503"),
        ("Sentry: HTTP 503", 12, "HTTP 503"),
        ("STALE, 26 min old", 12, "STALE 26 min"),
        ("STALE, 26 min old", 7, "STALE"),
        ("the phase is not known yet", 12, "the phase i…"),
    ],
)
def test_the_longest_form_of_a_cause_that_fits_is_told(why: str, room: int, told: str) -> None:
    assert cause(why, room) == told


async def test_large_an_old_value_is_not_told_as_that_of_the_last_hour() -> None:
    async with at_the_keyboard(FakeDesk(shown(1920.0))) as hand:
        await hand.press("enter")
        text = await drawn(hand)
        assert "When it was last known, 32 min ago: 23 of 7,930 in 60 min; the limit of 0.5 % allows about 39." in text
        assert "In the last 60 min" not in text
        assert "why       Prometheus: no answer" in text


async def test_large_a_source_has_the_name_that_people_gave_it() -> None:
    heard = (Heard("Metrics of the apps", 30.0, NOW - 41, name="Prometheus"),)
    desk = FakeDesk(snapshot())
    desk.snapshot = replace(desk.snapshot, heard=heard)
    async with at_the_keyboard(desk) as hand:
        await hand.press("enter")
        text = await drawn(hand)
        assert "source    Metrics of the apps" in text
        assert "41 s, every 30 s" in text
