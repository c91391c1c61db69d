"""What waiting costs: a range from rate, pace and time; nothing where the counts are not known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rollout_tui.domain.assess import assess
from rollout_tui.domain.cost import waiting
from rollout_tui.domain.metrics import Population
from rollout_tui.domain.quantities import Bare, Proportion, Quantity
from rollout_tui.domain.snapshot import Rollout
from tests.unit.domain.builders import CRASH, HOUR, NOW, android_facts

COUNTED = Proportion(241, 10_002)


def rollout(quantity: Quantity = COUNTED, **more: object) -> Rollout:
    judged = assess(android_facts(), NOW)
    standing = next(metric for metric in judged.metrics if metric.metric == CRASH)
    assert standing.reading is not None
    bad = replace(standing, reading=replace(standing.reading, quantity=quantity), interval=(0.0207, 0.0279), **more)
    return replace(judged, metrics=(bad,))


def test_until_the_phase_may_be_left_as_a_range_with_the_time() -> None:
    assert waiting(rollout(), NOW) == "about 3,500–4,700 more crashed sessions before it may be promoted (in 17 h)"


def test_until_the_stores_next_tick_where_it_goes_on_by_itself() -> None:
    one = rollout()
    assert one.store.state is not None
    ticking = replace(one, store=replace(one.store, state=replace(one.store.state, next_step_at=NOW + 1.25 * HOUR)))
    assert waiting(ticking, NOW) == "about 260–350 more crashed sessions before the next tick (in 1 h 15 min)"


def test_in_each_hour_where_nothing_comes_by_itself() -> None:
    one = rollout()
    over = replace(one, phases=tuple(replace(phase, left=0.0) for phase in one.phases))
    assert waiting(over, NOW) == "about 210–280 more crashed sessions in each hour"


@pytest.mark.parametrize(
    ("interval", "told"),
    [((0.0, 0.00001), "less than one"), ((0.0, 0.01), "up to about 100"), ((0.0309, 0.0311), "about 310")],
)
def test_few_are_told_as_few_and_near_bounds_as_one(interval: tuple[float, float], told: str) -> None:
    one = rollout(Proportion(310, 10_000))
    over = replace(one, phases=tuple(replace(phase, left=0.0) for phase in one.phases))
    near = replace(over, metrics=(replace(over.metrics[0], interval=interval),))
    assert waiting(near, NOW).startswith(f"{told} more crashed sessions")


def test_nothing_where_n_is_not_known_or_the_value_is_old_or_of_users() -> None:
    assert waiting(rollout(Bare(0.02)), NOW) == ""
    assert waiting(rollout(problem="STALE, 26 min old"), NOW) == ""
    one = rollout()
    assert one.metrics[0].reading is not None
    users = replace(one.metrics[0], reading=replace(one.metrics[0].reading, population=Population.USERS))
    assert waiting(replace(one, metrics=(users,)), NOW) == ""
    assert waiting(replace(one, metrics=()), NOW) == ""
