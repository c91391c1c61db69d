"""The small chart: bands, not a ruler; both lines always visible; no data dot on a line's place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollout_tui.domain.metrics import Direction, Metric
from rollout_tui.domain.quantities import Bare
from rollout_tui.domain.severity import Severity, severity_of
from rollout_tui.domain.snapshot import Curve
from rollout_tui.tui.symbols import SEVERITY
from rollout_tui.tui.view.chart import chart, line_rows, scale
from tests.unit.domain.builders import CONNECT_TIME, CRASH, DURATION, METRICS

heights = st.integers(2, 7)
values = st.one_of(st.just(0.0), st.floats(1e-9, 2000, allow_nan=False))


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


def test_a_missing_bucket_is_a_hole_and_what_came_after_the_last_reading_is_not_known() -> None:
    assert drawn(CRASH, 0.001, 0.001, None, None, 0.001, 0.001, width=3)[3][1] == " "
    lost = drawn(CRASH, 0.001, 0.001, None, None, None, None, width=3, known_until=900.0)
    assert lost[3][1:] == "??"


def test_the_beginning_of_the_phase_is_marked() -> None:
    rows = drawn(CRASH, *([None] * 16), width=8, phase_began=450.0 * 8)
    assert rows[3][4] == "┊"


BANDS = {3: (1, 1, 1), 4: (2, 1, 1), 5: (3, 1, 1), 6: (3, 2, 1), 7: (4, 2, 1)}
"""Rows inside the target, between the lines and beyond the alert line."""
OF_BAND = ({"ok"}, {"info"}, {"warn", "crit"})


@given(st.sampled_from(METRICS), st.lists(values, min_size=1, max_size=24), st.sampled_from(sorted(BANDS)))
def test_a_cell_with_data_has_the_colour_of_the_band_that_it_stands_in(
    metric: Metric, points: list[float], height: int
) -> None:
    bands = [OF_BAND[band] for band, rows in enumerate(BANDS[height]) for _ in range(rows)]
    if metric.better is Direction.LOWER:
        bands.reverse()
    drawn_cells = 0
    for row, allowed in zip(
        chart(metric, Curve(450.0, 450.0 * len(points), tuple(points)), 12, height), bands, strict=True
    ):
        data = {colour for _, colour in row} & {"ok", "info", "warn", "crit"}
        drawn_cells += len(data)
        assert data <= allowed
    assert drawn_cells


@given(st.sampled_from(METRICS), st.lists(values, min_size=2, max_size=40), values, st.integers(2, 7))
def test_one_more_value_never_moves_the_others(
    metric: Metric, points: list[float], extreme: float, height: int
) -> None:
    """The scale is fixed: a spike in the newest cell changes the newest cell alone."""
    size = len(points) // 2 * 2
    calm, spiked = tuple(points[:size]), (*points[: size - 1], extreme)
    width = size // 2
    before = chart(metric, Curve(450.0, 450.0 * size, calm), width, height)
    after = chart(metric, Curve(450.0, 450.0 * size, spiked), width, height)
    assert [row[: width - 1] for row in before] == [row[: width - 1] for row in after]


def test_between_two_advances_only_the_last_cell_changes() -> None:
    level = (0.001, 0.002, 0.004, 0.003) * 4
    even = Curve(450.0, 450.0 * 16, level)
    odd = Curve(450.0, 450.0 * 17, (*level, 0.004))
    full = Curve(450.0, 450.0 * 18, (*level, 0.004, 0.001))
    whole, begun, ended = (chart(CRASH, curve, 8, 4) for curve in (even, odd, full))
    # Lines keep their place on the screen; what moves is the data, which is all inside the target here.
    assert [row[1:] for row in whole[2:]] == [row[:-1] for row in begun[2:]], "it shifts once, by a whole cell"
    assert [row[:-1] for row in begun] == [row[:-1] for row in ended], "and stands while the cell fills"


def test_the_running_bucket_only_waits_but_two_silent_ones_are_not_known() -> None:
    heard, silent = 450.0 * 3.9, 450.0 * 2.5
    waiting = drawn(CRASH, 0.001, 0.001, 0.001, 0.001, None, None, width=3, known_until=450.0 * 4.5)
    assert "?" not in "".join(waiting)
    fresh = drawn(CRASH, 0.001, 0.001, 0.001, 0.001, None, width=3, known_until=heard)
    assert "?" not in "".join(fresh), "the bucket that began a moment ago has no reading yet"
    lost = drawn(CRASH, 0.001, 0.001, 0.001, None, None, None, width=3, known_until=silent)
    assert lost[3][2] == "?"


@pytest.mark.parametrize("height", range(2, 8))
def test_higher_is_better_is_the_mirror_image(height: int) -> None:
    upright, mirrored = scale(CRASH, height), scale(DURATION, height)
    last = 4 * height - 1
    if height == 2:
        assert (mirrored.target_dot, mirrored.alert_dot) == (last - upright.target_dot, last - upright.alert_dot)
    assert mirrored.dot(DURATION, 0.0) == 0, "nothing at all is the worst"
    assert upright.dot(CRASH, 0.0) == 0, "nothing at all is the best"
    assert mirrored.dot(DURATION, 9e9) == last
    assert upright.dot(CRASH, 1.0) == last


SPIKE = (0.001, 0.001, 0.002, 0.001, 0.004, 0.007, 0.012, 0.025)


def test_a_spike_looks_like_this() -> None:
    assert drawn(CRASH, *SPIKE, width=4) == [
        "⡀⡀⡀⡜",
        "⡀ ⣰⠁",
        "  ⡎ ",
        "⠤⠳⠃ ",
    ]


def test_a_fall_of_what_should_be_high_looks_like_this() -> None:
    assert drawn(DURATION, 444.0, 444.0, 444.0, 200.0, 50.0, 50.0, width=3) == [
        "⣀⡀ ",
        "⡀⢸⡀",
        "⡀⡘⡄",
        "  ⠉",
    ]


def test_two_rows_look_like_this() -> None:
    assert drawn(CRASH, 0.001, 0.004, 0.006, 0.02, width=2, height=2) == ["⡂⡞", "⡸ "]


def test_in_ascii_a_spike_looks_like_this_and_data_win_over_what_is_not_known() -> None:
    assert drawn_ascii(CRASH, *SPIKE, width=4) == ["___*", "_ **", "  * ", "*** "]
    lost = drawn_ascii(CRASH, 0.001, 0.001, 0.001, None, None, None, width=3, known_until=900.0)
    assert lost == ["___", "_ _", "   ", "**?"]
    assert drawn_ascii(CRASH, 0.001, 0.001, width=1, height=2) == ["_", "*"]


def drawn_ascii(metric: Metric, *points: float | None, height: int = 4, width: int = 8, **more: object) -> list[str]:
    curve = Curve(450.0, 450.0 * len(points), points, **more)  # type: ignore[arg-type]  # Curve's own names
    return ["".join(c for c, _ in row) for row in chart(metric, curve, width, height, ascii_only=True)]
