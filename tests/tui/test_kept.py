"""Rows that are kept from the scene before are never old."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from rollout_tui.tui.ink import Row, blank
from rollout_tui.tui.view import metrics
from rollout_tui.tui.view.kept import Kept
from rollout_tui.tui.view.pane import Heights, column
from rollout_tui.tui.view.scene import Focus, Scene
from rollout_tui.tui.view.screen import screen_rows
from tests.tui.samples import android, incident, ios, snapshot
from tests.unit.domain.builders import NOW

SNAPSHOTS = (snapshot(), incident(), snapshot(android(bugs={}), ios()), snapshot())
SIZES = ((120, 40), (120, 48), (80, 24), (60, 16), (50, 12))

scenes = st.builds(
    Scene,
    snapshot=st.sampled_from(SNAPSHOTS),
    now=st.sampled_from([NOW, NOW + 5, NOW + 600]),
    focus=st.builds(Focus, st.integers(0, 1), st.integers(0, 9)),
    who=st.sampled_from(["jkim@rel-01", "mara@rel-02"]),
    read_only=st.booleans(),
    zone=st.sampled_from([timezone.utc, timezone(timedelta(hours=2))]),  # noqa: UP017  two of one kind
)


def rows(scene: Scene, size: tuple[int, int]) -> list[Row]:
    return screen_rows(scene, *size, blank(size[0]))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(scenes, st.sampled_from(SIZES)), min_size=2, max_size=8))
def test_what_is_kept_is_what_would_be_drawn(steps: list[tuple[Scene, tuple[int, int]]]) -> None:
    kept = Kept()
    for scene, size in steps:
        assert rows(replace(scene, kept=kept), size) == rows(replace(scene, kept=Kept()), size)


def test_a_move_of_the_focus_draws_no_metric_again(monkeypatch) -> None:
    drawn: list[str] = []
    chart = metrics.chart
    monkeypatch.setattr(metrics, "chart", lambda *args, **named: drawn.append("chart") or chart(*args, **named))
    scene = Scene(SNAPSHOTS[0], NOW, Focus(0, 0))
    column(scene, 0, 59, Heights(4))
    assert drawn == ["chart"] * 4
    column(replace(scene, focus=Focus(0, 1)), 0, 59, Heights(4))
    assert drawn == ["chart"] * 4
    column(replace(scene, now=NOW + 5), 0, 59, Heights(4))
    assert drawn == ["chart"] * 8
