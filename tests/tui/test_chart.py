"""The small chart: bands, not a ruler; both lines always visible; no data dot on a line's place."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollout_tui.domain.metrics import Metric
from rollout_tui.domain.quantities import Bare
from rollout_tui.domain.severity import Severity, severity_of
from rollout_tui.domain.snapshot import Curve
from rollout_tui.tui.symbols import SEVERITY
from rollout_tui.tui.view.chart import chart, line_rows, scale
from tests.unit.domain.builders import CONNECT_TIME, CRASH, DURATION, METRICS

heights = st.integers(2, 7)
values = st.floats(0, 2000, allow_nan=False)


def drawn(metric: Metric, *points: float | None, height: int = 4, width: int = 8, **more: object) -> list[str]:
    curve = Curve(450.0, 450.0 * len(points), points, **more)  # type: ignore[arg-type]  # Curve's own names
    return ["".join(character for character, _ in row) for row in chart(metric, curve, width, height)]


@given(st.sampled_from(METRICS), values, heights)
def test_no_value_ever_lies_on_a_line(metric: Metric, value: float, height: int) -> None:
    found = scale(metric, height)
    dot = found.dot(metric, value)
    assert 0 <= dot < 4 * height
    assert dot not in (found.target_dot, found.alert_dot)


@given(st.sampled_from(METRICS), values, heights)
def test_the_band_agrees_with_the_severity(metric: Metric, value: float, height: int) -> None:
    found = scale(metric, height)
    dot, severity = found.dot(metric, value), severity_of(metric, Bare(value))
    lower = found.alert_dot > found.target_dot
    inside = dot < found.target_dot if lower else dot > found.target_dot
    beyond = dot > found.alert_dot if lower else dot < found.alert_dot
    assert inside is (severity is Severity.OK)
    assert beyond is (severity in (Severity.WARNING, Severity.CRITICAL))


@given(st.sampled_from(METRICS), st.lists(st.one_of(st.none(), values), max_size=60), heights, st.integers(4, 40))
def test_a_chart_is_exactly_as_large_as_it_was_asked_for(
    metric: Metric, points: list[float | None], height: int, width: int
) -> None:
    for ascii_only in (False, True):
        rows = chart(metric, Curve(450.0, 0.0, tuple(points)), width, height, ascii_only=ascii_only)
        assert [len(row) for row in rows] == [width] * height
        assert all(len(character) == 1 for row in rows for character, _ in row)


@given(st.sampled_from(METRICS), values)
def test_the_colour_of_a_point_is_its_severitys(metric: Metric, value: float) -> None:
    rows = chart(metric, Curve(450.0, 0.0, (value,)), 4, 4)
    colours = {colour for row in rows for character, colour in row if colour in {c for _, c in SEVERITY.values()}}
    assert colours == {SEVERITY[severity_of(metric, Bare(value))][1]}


@pytest.mark.parametrize(("metric", "rows"), [(CRASH, (1, 0)), (CONNECT_TIME, (1, 0)), (DURATION, (1, 2))])
def test_labels_stand_in_the_row_of_their_line(metric: Metric, rows: tuple[int, int]) -> None:
    assert line_rows(metric, 4) == rows


def test_the_alert_line_has_every_second_dot_and_the_target_line_every_fourth() -> None:
    assert drawn(CRASH, None, None) == ["⡀⡀⡀⡀⡀⡀⡀⡀", "⡀ ⡀ ⡀ ⡀ ", " " * 8, " " * 8]


def test_a_spike_is_joined_to_what_was_before_and_pinned_to_the_top() -> None:
    rows = drawn(CRASH, 0.001, 0.001, 0.001, 0.5, width=4)
    assert rows[0][-1] not in ("⡀", " ")
    assert all(row[-1] not in ("⡀", " ") for row in rows)


def test_the_scale_never_moves_with_the_data() -> None:
    assert drawn(CRASH, 0.001, width=2)[2:] == drawn(CRASH, 0.001, width=2)[2:]
    assert scale(CRASH, 4) == scale(replace(CRASH, label="other"), 4)


def test_a_missing_bucket_is_a_hole_and_what_came_after_the_last_reading_is_not_known() -> None:
    assert drawn(CRASH, 0.001, 0.001, None, None, 0.001, 0.001, width=3)[3][1] == " "
    lost = drawn(CRASH, 0.001, 0.001, None, None, None, None, width=3, known_until=900.0)
    assert lost[3][1:] == "??"


def test_the_beginning_of_the_phase_is_marked() -> None:
    rows = drawn(CRASH, *([None] * 16), width=8, phase_began=450.0 * 8)
    assert rows[3][4] == "┊"
