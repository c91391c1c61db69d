"""Numbers, ages and foreign text as they stand on the screen (screens.md 8)."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollout_tui.domain import words
from rollout_tui.domain.metrics import Metric
from rollout_tui.domain.quantities import Mean, Proportion, Quantity
from rollout_tui.domain.readings import Window
from tests.unit.domain.builders import CONNECT, CONNECT_TIME, CRASH, CRASH_FREE_GATE, DURATION, reading


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (8, "8 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (899, "14 min"),
        (3600, "1 h"),
        (31.9 * 3600, "31 h"),
        (9 * 86400, "9 d"),
        (-5, "0 s"),
    ],
)
def test_an_age_has_one_unit_and_is_never_rounded_up(seconds: float, shown: str) -> None:
    assert words.age(seconds) == shown


def test_what_is_past_is_told_in_days_from_two_days_on() -> None:
    assert [words.ago(hours * 3600) for hours in (0.5, 31, 47.9, 63)] == [
        "30 min ago",
        "31 h ago",
        "47 h ago",
        "2 d ago",
    ]


@pytest.mark.parametrize(
    ("bad", "total", "shown"),
    [(1, 10, "10 %"), (1, 640, "0.2 %"), (23, 7930, "0.29 %"), (99, 8840, "1.12 %"), (0, 99, "0 %")],
)
def test_a_share_has_the_decimals_that_its_n_justifies(bad: int, total: int, shown: str) -> None:
    assert words.value(CRASH, Proportion(bad, total)) == shown


def test_the_complement_keeps_the_decimals_of_the_rate() -> None:
    assert words.value(CRASH, Proportion(664, 214_300), complement=True) == "99.69 %"


@pytest.mark.parametrize(
    ("metric", "quantity", "shown"),
    [
        (CRASH, Proportion(49_975, 10_000_000), "0.4998 %"),
        (CRASH, Proportion(503, 100_000), "0.503 %"),
        (CRASH, Proportion(1, 199), "0.503 %"),
        (CRASH, Proportion(199, 39_800), "0.50 %"),
        (CONNECT, Proportion(9_960, 1_000_000), "0.996 %"),
        (CONNECT, Proportion(1, 99), "1.01 %"),
        (DURATION, Mean(298.6 * 900, 900), "4.98 min"),
        (DURATION, Mean(301.0 * 900, 900), "5.02 min"),
        (CONNECT, Proportion(999_999_999, 10**11), "just below 1 %"),
        (DURATION, Mean(300.000_01 * 900, 900), "just above 5 min"),
    ],
)
def test_a_value_has_as_many_digits_as_it_takes_to_stand_on_its_side_of_each_line(
    metric: Metric, quantity: Quantity, shown: str
) -> None:
    assert words.value(metric, quantity) == shown


@pytest.mark.parametrize(
    ("bad", "total", "room", "shown"),
    [
        (503, 100_000, 8, "99.497 %"),
        (503, 100_000, 7, "< 99.5 %"),
        (500_001, 10**8, 8, "< 99.5 %"),
        (500_001, 10**8, 20, "just below 99.5 %"),
        (500, 100_000, 8, "99.50 %"),
    ],
)
def test_what_a_gate_asks_for_is_not_reached_by_rounding_in_whatever_room(
    bad: int, total: int, room: int, shown: str
) -> None:
    told = words.value(CRASH, Proportion(bad, total), complement=True, line=CRASH_FREE_GATE.line, room=room)
    assert told == shown


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.sampled_from([CRASH, CONNECT]))
def test_a_value_never_contradicts_the_word_beside_it(bad: int, total: int, metric: Metric) -> None:
    quantity = Proportion(min(bad, total), total)
    shown = words.value(metric, quantity)
    if shown.startswith("just "):
        return
    read = Fraction(shown.removesuffix(" %").replace(",", "")) / 100
    for line in (metric.target, metric.alert, metric.critical):
        assert line is not None
        assert (read < line.limit, read > line.limit) == (
            quantity.value() < line.limit,
            quantity.value() > line.limit,
        )


@pytest.mark.parametrize(
    ("reason", "gist"),
    [
        ("Google Play: 403 (“The caller does not have permission (code 7)”)", "Google Play: 403"),
        ("an agreement is missing (“It requires”)", "an agreement is missing"),
        ("Prometheus has no series for build 87: sum(x)", "Prometheus has no series for build 87"),
        ("Sentry: HTTP 503", "Sentry: HTTP 503"),
    ],
)
def test_the_gist_of_a_reason_is_what_it_is_without_quotation_or_expression(reason: str, gist: str) -> None:
    assert words.gist(reason) == gist


@pytest.mark.parametrize(("label", "shown"), [("iOS", "iOS"), ("ios", "iOS"), ("Android", "ANDROID"), ("tv", "TV")])
def test_a_platforms_name_in_a_title_is_in_capitals_but_for_one_that_nobody_writes_so(label: str, shown: str) -> None:
    assert words.titled(label) == shown


def test_means_read_as_seconds_or_minutes() -> None:
    assert words.value(CONNECT_TIME, Mean(4.1 * 8744, 8744)) == "4.1 s"
    assert words.value(CONNECT_TIME, Mean(24 * 900, 900)) == "24 s"
    assert words.value(DURATION, Mean(444 * 7930, 7930)) == "7.4 min"


def test_lines_read_as_the_plan_writes_them() -> None:
    assert words.condition(CRASH.target, CRASH.unit) == "< 0.5 %"
    assert words.condition(DURATION.target, DURATION.unit) == "> 5 min"
    assert words.condition(CONNECT_TIME.alert, CONNECT_TIME.unit) == "> 20 s"
    assert words.plain_percent(Fraction(1, 1000)) == "0.1 %"


@given(st.text(max_size=300), st.integers(1, 80))
def test_foreign_text_cannot_move_the_cursor_or_break_a_row(text: str, width: int) -> None:
    shown = words.plain_text(text, width)
    assert len(shown) <= width
    assert shown.isprintable()


def test_escape_sequences_and_hidden_marks_become_dots() -> None:
    assert words.plain_text("a\x1b[31mred\u202e\nb") == "a·[31mred· b"


def test_a_long_name_is_cut_in_the_middle() -> None:
    assert words.middle_cut("Internal testing for everybody", 11) == "Inter…ybody"
    assert words.middle_cut("short", 11) == "short"


@pytest.mark.parametrize(
    ("seconds", "shown"), [(3600, "60 min"), (3550, "60 min"), (3900, "60 min"), (6720, "1 h 52 min"), (900, "15 min")]
)
def test_a_value_says_what_was_answered_where_that_is_not_the_metric_s_window(seconds: float, shown: str) -> None:
    answer = reading(CRASH, Proportion(23, 7930))
    window = Window(answer.window.end - seconds, answer.window.end)
    assert words.covered(CRASH, replace(answer, window=window)) == shown
    assert words.covered(CRASH, None) == "60 min"


@pytest.mark.parametrize(
    ("clause", "told"),
    [
        ("the key is revoked", "The key is revoked."),
        ("App Review asks something.", "App Review asks something."),
        ("is its writer running?", "Is its writer running?"),
        ("4201 is a draft", "4201 is a draft."),
        ("", ""),
    ],
)
def test_a_clause_becomes_a_sentence_of_its_own(clause: str, told: str) -> None:
    assert words.sentence(clause) == told
