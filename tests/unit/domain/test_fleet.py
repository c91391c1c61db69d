"""The fleet: worst first, then the soonest decision; what nobody can read stands above INFO; what NEXT names."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollout_tui.domain.fleet import FleetLine, Sort, arranged, filtered, fleet_of
from rollout_tui.domain.releases import Platform, StateWord
from rollout_tui.domain.severity import Severity, rank
from rollout_tui.domain.snapshot import Snapshot, Urgency
from tests.tui.samples import android, incident, ios, snapshot, store_state
from tests.unit.domain.builders import HOUR, NOW, play


def named(app: str, of: Snapshot) -> Snapshot:
    """The same for another app."""
    return replace(of, plan=replace(of.plan, app=app))


ROLLOUT = android()
severities = st.sampled_from(Severity)
times = st.one_of(st.just(0.0), st.just(math.inf), st.floats(NOW, NOW + 1e6))


@st.composite
def fleets(draw: st.DrawFn) -> list[FleetLine]:
    """Lines in any order, each rollout once."""
    keys = draw(st.lists(st.tuples(st.integers(0, 200), st.sampled_from(Platform)), unique=True, max_size=30))
    words = st.sampled_from(("acme", "Oak Bank", "pico", "straße"))
    return [
        FleetLine(key, app := draw(words), ROLLOUT, draw(severities), draw(times), f"{app} {key[1]}".casefold())
        for key in keys
    ]


@given(fleets())
def test_worst_stands_first_then_the_soonest_decision(lines: Sequence[FleetLine]) -> None:
    order = [(-rank(line.severity), line.decision) for line in arranged(lines, Sort.WORST)]
    assert order == sorted(order)


@given(fleets(), st.sampled_from(Sort), st.integers())
def test_the_order_depends_on_the_rollouts_alone_and_loses_none(
    lines: Sequence[FleetLine], sort: Sort, seed: int
) -> None:
    shuffled = random.Random(seed).sample(list(lines), len(lines))
    assert arranged(shuffled, sort) == arranged(lines, sort)
    assert sorted(arranged(lines, sort), key=id) == sorted(lines, key=id)


@given(fleets(), st.integers(), st.sampled_from(Sort))
def test_a_kept_order_stands_whatever_the_severities_become(lines: Sequence[FleetLine], seed: int, sort: Sort) -> None:
    chance = random.Random(seed)
    kept = [line.key for line in arranged(lines, sort)][: chance.randint(0, 30)]
    changed = [replace(line, severity=chance.choice([*Severity]), decision=chance.random()) for line in lines]
    assert [line.key for line in arranged(changed, sort, kept)][: len(kept)] == kept


@given(fleets(), st.lists(st.sampled_from(("acme", "ACME", "ios", "bank", "zebra", "strasse")), max_size=3))
def test_a_filter_leaves_the_lines_that_hold_every_word_in_their_order(
    lines: Sequence[FleetLine], words: list[str]
) -> None:
    found = filtered(lines, " ".join(words))
    assert found == [line for line in lines if all(word.casefold() in line.text for word in words)]
    assert filtered(lines, "") == list(lines)


def test_what_nobody_can_read_stands_with_unknown_above_info() -> None:
    fine, iphones = snapshot(), ios()
    refused = store_state(iphones, iphones.store.state, problem="HTTP 401")
    lines = fleet_of([fine, snapshot(store_state(iphones, None)), snapshot(refused)]).lines
    assert [(line.key[0], line.severity) for line in lines] == [
        (2, Severity.UNKNOWN),
        (1, Severity.UNKNOWN),
        (0, Severity.INFO),
        (0, Severity.OK),
    ]


def test_a_crash_is_not_hidden_by_a_store_that_cannot_be_read() -> None:
    bad = incident().rollouts[0]
    lines = fleet_of([snapshot(store_state(bad, None))]).lines
    assert lines[0].severity is Severity.CRITICAL


@pytest.mark.parametrize(
    ("word", "open_now"),
    [(StateWord.PAUSED, True), (StateWord.WAITING, True), (StateWord.REJECTED, True), (StateWord.DONE, False)],
)
def test_what_waits_for_a_person_is_decided_soonest_what_is_done_never(word: StateWord, open_now: bool) -> None:
    line = fleet_of([snapshot(store_state(android(), replace(play("0.5", NOW - 9), word=word)))]).lines[0]
    assert line.decision == (0.0 if open_now else math.inf)


def test_a_running_phase_is_decided_when_its_time_is_over_a_phased_release_when_the_store_goes_on() -> None:
    lines = {line.key[1]: line for line in fleet_of([snapshot()]).lines}
    assert lines[Platform.ANDROID].decision == pytest.approx(NOW + 17 * HOUR, abs=HOUR)
    step = ios().store.state
    assert step is not None
    assert lines[Platform.IOS].decision == pytest.approx(step.next_step_at, abs=60)


def test_next_names_at_most_two_apps_and_counts_all_rollouts() -> None:
    loud = [named(f"app-{n}", incident()) for n in range(3)]
    advice = fleet_of([named("quiet", snapshot()), *loud]).recommendation
    assert advice.headline == "Three need you: app-0, pause Android; app-1, pause Android."
    assert advice.urgency is Urgency.ACT_NOW
    assert advice.detail.startswith("3 CRITICAL, 3 UNKNOWN, 1 INFO, 1 OK. Next step by itself: ")


def test_next_keeps_the_names_of_platforms_as_they_are_written() -> None:
    asks = snapshot()
    brief = "Android is paused; find the cause: press i."
    paused = replace(asks.recommendation, urgency=Urgency.ACT_SOON, brief_headline=brief)
    told = fleet_of([named("oak", replace(asks, recommendation=paused))]).recommendation
    assert told.headline == "One needs you: oak, Android is paused; find the cause."


def test_a_quiet_fleet_says_what_the_stores_do_by_themselves() -> None:
    advice = fleet_of([named("quiet", snapshot())]).recommendation
    assert advice.headline == "Nothing to do now."
    assert advice.detail == "1 INFO, 1 OK. Next step by itself: quiet iOS to 10 % in 9 h."


def test_a_fleet_of_which_not_all_is_read_does_not_say_that_there_is_nothing_to_do() -> None:
    shown = snapshot()
    unread = replace(shown, recommendation=replace(shown.recommendation, severity=Severity.UNKNOWN))
    advice = fleet_of([named("quiet", shown), named("begun", unread)]).recommendation
    assert (advice.headline, advice.severity) == ("Wait: not all is read yet.", Severity.UNKNOWN)


def test_an_alarm_names_its_app() -> None:
    assert (
        fleet_of([named("a", snapshot()), named("b", replace(snapshot(), alarm="disk full"))]).alarm == "b: disk full"
    )
