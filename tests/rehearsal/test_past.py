"""What a program that had been watching all along would remember."""

from __future__ import annotations

import pytest

from rollout_tui.domain.readings import Scope
from rollout_tui.domain.releases import Platform, StateWord
from rollout_tui.rehearsal import past
from rollout_tui.rehearsal.scenarios import SCENARIOS
from tests.rehearsal.stagehand import DAY, HOUR, NOW, set_up

MINUTE = 60.0


IOS_WORDS = {
    "review-rejected": StateWord.IN_REVIEW,
    "beta-review-wait": StateWord.IN_REVIEW,
    "phased-pause-budget": StateWord.PAUSED,
}
"""How iOS stands at the start where it is not running."""


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_last_poll_saw_both_stores_a_minute_ago(name):
    last = dict(past.states(set_up(name).stage))
    assert {state.as_of for state in last.values()} == {NOW - MINUTE}
    assert last[Platform.ANDROID].word is StateWord.RUNNING
    assert last[Platform.IOS].word is IOS_WORDS.get(name, StateWord.RUNNING)
    assert last[Platform.ANDROID].share_as_of == NOW - MINUTE


def test_states_come_in_order_each_with_its_last_poll_which_is_no_change():
    told = [state for platform, state in past.states(set_up("ios-phased").stage) if platform is Platform.IOS]
    changes, polls = told[::2], told[1::2]
    assert [(state.as_of - NOW) / HOUR for state in changes] == [-109.0, -73.0, -67.0, -52.0, -28.0, -4.0]
    assert [state.day for state in changes] == [None, None, None, 1, 2, 3]
    assert [state.as_of for state in polls] == [*(state.as_of - MINUTE for state in changes[1:]), NOW - MINUTE]
    assert all(poll.same_as(change) for change, poll in zip(changes, polls, strict=True))
    assert changes[-1].next_step_at == changes[-1].as_of + DAY


def test_a_poll_a_minute_each_with_every_metric_of_both_platforms():
    polls = list(past.polls(set_up("healthy").stage, 3))
    assert [{reading.as_of for _, reading in poll} for poll in polls] == [{NOW - n * MINUTE} for n in (3, 2, 1)]
    for poll in polls:
        asked = {(platform, reading.scope, reading.metric) for platform, reading in poll}
        assert len(asked) == len(poll) == 2 * len(Scope) * 4


def test_polls_before_a_build_existed_saw_nothing():
    polls = list(past.polls(set_up("healthy").stage, int(4 * DAY / MINUTE)))
    assert polls[0] == []
    assert polls[-1] != []


def test_where_sources_hold_nothing_no_poll_is_remembered():
    assert list(past.polls(set_up("no-data").stage, 3)) == []


def test_people_have_answered_only_where_the_scenario_says_so():
    assert {signoff.gate for _, signoff in past.signoffs(set_up("healthy").stage)} == {
        "signoff:maintainer",
        "signoff:testflight feedback positive",
    }
    assert list(past.signoffs(set_up("crash-spike").stage)) == []
