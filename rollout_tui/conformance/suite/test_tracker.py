"""A tracker: a whole count or an error, never a zero that nobody counted."""

from __future__ import annotations

import pytest

from rollout_tui.conformance.situations import Situation
from rollout_tui.conformance.table import Outcome, Seat, Table
from rollout_tui.domain.plan import BugScope


def test_open_bugs_are_counted_with_the_newest_ones_by_name(table: Table) -> None:
    (count,) = table.ask(Situation.GOOD).answers
    assert count.open > 0
    assert count.newest
    assert count.as_of <= table.bench.now


def test_no_bug_is_zero(table: Table) -> None:
    (count,) = table.ask(Situation.EMPTY).answers
    assert count.open == 0


@pytest.mark.parametrize("situation", [Situation.OTHER_BUILD])
def test_bugs_of_another_version_are_not_counted(table: Table, situation: Situation) -> None:
    (count,) = table.ask(situation).answers
    assert count.open == 0


@pytest.mark.parametrize("scope", list(BugScope))
def test_every_scope_can_be_counted(table: Table, scope: BugScope) -> None:
    async def count(seat: Seat) -> Outcome:
        async def ask() -> list[object]:
            return [await seat.provider.count(seat.bench.rollout, scope, seat.clock.now() - 3600.0)]

        return await seat.outcome(ask())

    assert table.run(count).error is None
