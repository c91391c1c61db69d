"""Windows and scale of the large chart (screens.md 5)."""

from __future__ import annotations

import pytest

from rollout_tui.domain.closeup import spans, top_of_scale
from rollout_tui.domain.metrics import Metric
from tests.tui.samples import android
from tests.unit.domain.builders import CONNECT, CONNECT_TIME, CRASH, DURATION, HOUR, NOW


@pytest.mark.parametrize(
    ("metric", "largest", "top"),
    [
        (CRASH, 0.003, 0.03),  # over the critical line of 2 %
        (CRASH, 0.0241, 0.03),
        (CRASH, 0.031, 0.05),
        (CONNECT, 0.01, 0.1),  # over the critical line of 5 %
        (CONNECT_TIME, 4.0, 50.0),  # no critical line: over 1.5 x the alert line of 20 s
        (DURATION, 444.0, 500.0),
    ],
)
def test_the_scale_ends_at_the_next_round_number_over_lines_and_data(
    metric: Metric, largest: float, top: float
) -> None:
    assert top_of_scale(metric, (None, largest)) == pytest.approx(top)


def test_a_scale_that_has_grown_does_not_shrink() -> None:
    assert top_of_scale(CRASH, (0.003,), at_least=0.1) == 0.1


def test_windows_go_from_an_hour_to_the_whole_rollout_and_never_beyond_it() -> None:
    found = spans(android(), NOW)  # began 88 h ago, in its phase for 31 h
    assert [span.label for span in found] == ["1 h", "6 h", "12 h", "24 h", "phase", "3 d", "whole rollout"]
    assert found[4].start == NOW - 31 * HOUR
    assert found[-1].start == NOW - 88 * HOUR
