"""Estimates are a range or a bound, never one number."""

from __future__ import annotations

import re

import pytest

from rollout_tui.domain.estimates import hours_range, sessions_range, wait
from rollout_tui.domain.evidence.finding import Ahead


@pytest.mark.parametrize(
    ("fast", "slow", "told"),
    [
        (4.2, 15.3, "4–16 h"),
        (4.1, 4.2, "4–5 h"),
        (0.3, 0.9, "18–54 min"),
        (0.2, 4.9, "< 5 h"),
        (0.0, 0.02, "< 2 min"),
        (0.0, 0.0, "< 1 min"),
        (12.0, 200.0, "12–200 h"),
        (30.0, 200.0, "1–9 d"),
        (9.4, None, "> 9 h"),
        (0.4, None, "> 24 min"),
        (80.0, None, "> 3 d"),
    ],
)
def test_hours_are_cut_off_at_the_near_end_and_rounded_up_at_the_far_one(
    fast: float, slow: float | None, told: str
) -> None:
    assert hours_range(fast, slow) == told
    assert re.search("[–<>]", told)


@pytest.mark.parametrize(
    ("fast", "slow", "told"),
    [
        (37_123, 142_400, "37k–142k"),
        (424, 9_100, "424–9,100"),
        (12_000, 2_500_000, "12k–2.5M"),
        (12_000, None, "> 12k"),
        (14_010, 14_100, "14,010–14,100"),
        (14_010, 14_010, "14,010–14,011"),
    ],
)
def test_sessions_are_a_range_too(fast: int, slow: int | None, told: str) -> None:
    assert sessions_range(fast, slow) == told


def test_a_wait_is_told_in_hours_where_the_pace_is_known_and_in_sessions_elsewhere() -> None:
    assert wait(Ahead(100, 900, fast_hours=4.2, slow_hours=15.3)) == "4–16 h"
    assert wait(Ahead(37_000, 142_000)) == "37k–142k more"
    assert wait(Ahead()) == wait(None) == ""
