"""What sources have in common where they answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from providers.answering import Answering, in_order, raise_if_all_failed, unfit
from rollout_tui.domain.metrics import Kind, Metric, Population
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.quantities import Proportion
from rollout_tui.domain.readings import NoReading, Scope, Window
from rollout_tui.domain.releases import Platform
from rollout_tui.ports import Query, Unreachable
from tests.unit.domain.builders import ANDROID, CRASH, IOS, NOW

USERS = replace(CRASH, population=Population.USERS)
MEAN = replace(USERS, kind=Kind.MEAN)
OTHER = replace(MEAN, id="other")


def ask(metric: Metric = CRASH, rollout: RolloutPlan = ANDROID) -> Query:
    return Query(metric, Scope.RECENT, rollout, Window(NOW - 3600, NOW), 3600)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        (ask(), None),
        (ask(USERS), "Acme counts sessions, the gate users"),
        (ask(MEAN), "Acme counts sessions, it gives no mean"),
        (ask(MEAN, IOS), "Acme has no app of ios in the configuration"),
        (ask(OTHER, IOS), "Acme is not configured to give other"),
    ],
)
def test_of_several_reasons_the_one_that_must_be_mended_first_is_told(query: Query, reason: str | None) -> None:
    counted = {"crash_rate": Population.SESSIONS}
    assert unfit(query, "Acme", counted, {Platform.ANDROID}, "app", "counts sessions") == reason


def test_a_read_fails_only_where_every_request_failed_and_with_the_first_reason() -> None:
    first, second = Unreachable("no line"), Unreachable("busy")
    for outcomes in ([], [7], [first, 7], [first, ValueError("no data")]):
        raise_if_all_failed(outcomes)
    with pytest.raises(Unreachable, match="no line"):
        raise_if_all_failed([first, second])


def test_answers_stand_in_the_order_of_the_queries_and_bear_their_names() -> None:
    gives = Answering("acme")
    found = gives.reading(ask(), Population.SESSIONS, Proportion(1, 7), ask().window, NOW - 60, NOW)
    asks: list[int | str] = ["not this", 7]
    answers = in_order([ask(OTHER, IOS), ask()], asks, NOW, lambda _: found, gives.nothing)
    assert answers == [NoReading("other", Scope.RECENT, IOS.build, "not this", NOW, "acme"), found]
    assert (found.metric, found.build, found.as_of, found.source) == ("crash_rate", ANDROID.build, NOW - 60, "acme")
