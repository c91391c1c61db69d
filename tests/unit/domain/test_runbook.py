"""The rollback runbook: what people ticked stands, what they took back does not, what the program sees ticks itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollout_tui.domain.actions import ActionKind, Ending, Outcome
from rollout_tui.domain.releases import PhaseKind, Platform, StateWord
from rollout_tui.domain.runbook import NOTE, PLAN, Sees, Tick, first_tick, flat_since, seen_now, standing
from tests.tui.samples import android, ios, store_state
from tests.unit.domain.builders import NOW, apple, play

BOOK = PLAN[Platform.ANDROID]


def tick(check: str, at: float = 0.0, *, back: bool = False, note: str = "") -> Tick:
    return Tick(check, "jkim", NOW + at, note, back)


@pytest.mark.parametrize("platform", list(Platform))
def test_the_plans_four_steps_stand_in_their_order_with_unique_checks(platform: Platform) -> None:
    steps = [step for step in PLAN[platform].steps if not step.optional]
    assert [step.title.split(":")[0] for step in steps] == ["Immediate", "Investigate", "Fix", "Restart"]
    ids = [check.id for step in PLAN[platform].steps for check in step.checks]
    assert len(ids) == len(set(ids))


def test_removal_from_sale_is_apples_alone_and_no_part_of_the_way() -> None:
    acting = [(step, check) for step in BOOK.steps for check in step.checks if check.acts is ActionKind.REMOVE]
    assert acting == []
    (step,) = [step for step in PLAN[Platform.IOS].steps if any(c.acts is ActionKind.REMOVE for c in step.checks)]
    assert step.optional
    everything = [tick(check.id) for one in PLAN[Platform.IOS].steps if not one.optional for check in one.checks]
    assert standing(PLAN[Platform.IOS], everything, {}).current is None


def test_a_step_is_done_when_its_last_check_is_and_the_next_one_is_current() -> None:
    now = standing(BOOK, [tick("told", 5)], {Sees.PAUSED: NOW, Sees.SHARE_FLAT: NOW + 400})
    assert (now.current, now.steps[0].done_at) == (1, NOW + 400)
    assert (now.began, now.began_by) == (NOW + 5, "jkim")
    assert standing(BOOK, [], {Sees.PAUSED: NOW}).current == 0


def test_a_tick_can_be_taken_back_and_given_again() -> None:
    given_and_back = [tick("owner", 1, note="mara"), tick("owner", 2, back=True)]
    checks = {c.check.id: c for s in standing(BOOK, given_and_back, {}).steps for c in s.checks}
    assert checks["owner"].at is None
    again = [*given_and_back, tick("owner", 3, note="tom")]
    checks = {c.check.id: c for s in standing(BOOK, again, {}).steps for c in s.checks}
    assert (checks["owner"].at, checks["owner"].note) == (NOW + 3, "tom")


def test_it_began_with_the_pause_that_came_before_the_first_tick() -> None:
    now = standing(BOOK, [tick("told", 5)], {}, (NOW - 60, "mara"))
    assert (now.began, now.began_by) == (NOW - 60, "mara")
    assert standing(BOOK, [], {}).began is None


def test_a_note_ticks_nothing_and_begins_nothing() -> None:
    now = standing(BOOK, [tick(NOTE, 5, note="looked at it")], {})
    assert now == standing(BOOK, [], {})
    assert first_tick([tick(NOTE, 5), tick("owner", 6), tick("owner", 7, back=True), tick("told", 8)]) == NOW + 8


@given(st.permutations([tick("owner", n, back=n % 2 == 1) for n in range(6)]))
def test_the_order_in_which_ticks_are_read_does_not_matter(ticks: list[Tick]) -> None:
    assert standing(BOOK, ticks, {}) == standing(BOOK, sorted(ticks, key=lambda one: one.at), {})


def test_a_pause_is_seen_at_the_store_since_it_ended_and_never_while_the_store_is_silent() -> None:
    paused = store_state(android(), replace(play("0.5", NOW - 12), word=StateWord.PAUSED, status="halted"))
    done = Outcome("i", Platform.ANDROID, ActionKind.PAUSE, Ending.DONE, "halted", NOW - 300)
    assert seen_now(replace(paused, last_outcome=done), [], NOW)[Sees.PAUSED] == NOW - 300
    assert seen_now(android(), [], NOW) == {}
    assert seen_now(store_state(paused, paused.store.state, problem="HTTP 503"), [], NOW) == {}


def test_a_build_with_testers_alone_is_held() -> None:
    testing = store_state(ios(), apple(PhaseKind.TESTERS, NOW - 5, status="IN_BETA_TESTING"))
    assert seen_now(testing, [], NOW) == {Sees.HELD: NOW - 5}


@pytest.mark.parametrize(
    ("shares", "flat"),
    [
        ([], None),
        ([(60, 0.31), (120, 0.31)], None),  # not yet five minutes
        ([(60, 0.30), (240, 0.31), (360, 0.31)], NOW + 360),
        ([(60, 0.20), (240, 0.28), (360, 0.31), (600, 0.312), (660, 0.312)], NOW + 660),
        ([(60, 0.20), (360, 0.25), (660, 0.31)], None),  # it still rises
        ([(-300, 0.31), (-60, 0.31), (400, 0.31)], None),  # before the pause it says nothing
    ],
)
def test_the_share_is_flat_when_it_stood_still_for_five_minutes_after_the_pause(
    shares: list[tuple[float, float]], flat: float | None
) -> None:
    assert flat_since([(NOW + at, share) for at, share in shares], NOW) == flat
