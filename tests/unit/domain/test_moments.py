"""Moments as people type them."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollout_tui.domain.moments import parse_moment
from tests.unit.domain.builders import NOW


def told(text: str, zone: str = "UTC") -> str:
    moment = datetime.fromtimestamp(parse_moment(text, NOW, ZoneInfo(zone)), UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S}"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("10:31", "2026-03-11 10:31:00"),
        ("10:31:40", "2026-03-11 10:31:40"),
        ("23:05", "2026-03-10 23:05:00"),  # today's is not over yet
        ("Tue 10:31", "2026-03-10 10:31:00"),
        ("wednesday 15:00", "2026-03-04 15:00:00"),
        ("7 Mar 17:55", "2026-03-07 17:55:00"),
        ("7 mar 2025 17:55", "2025-03-07 17:55:00"),
        ("2026-03-07 17:55", "2026-03-07 17:55:00"),
        ("2026-03-07T17:55:30Z", "2026-03-07 17:55:30"),
        ("3 h ago", "2026-03-11 11:32:07"),
        ("-90min", "2026-03-11 13:02:07"),
        ("2d", "2026-03-09 14:32:07"),
    ],
)
def test_a_moment_is_the_newest_that_fits(text: str, moment: str) -> None:
    assert told(text) == moment


def test_times_of_day_are_those_of_the_chosen_zone() -> None:
    assert told("10:31", "Europe/Berlin") == "2026-03-11 09:31:00"


@pytest.mark.parametrize(
    "text",
    ["", "noon", "25:00", "31 Feb 10:00", "10", "h ago", "2026-13-01 10:00", "999999 d ago", "0001-01-01", "-5 h ago"],
)
def test_anything_else_is_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(ValueError, match="expected a time"):
        parse_moment(text, NOW, UTC)


@given(st.text(max_size=30))
def test_whatever_is_typed_gives_a_moment_or_one_sentence(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert datetime.fromtimestamp(parse_moment(text, NOW, UTC), UTC)


@given(st.integers(min_value=0), st.sampled_from("smhd"))
def test_however_long_ago_it_is_a_moment_that_a_calendar_has(count: int, unit: str) -> None:
    with contextlib.suppress(ValueError):
        assert datetime.fromtimestamp(parse_moment(f"{count} {unit}", NOW, UTC), UTC)
