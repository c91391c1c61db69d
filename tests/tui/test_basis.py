"""What stands under a value: interval and n, counts of few sessions, "n unknown"; each form whole or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rollout_tui.domain.assess import assess
from rollout_tui.domain.metrics import Metric, Population
from rollout_tui.domain.quantities import Bare, Proportion, Quantity
from rollout_tui.domain.snapshot import MetricStanding
from rollout_tui.tui.view.basis import basis, basis_beside
from tests.tui.samples import mean
from tests.unit.domain.builders import CONNECT_TIME, CRASH, NOW, android_facts, reading


def standing(metric: Metric, quantity: Quantity) -> MetricStanding:
    facts = android_facts()
    judged = assess(android_facts(recent={**facts.recent, metric.id: reading(metric, quantity)}), NOW)
    return next(each for each in judged.metrics if each.metric.id == metric.id)


@pytest.mark.parametrize(
    ("metric", "quantity", "shown"),
    [
        (CRASH, Proportion(23, 7_930), "0.13–0.55 %  n 7,930"),
        (CRASH, Proportion(1, 640), "0.0–1.4 %      n 640"),
        (CRASH, Proportion(241, 10_002), "1.90–3.00 % n 10,002"),
        (CRASH, Proportion(1, 10), "1 of 10"),
        (CRASH, Bare(0.003), "n unknown"),
        (CONNECT_TIME, mean(4.1, 8_744), "4.0–4.2 s    n 8,744"),
        (CONNECT_TIME, mean(4.1, 60), "n 60"),
        (CONNECT_TIME, mean(4.1, 300), "n 300"),
    ],
)
def test_twenty_cells_hold_interval_and_size(metric: Metric, quantity: Quantity, shown: str) -> None:
    assert basis(standing(metric, quantity), 20, column=20) == shown


def test_a_rate_of_users_without_counts_is_never_taken_for_one_of_sessions() -> None:
    of_users = replace(CRASH, population=Population.USERS)
    plan = replace(android_facts().plan, metrics=(of_users, *android_facts().plan.metrics[1:]))
    facts = android_facts(plan=plan, recent={CRASH.id: reading(of_users, Bare(0.003))})
    shown = assess(facts, NOW).metrics[0]
    assert basis(shown, 33, column=20) == "share of users, n unknown"
    assert basis(shown, 20, column=20) == "share of users"


def test_a_mean_says_that_its_interval_is_approximate_where_there_is_room() -> None:
    assert basis(standing(CONNECT_TIME, mean(4.1, 8_744)), 33, column=20) == "4.0–4.2 s approx. n 8,744"


def test_over_the_whole_width_n_has_its_own_column() -> None:
    assert basis_beside(standing(CRASH, Proportion(1, 640)), 25) == "0.0–1.4 %    n 640"
    assert basis_beside(standing(CRASH, Proportion(241, 10_002)), 25) == "1.90–3.00 %  n 10,002"


@pytest.mark.parametrize("room", range(4, 40))
def test_what_does_not_fit_is_left_out_whole(room: int) -> None:
    shown = basis(standing(CRASH, Proportion(24_100, 1_000_200)), room)
    assert len(shown) <= room
    forms = ("2.34–2.48 % n 1,000,200", "2.34–2.48 % n 1.0M", "n 1,000,200", "n 1.0M", "")
    assert shown in forms
    assert shown == next(form for form in forms if len(form) <= room)
