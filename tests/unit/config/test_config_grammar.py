"""The grammar: what is written comes back exactly, boundaries are exact, and errors point at the character."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollout_tui.config import grammar
from rollout_tui.domain.metrics import Line, Operator, Unit

NUMBERS = st.decimals(min_value=0, max_value=10**9, places=4, allow_nan=False).map(lambda number: f"{number:f}")
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,30}", fullmatch=True).filter(lambda name: name != "signoff")
BLANKS = st.sampled_from(["", " ", "  ", "\t"])
UNITS = st.sampled_from(["%", "s", "m", "min", "h", "d", ""])
FACTORS = {"%": Fraction(1, 100), "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "": 1}
KINDS = {"%": Unit.RATIO, "": None} | dict.fromkeys(["s", "m", "min", "h", "d"], Unit.SECONDS)


@given(NAMES, st.sampled_from(list(Operator)), NUMBERS, UNITS, BLANKS, BLANKS, BLANKS)
def test_a_gate_comes_back_as_it_was_written_whatever_the_blanks(name, operator, number, unit, a, b, c):
    parsed = grammar.gate(f"{a}{name}{b}{operator}{c}{number}{a}{unit}{b}")
    assert parsed == grammar.Condition(name, Line(operator, Fraction(number) * FACTORS[unit]), KINDS[unit])
    marks = parsed.marks
    begins = (len(a), len(a + name + b), len(f"{a}{name}{b}{operator}{c}"))
    assert (marks.name, marks.operator, marks.limit) == begins


@given(st.sampled_from(list(Operator)), NUMBERS, UNITS)
def test_a_line_is_exact_to_the_last_digit(operator, number, unit):
    assert grammar.line(f"{operator} {number}{unit}") == (Line(operator, Fraction(number) * FACTORS[unit]), KINDS[unit])


@given(st.integers(0, 10**7), st.sampled_from(["s", "m", "min", "h", "d"]))
def test_a_duration_is_its_number_of_seconds(number, unit):
    assert grammar.duration(f"{number}{unit}") == number * FACTORS[unit]


@given(st.decimals(min_value=Decimal("0.0001"), max_value=100, places=4))
def test_a_share_in_per_cent_and_as_a_number_is_the_same_share(per_cent):
    ratio = per_cent / 100
    assert grammar.share(f"{per_cent:f}%") == grammar.share(f"{ratio:f}") == ratio


@given(st.floats(min_value=1e-9, max_value=1))
def test_a_share_written_as_a_bare_toml_number_keeps_its_decimals(number):
    assert grammar.share(number) == Decimal(repr(number))


def refusal(rule, text) -> grammar.GrammarError | None:
    try:
        rule(text)
    except grammar.GrammarError as error:
        return error
    return None


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_place_inside_it(text):
    for rule in (grammar.gate, grammar.line, grammar.duration, grammar.time_range, grammar.share):
        error = refusal(rule, text)
        assert error is None or 0 <= error.position <= len(error.text)


@pytest.mark.parametrize(
    ("text", "operator", "limit"),
    [
        ("crash_rate <= 0.5%", Operator.LE, Fraction(1, 200)),
        ("crash_rate < 0.5%", Operator.LT, Fraction(1, 200)),
        ("crash_rate ≤ 0.5 %", Operator.LE, Fraction(1, 200)),
        ("crash_free_sessions≥99.5%", Operator.GE, Fraction(199, 200)),
    ],
)
def test_half_a_per_cent_is_one_in_two_hundred_and_never_a_binary_fraction(text, operator, limit):
    parsed = grammar.gate(text)
    assert isinstance(parsed, grammar.Condition)
    assert parsed.line == Line(operator, limit)


def test_the_boundary_belongs_to_the_side_that_the_operator_names():
    at_most, _ = grammar.line("<= 1%")
    below, _ = grammar.line("< 1%")
    exactly, a_bit_more = Fraction(10, 1000), Fraction(10001, 1000000)
    assert at_most.holds(exactly)
    assert not below.holds(exactly)
    assert not at_most.holds(a_bit_more)


def test_a_sign_off_keeps_its_words():
    assert grammar.gate(" signoff :  testflight   feedback positive ") == grammar.SignOffCondition(
        "testflight feedback positive"
    )


@pytest.mark.parametrize(
    ("text", "character", "expected"),
    [
        ("", 1, "the name of a metric"),
        ("Crash_rate < 1%", 1, "the name of a metric"),
        ("crash_rate", 11, "one of <, <=, >, >=, =="),
        ("crash_rate << 1%", 12, "one of <, <=, >, >=, =="),
        ("crash_rate = 1%", 12, "one of <, <=, >, >=, =="),
        ("crash_rate <", 13, "a number"),
        ("crash_rate < one", 14, "a number"),
        ("crash_rate < -1%", 14, "a number"),
        ("crash_rate < ٣%", 14, "a number"),
        ("crash_rate < 1 percent", 16, "%, or one of the units s, m, min, h, d"),
        ("crash_rate < 1% or so", 17, "nothing more"),
        ("signoff:", 9, "what is to be signed"),
        ("crash_rate < " + "9" * 300 + "%", 201, "at most 200 characters"),
    ],
)
def test_a_wrong_gate_is_refused_at_the_character_where_it_goes_wrong(text, character, expected):
    with pytest.raises(grammar.GrammarError) as refused:
        grammar.gate(text)
    assert refused.value.position + 1 == character
    assert expected in str(refused.value)
    assert f"at character {character}:" in str(refused.value)


@pytest.mark.parametrize("text", ["24", "h", "24 hours", "1h30m", "-1h", "", "1e3s", "inf s"])
def test_a_time_without_its_unit_is_no_time(text):
    with pytest.raises(grammar.GrammarError):
        grammar.duration(text)


def test_the_time_of_a_phase_is_a_minimum_or_a_minimum_and_a_maximum():
    assert grammar.time_range("24h") == (86400.0, None)
    assert grammar.time_range("24h to 48h") == (86400.0, 172800.0)
    assert grammar.time_range("48h to 48h") == (172800.0, 172800.0)
    with pytest.raises(grammar.GrammarError, match="at character 8: expected an upper time"):
        grammar.time_range("48h to 24h")
    with pytest.raises(grammar.GrammarError, match="at character 5"):
        grammar.time_range("24h until 48h")


@pytest.mark.parametrize("written", ["0%", "0", 0, "100.1%", 1.5, 50, "-5%", "nan", "", "10s", "10%%"])
def test_a_share_lies_above_nothing_and_at_most_at_everybody(written):
    with pytest.raises(grammar.GrammarError):
        grammar.share(written)


@pytest.mark.parametrize(
    ("written", "share"), [("10%", "0.1"), (0.1, "0.1"), (1, "1"), ("100%", "1"), ("0.5%", "0.005")]
)
def test_a_share_may_be_per_cent_or_a_number(written, share):
    assert grammar.share(written) == Decimal(share)
