"""Counting by subtracting samples."""

from __future__ import annotations

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from providers.prometheus.client import Labels, Series
from providers.prometheus.tally import Tally

ONE: Labels = (("instance", "a"),)
TWO: Labels = (("instance", "b"),)


def line(*points: tuple[float, float], labels: Labels = ONE) -> Series:
    return Series(labels, points)


def from_first(_labels: Labels, _time: float) -> bool:
    return False


def from_zero(_labels: Labels, _time: float) -> bool:
    return True


def tallied(*lines: Series, standing: dict[Labels, float] | None = None, began: bool = False) -> Tally:
    tally = Tally(0.0, {} if standing is None else standing)
    tally.extend(lines, 100.0, from_zero if began else from_first)
    return tally


def test_what_stood_there_at_the_start_does_not_count() -> None:
    assert tallied(line((10, 105), (20, 112)), standing={ONE: 100.0}).grown(0) == 12


def test_without_a_start_the_first_sample_is_the_start() -> None:
    tally = tallied(line((10, 105), (20, 112)))
    assert tally.grown(0) == 7
    assert tally.began == 10


def test_a_series_that_began_at_zero_counts_its_first_sample() -> None:
    tally = tallied(line((10, 105), (20, 112)), began=True)
    assert tally.grown(0) == 112
    assert tally.began == 0


def test_a_fall_counts_from_zero() -> None:
    assert tallied(line((10, 105), (20, 3), (30, 9)), standing={ONE: 100.0}).grown(0) == 5 + 9


def test_a_gap_loses_nothing() -> None:
    assert tallied(line((10, 105), (90, 140)), standing={ONE: 100.0}).grown(0) == 40


def test_series_add_up() -> None:
    both = tallied(line((10, 105)), line((10, 7), labels=TWO), standing={ONE: 100.0, TWO: 5.0})
    assert both.grown(0) == 7


def test_a_series_that_vanished_keeps_what_it_counted() -> None:
    tally = tallied(line((10, 105)), line((10, 7), (20, 8), labels=TWO), standing={ONE: 100.0, TWO: 5.0})
    assert tally.grown(0) == 5 + 3


def test_a_window_counts_only_what_happened_inside() -> None:
    tally = tallied(line((10, 105), (20, 112), (30, 113)), standing={ONE: 100.0})
    assert tally.grown(10, 20) == 7
    assert tally.grown(20) == 1
    assert tally.grown(30) == 0


def test_samples_that_were_seen_do_not_count_again() -> None:
    tally = tallied(line((10, 105), (100, 112)), standing={ONE: 100.0})
    tally.extend([line((100, 112), (110, 113))], 110.0, from_first)
    assert tally.grown(0) == 13


def test_what_is_no_count_is_left_out() -> None:
    nan, inf = float("nan"), float("inf")
    assert tallied(line((10, nan), (20, inf), (30, -1), (40, 101)), standing={ONE: 100.0}).grown(0) == 1


def test_nothing_seen_is_not_zero() -> None:
    assert tallied().grown(0) is None
    assert tallied().began is None


def test_forgetting_what_is_past_keeps_the_windows_counts() -> None:
    tally = Tally(0.0, {ONE: 0.0})
    tally.extend([line(*((float(n), float(n)) for n in range(1, 10_001)))], 10_000.0, from_first)
    tally.forget(9_000.5)
    assert tally.start == 9_000
    assert tally.grown(9_500) == 500


@given(st.lists(st.lists(st.integers(0, 1000), max_size=8), max_size=5))
def test_growth_is_what_happened_whatever_restarts(lives: list[list[int]]) -> None:
    """Every life of a process begins at zero and counts up."""
    shown = [count for life in lives for count in accumulate(life, initial=0)]
    points = [(float(number), float(count)) for number, count in enumerate(shown, 1)]
    assert tallied(line(*points), standing={ONE: 0.0}).grown(0) == sum(map(sum, lives))
