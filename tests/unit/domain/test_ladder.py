"""Which phase, since when, how long: the phase's clock starts when the store shows it and stands while paused."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from rollout_tui.domain.ladder import locate, next_phase, phase_clock, standings
from rollout_tui.domain.releases import PhaseKind, StateWord
from rollout_tui.domain.snapshot import Progress
from tests.unit.domain.builders import ANDROID, HOUR, IOS, NOW, apple, play

PHASES = ANDROID.phases


def test_the_share_tells_the_phase_and_a_share_in_between_belongs_to_the_phase_below() -> None:
    assert [locate(PHASES, play(share, NOW)) for share in ("0.001", "0.1", "0.3", "0.5", "0.999", "1")] == [
        0,
        0,
        0,
        1,
        1,
        2,
    ]


def test_an_unknown_share_tells_no_phase() -> None:
    assert locate(PHASES, None) is None
    assert locate(PHASES, replace(play("0.5", NOW), share=None)) is None
    assert locate(PHASES, replace(play("0.5", NOW), kind=None)) is None


def test_ios_phases_are_found_by_what_the_store_is_doing() -> None:
    kinds = (PhaseKind.TESTERS, PhaseKind.REVIEW, PhaseKind.PHASED)
    assert [locate(IOS.phases, apple(kind, NOW)) for kind in kinds] == [0, 1, 2]


def test_a_release_past_the_plans_last_phase_stands_in_the_last_one() -> None:
    assert locate(IOS.phases[:2], apple(PhaseKind.PHASED, NOW)) == 1


def test_the_clock_runs_from_the_moment_the_store_shows_the_phase() -> None:
    clock = phase_clock(PHASES, [play("0.1", NOW - 60 * HOUR), play("0.5", NOW - 31 * HOUR)], NOW)
    assert clock is not None
    assert (clock.index, clock.began, clock.elapsed) == (1, NOW - 31 * HOUR, 31 * HOUR)


def test_the_clock_stands_still_while_paused_and_goes_on_after_a_resume() -> None:
    states = [
        play("0.5", NOW - 10 * HOUR),
        play("0.5", NOW - 6 * HOUR, StateWord.PAUSED, "halted"),
        play("0.5", NOW - 2 * HOUR),
    ]
    clock = phase_clock(PHASES, states, NOW)
    assert clock is not None
    assert (clock.began, clock.elapsed) == (NOW - 10 * HOUR, 6 * HOUR)


def test_answers_that_say_nothing_of_a_phase_do_not_break_it() -> None:
    states = [play("0.5", NOW - 10 * HOUR), replace(play("0.5", NOW - 5 * HOUR), kind=None), play("0.5", NOW - HOUR)]
    clock = phase_clock(PHASES, states, NOW)
    assert clock is not None
    assert clock.elapsed == 10 * HOUR


def test_a_configured_beginning_counts_where_the_records_start_in_the_middle() -> None:
    phases = (PHASES[0], replace(PHASES[1], began=NOW - 30 * HOUR), PHASES[2])
    clock = phase_clock(phases, [play("0.5", NOW - HOUR)], NOW)
    assert clock is not None
    assert (clock.began, clock.elapsed) == (NOW - 30 * HOUR, 30 * HOUR)


def test_a_configured_beginning_does_not_count_where_the_phase_was_seen_to_begin() -> None:
    phases = (PHASES[0], replace(PHASES[1], began=NOW - 30 * HOUR), PHASES[2])
    clock = phase_clock(phases, [play("0.1", NOW - 5 * HOUR), play("0.5", NOW - HOUR)], NOW)
    assert clock is not None
    assert clock.elapsed == HOUR


def test_a_review_keeps_counting_from_the_testers_phase() -> None:
    clock = phase_clock(
        IOS.phases,
        [
            apple(PhaseKind.TESTERS, NOW - 40 * HOUR),
            apple(PhaseKind.REVIEW, NOW - 5 * HOUR, StateWord.IN_REVIEW, "IN_REVIEW"),
        ],
        NOW,
    )
    assert clock is not None
    assert (clock.began, clock.counts_since) == (NOW - 5 * HOUR, NOW - 40 * HOUR)


def test_the_ladder_shows_what_is_done_current_and_to_come_with_what_is_left() -> None:
    ladder = standings(PHASES, [play("0.1", NOW - 60 * HOUR), play("0.5", NOW - 31 * HOUR)], NOW)
    assert [standing.progress for standing in ladder] == [Progress.DONE, Progress.CURRENT, Progress.TO_COME]
    assert ladder[0].elapsed == 29 * HOUR
    assert (ladder[1].elapsed, ladder[1].left, ladder[1].overdue) == (31 * HOUR, 17 * HOUR, False)


def test_a_phase_beyond_its_upper_time_is_overdue_which_blocks_nothing() -> None:
    current = standings(IOS.phases, [apple(PhaseKind.TESTERS, NOW - 50 * HOUR)], NOW)[0]
    assert (current.left, current.overdue) == (0.0, True)


def test_nothing_is_known_before_the_first_answer() -> None:
    assert phase_clock(PHASES, [], NOW) is None
    assert {standing.progress for standing in standings(PHASES, [], NOW)} == {Progress.TO_COME}


def test_promotion_leads_one_phase_up_and_the_phased_release_to_its_own_end() -> None:
    assert next_phase(PHASES, 1) is PHASES[2]
    assert next_phase(PHASES, 2) is None
    assert next_phase(IOS.phases, 2) is IOS.phases[2]
    assert PHASES[2].share == Decimal(1)


def test_an_approved_version_can_be_released_where_the_review_is_the_plans_last_phase() -> None:
    assert next_phase(IOS.phases[:2], 1) is IOS.phases[1]


def test_the_testers_clock_stands_while_apple_reviews_the_build_for_them() -> None:
    states = [
        apple(PhaseKind.TESTERS, NOW - 30 * HOUR, StateWord.IN_REVIEW, "WAITING_FOR_BETA_REVIEW"),
        apple(PhaseKind.TESTERS, NOW - 20 * HOUR),
    ]
    assert standings(IOS.phases, states, NOW)[0].elapsed == 20 * HOUR
    assert standings(IOS.phases, states[:1], NOW)[0].elapsed == 0
