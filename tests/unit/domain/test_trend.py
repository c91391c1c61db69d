"""Sources without counts: a trend for the eye, never a verdict."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollout_tui.domain.evidence.trend import Trend, trend_evidence
from rollout_tui.domain.verdicts import Verdict
from tests.unit.domain import vectors

HOUR = 3600.0


def seen(good: int, bad: int, *, higher: bool = False) -> Trend:
    """A trend over so many windows on either side of a limit of 10, good ones first."""
    trend = Trend(10.0, higher=higher)
    for number in range(good + bad):
        under = (number < good) is not higher
        trend.recall((number + 1) * HOUR, 4 + number / 1000 if under else 14 + number / 1000)
    return trend


@vectors.needed
@pytest.mark.parametrize("vector", vectors.vectors("rate_only"), ids=lambda v: f"{v['good']}+{v['bad']}")
def test_the_evidence_of_a_trend_is_the_designs(vector: dict[str, Any]) -> None:
    good, bad = vector["good"], vector["bad"]
    assert float(trend_evidence(good, bad)) == pytest.approx(vector["e"], rel=vector["rel_tol"])
    assert seen(good, bad).words().startswith("consistently below") is (vector["trend"] == "below")


def test_a_trend_is_told_as_windows_of_all_windows() -> None:
    assert seen(6, 0).words() == "below in 6 of 6 hours"
    assert seen(1, 0).words() == "below in 1 of 1 hour"
    assert seen(2, 3).words() == "below in 2 of 5 hours"
    assert seen(10, 0).words() == "consistently below (10 of 10 hours)"
    assert seen(20, 3).words() == "consistently below (20 of 23 hours)"
    assert seen(0, 10).words() == "consistently above (10 of 10 hours)"
    assert seen(10, 0, higher=True).words() == "consistently above (10 of 10 hours)"
    assert seen(4, 1, higher=True).words() == "above in 4 of 5 hours"


def test_eight_windows_are_never_consistent_and_nine_clean_ones_are() -> None:
    """Nine clean ones stand at 102:1."""
    assert "consistently" not in seen(8, 0).words()
    assert trend_evidence(9, 0) > 100
    assert seen(9, 0).words() == "consistently below (9 of 9 hours)"


def test_it_never_gives_another_verdict_than_undecided() -> None:
    trend = Trend(10.0, higher=False)
    verdicts = {trend.poll((hour + 1) * HOUR, 1 + hour / 100).verdict for hour in range(48)}
    assert verdicts == {Verdict.UNDECIDED}
    judged = trend.poll(49 * HOUR, 1.9)
    assert (judged.reason, judged.trend) == ("source gives no counts", "consistently below (49 of 49 hours)")


def test_windows_do_not_overlap_and_the_first_lies_inside_the_phase() -> None:
    trend = Trend(10.0, higher=False)
    for minute in range(180):
        trend.poll(minute * 60.0, 4 + minute / 1000)
    assert trend.good == 2
    long = Trend(10.0, higher=False, window=6 * HOUR)
    for hour in range(13):
        long.poll(hour * HOUR, 4 + hour / 1000)
    assert long.words() == "below in 2 of 2 windows of 6 h"


def test_the_same_value_again_is_no_new_window() -> None:
    trend = Trend(10.0, higher=False)
    for hour in range(1, 13):
        trend.poll(hour * HOUR, 4.2)
    assert trend.good == 1
    trend.poll(12.5 * HOUR, 4.3)
    assert trend.good == 2
    trend.poll(13.4 * HOUR, 4.4)
    assert trend.good == 2


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, None, "4", True])
def test_a_value_that_is_no_number_is_no_data_and_changes_nothing(value: Any) -> None:
    trend = seen(6, 0)
    judged = trend.poll(7 * HOUR, value)
    assert (judged.verdict, judged.trend) == (Verdict.NO_DATA, "below in 6 of 6 hours")
    assert trend.poll(7 * HOUR, 4.5).good == 7


def test_a_value_on_the_limit_is_on_neither_side() -> None:
    trend = Trend(Fraction(1, 200), higher=False)
    trend.poll(HOUR, 0.005)
    assert (trend.good, trend.bad, trend.words()) == (0, 0, "")


@given(st.lists(st.tuples(st.floats(0, 2e5), st.floats(0, 20)), max_size=60), st.integers(0, 60))
def test_a_start_in_the_middle_changes_nothing(polls: list[tuple[float, float]], restart: int) -> None:
    live, again = Trend(10.0, higher=False), Trend(10.0, higher=False)
    for number, poll in enumerate(polls):
        one = live.poll(*poll)
        if number < restart:
            again.recall(*poll)
        else:
            assert again.poll(*poll) == one
