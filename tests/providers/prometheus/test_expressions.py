"""Placeholders never leave their quotes; the selectors behind an expression are found."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.prometheus.expressions import (
    BadExpression,
    bucket,
    check_expression,
    check_named,
    check_selector,
    fill,
    selectors,
    suffixed,
)

VALUES = {"platform": "android", "build": "4201", "version": "4.2.0"}


def test_placeholders_are_filled_in() -> None:
    text = "rate(x{p=\"$platform\",b='${build}',v=`$version`}[$window])"
    assert fill(text, VALUES, 3600.0) == "rate(x{p=\"android\",b='4201',v=`4.2.0`}[3600s])"


@given(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from("\"'"))
def test_no_build_breaks_out_of_its_quotes(build: str, quote: str) -> None:
    filled = fill(f"x{{b={quote}$build{quote},p={quote}android{quote}}}", {"build": build})
    whole = re.fullmatch(rf"x{{b={quote}((?:[^{quote}\\\n]|\\.)*){quote},p={quote}android{quote}}}", filled)
    assert whole is not None
    assert re.sub(r"\\(.)", lambda escape: "\n" if escape[1] == "n" else escape[1], whole[1]) == build


def test_a_comment_swallows_nothing_that_follows() -> None:
    assert fill('sum(x{a="#"}) # all of them\n + y #', VALUES) == 'sum(x{a="#"}) \n + y '


def test_a_build_that_tries_to_add_a_query_stays_a_value() -> None:
    filled = fill('x{build="$build"}', {"build": '42"} or vector(1)#'})
    assert filled == r'x{build="42\"} or vector(1)#"}'


def test_a_build_is_no_regular_expression() -> None:
    assert fill('x{build=~"$build|0"}', {"build": "4.*"}) == r'x{build=~"4\\.\\*|0"}'


def test_a_backtick_cannot_be_hidden_in_backticks() -> None:
    with pytest.raises(BadExpression, match=r"backtick"):
        fill("x{build=`$build`}", {"build": "4`} or vector(1)"})


def test_dollars_that_are_no_placeholders_stay() -> None:
    text = 'label_replace(x{a=~"^b$"}, "c", "$1", "d", "(.*)")'
    assert fill(text, VALUES) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('x{build="$number"}', r"unknown placeholder \$number inside quotes; known are \$platform, \$build, \$version"),
        ("x{} * $factor", r"unknown placeholder \$factor; \$window is known here"),
        ("x{build=$build}", r"put \$build in quotes"),
    ],
)
def test_an_unknown_placeholder_is_named(text: str, words: str) -> None:
    with pytest.raises(BadExpression, match=words):
        fill(text, VALUES, 60.0)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('x{a="b"}', ['x{a="b"}']),
        ("app:crash_rate:ratio", ["app:crash_rate:ratio"]),
        ('{__name__="x", a="}"}', ['{__name__="x", a="}"}']),
        ('sum by (job, b) (rate(x{a="b"}[5m])) / sum without (c) (rate(y[5m:1m] offset 1h))', ['x{a="b"}', "y"]),
        ("sum(x) by (a) / on (b) group_left (c) y", ["x", "y"]),
        ("1 - x{} / y{} > bool 0.5 and z unless w # v", ["x{}", "y{}", "z", "w"]),
        ('label_replace(x, "a", "$1 b{c}", "d", "(e)")', ["x"]),
        ("x @ end() offset 5m", ["x"]),
        ("vector(1) + time() - Inf", []),
        ('x{a="b" or y', []),
    ],
)
def test_the_selectors_of_an_expression_are_found(text: str, found: list[str]) -> None:
    assert list(selectors(text)) == found


@pytest.mark.parametrize("text", ["x", 'x{a="b"}', '{__name__="x"}', 'x {a=~"$build"}'])
def test_a_plain_selector_is_taken(text: str) -> None:
    assert check_selector(text) == text


@pytest.mark.parametrize(
    "text", ["sum(x)", "x[5m]", "x offset 5m", "rate(x[5m])", "x or y", "x + 1", "3", "x{} y{}", 'x{a="b"', ""]
)
def test_what_is_no_plain_selector_is_refused(text: str) -> None:
    with pytest.raises(BadExpression, match=r"expected a plain selector"):
        check_selector(text)


def test_a_value_that_rests_on_no_series_is_refused() -> None:
    with pytest.raises(BadExpression, match=r"over at least one series"):
        check_expression("vector(1)")


@pytest.mark.parametrize(
    ("edge", "matcher"),
    [
        (20.0, r'le=~"20|20\\.0"'),
        (0.25, r'le=~"0\\.25"'),
        (1e6, r'le=~"1000000|1000000\\.0|1e\\+06"'),
    ],
)
def test_an_edge_is_found_however_the_server_writes_it(edge: float, matcher: str) -> None:
    assert bucket(edge) == matcher


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("x", 'x_bucket{le="1"}'),
        ("x{}", 'x_bucket{le="1"}'),
        ('x {a="}", }', 'x_bucket{le="1", a="}", }'),
        ('x{a="b" # why\n}', 'x_bucket{le="1", a="b" # why\n}'),
    ],
)
def test_a_histograms_series_are_narrowed_to_a_bucket(selector: str, found: str) -> None:
    assert suffixed(check_named(selector), "_bucket", 'le="1"') == found


@pytest.mark.parametrize("text", ['{__name__="x"}', "rate(x[1m])"])
def test_a_histogram_begins_with_its_name(text: str) -> None:
    with pytest.raises(BadExpression):
        check_named(text)
