"""An investigator: groups and feedback of this build, in plain words, asked when a person looks."""

from __future__ import annotations

import pytest

from rollout_tui.conformance.situations import Situation
from rollout_tui.conformance.table import Table
from rollout_tui.domain.investigation import Investigation


def test_it_tells_the_groups_of_this_build(table: Table) -> None:
    (found,) = table.ask(Situation.GOOD).answers
    assert isinstance(found, Investigation)
    assert found.groups or found.feedback
    assert all(group.title for group in found.groups)


@pytest.mark.parametrize("situation", [Situation.EMPTY])
def test_nothing_to_tell_is_no_error(table: Table, situation: Situation) -> None:
    (found,) = table.ask(situation).answers
    assert not found.groups
