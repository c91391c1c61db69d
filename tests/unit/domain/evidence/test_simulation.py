"""The rule in simulated phases: a few cells with few phases here, all of them with many in `make sim`."""

from __future__ import annotations

import math
import statistics
from random import Random

import pytest

from benchmarks.cells import CELLS, Cell, lorden, quantile, summarize, wald
from benchmarks.phases import DAY, SPACINGS, First, Outcome, Story, poisson, polls, run_phase
from tests.unit.domain.vectors import needed, vectors

PHASES = 40


def cell_named(name: str) -> Cell:
    (found,) = [cell for cell in CELLS if cell.name == name]
    return found


@pytest.mark.parametrize("name", ["0.1 % @40k", "2 % @8k", "0.1 to 2 % at 12 h @40k"])
def test_a_few_phases_behave_as_the_rule_promises(name):
    cell = cell_named(name)
    row = summarize(cell, [run_phase(cell.story, f"test/{name}/{n}", to_the_end=False) for n in range(PHASES)])
    assert row.held, row


def test_a_fail_in_the_first_hour_stays_for_the_whole_phase():
    outcome = run_phase(cell_named("5 % for 1 h, then 0 @40k").story, "test", to_the_end=True)
    assert outcome.failed is not None
    assert outcome.failed.t < 3600
    assert not outcome.turned


@needed
@pytest.mark.parametrize("vector", vectors("wald_bound"))
def test_the_bound_on_the_sessions_is_that_of_the_vectors(vector):
    assert wald(vector["p"], vector["limit"], vector["alpha"]) == pytest.approx(vector["expected_sessions"], rel=1e-9)


def test_the_bound_after_a_change_is_a_little_larger():
    assert lorden(0.02, 0.005) / wald(0.02, 0.005) == pytest.approx(4.605 / 4.503, rel=1e-3)


def test_drawn_numbers_have_the_mean_and_the_spread_of_poisson():
    random = Random(5)
    for mean in (0.3, 7.9, 130.5, 2000.25):
        drawn = [poisson(random, mean) for _ in range(4000)]
        assert statistics.fmean(drawn) == pytest.approx(mean, abs=5 * math.sqrt(mean / 4000))
        assert statistics.variance(drawn) == pytest.approx(mean, rel=0.15)


def test_traffic_peaks_in_the_evening_and_comes_to_the_sessions_of_a_day():
    seen = list(polls(Story(0.01, 1_000_000), Random(3)))
    spacing = seen[0]["t"]
    assert spacing in SPACINGS
    assert len(seen) == DAY / spacing
    assert seen[-1]["total"] == pytest.approx(1_000_000, rel=0.01)
    assert seen[-1]["bad"] == pytest.approx(10_000, rel=0.06)
    hours = [round(hour * 3600 / spacing) for hour in (9, 11, 21, 23)]
    at = [seen[index]["total"] for index in hours]
    assert (at[1] - at[0]) / (at[3] - at[2]) == pytest.approx(9, rel=0.15)


def outcome(at: int, *, passed: bool = False, failed: bool = False, turned: bool = False, t: float = 3600.0) -> Outcome:
    first = First(t, at, at - 10)
    return Outcome(first if passed else None, first if failed else None, 0, turned)


def test_figures_outside_are_called_out():
    healthy, broken = cell_named("0.1 % @8k"), cell_named("2 % @8k")
    expected = round(1.4 * broken.bound)
    assert summarize(broken, [outcome(expected, failed=True)] * 400).held
    assert not summarize(broken, [outcome(expected // 2, failed=True)] * 400).ratio.held
    assert not summarize(broken, [outcome(2 * expected, failed=True)] * 400).ratio.held
    assert not summarize(broken, [outcome(expected, failed=True)] * 380 + [outcome(0)] * 20).decided.held
    assert not summarize(broken, [outcome(expected, failed=True, passed=True)] * 400).false_pass.held
    assert not summarize(broken, [outcome(expected, failed=True, turned=True)] * 400).held
    assert not summarize(healthy, [outcome(2215, passed=True, failed=True)] * 400).false_fail.held
    late = cell_named("0.1 to 2 % at 12 h @8k")
    assert not summarize(late, [outcome(expected, failed=True, t=600)] * 400).false_fail.held


def test_chance_is_allowed_as_much_as_one_in_a_thousand_would_need():
    assert [quantile(500, share) for share in (0.001, 0.002, 0.01)] == [4, 5, 13]
    assert quantile(40, 0.001) == 1
