"""The evidence over the life of a phase: restarts, latch, lag, periods, and everything that sources do to counts."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rollout_tui.domain.evidence.bank import Bets
from rollout_tui.domain.evidence.gate import Evidence, Judged, Rule, run_stream, unusable
from rollout_tui.domain.evidence.once import look
from rollout_tui.domain.verdicts import Verdict
from tests.unit.domain.evidence.polls import RUBBISH, Poll, histories, rules
from tests.unit.domain.vectors import needed, vectors

HOUR = 3600.0
LIMIT = Rule(0.005)


def judged(rule: Rule, polls: list[Poll], *, endless: bool = True) -> list[Judged]:
    evidence = Evidence(rule, endless=endless)
    return [evidence.poll(*poll) for poll in polls]


# -- the vectors


@needed
@pytest.mark.parametrize("vector", vectors("gate_stream"), ids=lambda vector: vector["name"])
def test_a_stream_is_judged_as_in_the_vectors(vector):
    settings = {key: vector[key] for key in ("limit", "hours", "lag_s", "dispersion", "alpha", "beta", "direction")}
    answers = list(run_stream(vector["polls"], **settings))
    assert [answer[0] for answer in answers] == [poll["verdict"] for poll in vector["polls"]]
    for (_, log_fail, log_pass), poll in zip(answers, vector["polls"], strict=True):
        for told, wanted in ((log_fail, poll["log_e_fail"]), (log_pass, poll["log_e_pass"])):
            assert told == (None if wanted is None else pytest.approx(wanted, abs=vector["abs_tol"]))


# -- the rule, poll by poll


def up(k: float, n: float, rule: Rule = LIMIT) -> float:
    return math.exp(Bets(rule.limit).above(k, n))


def test_half_of_the_budget_lies_on_the_total_and_half_on_the_restarts():
    first, second, third = judged(Rule(0.005, hours=3), [(60, 1, 500), (HOUR, 2, 1000), (HOUR + 60, 5, 1100)])
    assert first.log_e_fail == pytest.approx(math.log(up(1, 500) / 2))
    assert second.log_e_fail == pytest.approx(math.log(up(2, 1000) / 2))  # opened after this poll was judged
    assert third.log_e_fail == pytest.approx(math.log(up(5, 1100) / 2 + up(3, 100) / 4))


@pytest.mark.parametrize("hours", [1, 0.5])
def test_a_phase_of_one_hour_has_no_restarts_and_the_whole_budget(hours):
    (only,) = judged(Rule(0.005, hours=hours), [(60, 2, 500)])
    assert only.log_e_fail == pytest.approx(math.log(up(2, 500)))


@pytest.mark.parametrize(("hours", "planned"), [(0.2, 1), (1, 1), (23.2, 24), (24, 24), (47.5, 48), (48, 48), (72, 48)])
def test_planned_hours_are_rounded_up_and_never_more_than_48(hours, planned):
    assert Rule(0.005, hours=hours).planned_hours == planned


def test_a_gap_over_several_marks_opens_all_of_them_at_that_poll_each_with_its_weight():
    gap = judged(Rule(0.005, hours=5), [(60, 0, 10), (3 * HOUR + 5, 4, 2000), (3 * HOUR + 60, 9, 2100)])
    assert gap[-1].log_e_fail == pytest.approx(math.log(up(9, 2100) / 2 + 3 * up(5, 100) / 8))


def test_no_more_restarts_are_open_than_the_hours_have():
    polls = [(hour * HOUR, hour, 1000 * hour) for hour in range(1, 9)]
    last = judged(Rule(0.005, hours=3), polls, endless=False)[-1]
    restarts = sum(up(8 - opened, 8000 - 1000 * opened) / 4 for opened in (1, 2))
    assert last.log_e_fail == pytest.approx(math.log(up(8, 8000) / 2 + restarts))


def test_a_change_after_a_good_half_day_is_seen_through_a_restart_and_says_since_when():
    good = [(600.0 * i, i // 6, 300 * i) for i in range(1, 73)]
    broken = [(12 * HOUR + 60 * i, 12 + 2 * i, 21600 + 30 * i) for i in range(1, 40)]
    answers = judged(LIMIT, good + broken)
    assert {answer.verdict for answer in answers[:72]} == {Verdict.UNDECIDED, Verdict.PASS}
    fired = next(answer for answer in answers if answer.verdict is Verdict.FAIL)
    assert fired.since in (11 * HOUR, 12 * HOUR)


def test_when_both_sides_reach_their_bound_fail_wins():
    answers = judged(LIMIT, [(HOUR, 0, 100_000), (HOUR + 60, 100, 100_500)])
    assert answers[0].verdict is Verdict.PASS
    assert answers[1].log_e_pass is not None
    assert answers[1].log_e_pass >= LIMIT.pass_at
    assert answers[1].verdict is Verdict.FAIL


def test_a_pass_is_provisional():
    answers = judged(LIMIT, [(HOUR, 0, 1500), (HOUR + 60, 5, 1700)])
    assert [answer.verdict for answer in answers] == [Verdict.PASS, Verdict.UNDECIDED]


def test_bad_events_are_paired_with_the_sessions_of_lag_ago():
    rule = Rule(0.005, lag=600)
    polls = [(0.0, 0, 1500), (300.0, 0, 3000), (600.0, 1, 4000), (900.0, 1, 5000), (901.0, 1, 2900 * 2)]
    answers = judged(rule, polls)
    below = Bets(0.005).below
    assert [answer.log_e_pass for answer in answers] == [
        0.0,
        0.0,
        pytest.approx(below(1, 1500)),
        pytest.approx(below(1, 3000)),
        pytest.approx(below(1, 3000)),
    ]


def test_of_two_polls_at_one_time_the_later_counts_for_the_lag():
    answers = judged(Rule(0.005, lag=600), [(0.0, 0, 1000), (0.0, 0, 1200), (600.0, 0, 1300)])
    assert answers[-1].log_e_pass == pytest.approx(Bets(0.005).below(0, 1200))


def test_the_sessions_of_lag_ago_are_never_more_than_those_now():
    answers = judged(Rule(0.005, lag=600), [(0.0, 0, 1000), (600.0, 0, 950)])
    assert answers[-1].log_e_pass == pytest.approx(Bets(0.005).below(0, 950))


# -- counts that lie


@pytest.mark.parametrize(
    ("bad", "total"), [*RUBBISH, (Decimal("NaN"), 5), (Decimal("sNaN"), 5), ([], 5), (0, Decimal(0))]
)
def test_counts_that_cannot_be_used_are_no_data(bad, total):
    assert unusable(bad, total)
    evidence = Evidence(LIMIT)
    before = evidence.poll(HOUR, 0, 5000)
    assert before.verdict is Verdict.PASS
    nothing = evidence.poll(HOUR + 60, bad, total)
    assert (nothing.verdict, nothing.log_e_fail, nothing.log_e_pass) == (Verdict.NO_DATA, None, None)
    assert nothing.reason
    after = evidence.poll(HOUR + 120, 0, 5000)
    assert after == judged(LIMIT, [(HOUR, 0, 5000), (HOUR + 120, 0, 5000)])[-1]


def test_a_fall_by_a_tenth_is_a_correction_and_a_deeper_one_no_data_until_it_is_back():
    answers = judged(LIMIT, [(60, 0, 10_000), (120, 0, 9_000), (180, 0, 8_999), (240, 0, 500), (300, 0, 9_001)])
    assert [answer.verdict for answer in answers] == [
        Verdict.PASS,
        Verdict.PASS,
        Verdict.NO_DATA,
        Verdict.NO_DATA,
        Verdict.PASS,
    ]


def test_bad_events_may_be_corrected_by_any_amount():
    answers = judged(LIMIT, [(60, 20, 5_000), (120, 0, 5_000)])
    assert answers[1].verdict is Verdict.PASS
    assert answers[1].log_e_pass == pytest.approx(Bets(0.005).below(0, 5_000))


def test_a_restart_that_a_correction_leaves_behind_counts_as_nothing():
    answers = judged(Rule(0.005, hours=2), [(HOUR, 10, 2000), (HOUR + 60, 4, 1900)])
    assert answers[-1].log_e_fail == pytest.approx(math.log(up(4, 1900) / 2 + 1 / 2))


def test_a_clock_set_back_moves_nothing_back():
    straight = judged(LIMIT, [(2 * HOUR, 1, 900), (2 * HOUR, 2, 1000), (3 * HOUR, 3, 1200)])
    assert judged(LIMIT, [(2 * HOUR, 1, 900), (600, 2, 1000), (3 * HOUR, 3, 1200)]) == straight


def test_a_clock_set_back_does_not_change_what_was_lag_ago():
    answers = judged(Rule(0.005, lag=3600), [(0.0, 0, 500), (7200.0, 0, 2000), (3000.0, 0, 2500)])
    assert answers[-1].log_e_pass == pytest.approx(Bets(0.005).below(0, 500))


def test_a_fail_is_dated_by_the_first_poll_that_proves_it():
    evidence = Evidence(LIMIT)
    for t in (600.0, 300.0, 900.0):
        evidence.poll(t, 20, 500)
    assert evidence.failed_at == 600


def test_a_fail_stays_through_better_numbers_missing_data_and_resets():
    polls: list[Poll] = [(60, 20, 500), (120, None, None), (180, 20, 100_000), (240, 0, 100_000), (300, 0, 10)]
    answers = judged(LIMIT, polls)
    assert {answer.verdict for answer in answers} == {Verdict.FAIL}
    assert [answer.log_e_fail is None for answer in answers] == [False, True, False, False, True]


# -- a phase that outlives its hours


def test_a_phase_that_outlives_its_hours_gathers_against_fail_anew():
    rule = Rule(0.005, hours=2)
    polls = [(HOUR, 5, 2000), (2 * HOUR, 10, 4000), (2 * HOUR + 60, 12, 4100)]
    endless, single = judged(rule, polls)[-1], judged(rule, polls, endless=False)[-1]
    assert endless.log_e_fail == pytest.approx(math.log(up(2, 100) / 2))
    assert single.log_e_fail == pytest.approx(math.log(up(12, 4100) / 2 + up(7, 2100) / 2))
    assert endless.log_e_pass == single.log_e_pass
    assert endless.since == 2 * HOUR


def test_restarts_of_a_later_period_open_after_its_own_hours():
    polls = [(2 * HOUR, 10, 4000), (3 * HOUR, 11, 5000), (3 * HOUR + 60, 14, 5100)]
    last = judged(Rule(0.005, hours=2), polls)[-1]
    assert last.log_e_fail == pytest.approx(math.log(up(4, 1100) / 2 + up(3, 100) / 2))


def test_a_later_period_begins_on_the_hour_however_late_its_first_poll():
    polls = [(2.5 * HOUR, 10, 4000), (3 * HOUR, 11, 5000), (3 * HOUR + 60, 14, 5100)]
    last = judged(Rule(0.005, hours=2), polls)[-1]
    assert last.log_e_fail == pytest.approx(math.log(up(4, 1100) / 2 + up(3, 100) / 2))


def test_what_a_gap_over_the_end_of_a_period_hid_is_judged_before_a_new_one_begins():
    answers = judged(
        Rule(0.005, hours=24), [(10 * HOUR, 5, 5_000), (30 * HOUR, 500, 15_000), (30 * HOUR + 60, 500, 15_010)]
    )
    assert answers[1].verdict is Verdict.FAIL
    assert answers[2].verdict is Verdict.FAIL


def test_a_latch_and_the_evidence_for_a_pass_outlive_a_period():
    answers = judged(Rule(0.005, hours=1), [(60, 20, 500), (5 * HOUR, 20, 100_000)])
    assert answers[-1].verdict is Verdict.FAIL
    assert answers[-1].log_e_pass == pytest.approx(Bets(0.005).below(20, 100_000))


# -- properties


@given(rules, histories())
def test_after_a_fail_there_is_only_fail_and_no_data_is_never_a_pass(rule, polls):
    failed = False
    for answer in judged(rule, polls):
        failed = failed or answer.verdict is Verdict.FAIL
        assert not failed or answer.verdict is Verdict.FAIL
        if answer.log_e_fail is None or answer.log_e_pass is None:
            assert answer.verdict in (Verdict.NO_DATA, Verdict.FAIL)
            assert answer.reason
        else:
            assert math.isfinite(answer.log_e_fail)
            assert math.isfinite(answer.log_e_pass)
            assert answer.verdict is not Verdict.NO_DATA
            assert answer.verdict is not Verdict.PASS or answer.log_e_pass >= rule.pass_at


@given(rules, histories())
def test_a_replay_gives_the_same_bits(rule, polls):
    assert judged(rule, polls) == judged(rule, polls)


@settings(max_examples=50)
@given(rules, histories(most=15))
def test_a_restart_of_the_program_at_any_poll_changes_no_bit(rule, polls):
    live = Evidence(rule)
    for number, poll in enumerate(polls):
        started = Evidence(rule)
        for before in polls[:number]:
            started.recall(*before)
        started.failed_at = live.failed_at
        assert started.poll(*poll) == live.poll(*poll)
        assert started.failed_at == live.failed_at


@given(rules, histories(clock_jumps=False))
def test_a_lag_never_makes_a_verdict_surer(rule, polls):
    for late, prompt in zip(judged(rule, polls), judged(replace(rule, lag=0.0), polls), strict=True):
        if late.log_e_fail is None or late.log_e_pass is None:
            continue
        assert prompt.log_e_fail is not None
        assert prompt.log_e_pass is not None
        assert late.log_e_fail <= prompt.log_e_fail + 1e-9 * (1 + abs(prompt.log_e_fail))
        assert late.log_e_pass <= max(0.0, prompt.log_e_pass) + 1e-9 * (1 + abs(prompt.log_e_pass))
        assert late.verdict is not Verdict.PASS or prompt.verdict in (Verdict.PASS, Verdict.FAIL)
        assert late.verdict is not Verdict.FAIL or prompt.verdict is Verdict.FAIL


@given(rules, histories(), st.sampled_from([1.5, 2.0, 5.0]))
def test_dispersion_never_makes_a_verdict_surer(rule, polls, factor):
    looser = replace(rule, dispersion=rule.dispersion * factor)
    for doubted, plain in zip(judged(looser, polls), judged(rule, polls), strict=True):
        assert doubted.verdict is not Verdict.FAIL or plain.verdict is Verdict.FAIL
        assert doubted.verdict is not Verdict.PASS or plain.verdict in (Verdict.PASS, Verdict.FAIL)


@given(rules, histories(), st.integers(1, 1000))
def test_more_bad_sessions_at_the_end_are_never_less_evidence_of_a_bad_rate(rule, polls, more):
    t, bad, total = polls[-1]
    if unusable(bad, total) or bad + more > total:
        return
    before = judged(rule, polls)[-1]
    after = judged(rule, [*polls[:-1], (t, bad + more, total)])[-1]
    if before.log_e_fail is None or before.log_e_pass is None:
        return
    worse, better = (before, after) if rule.above else (after, before)
    slack = 1e-9 * (1 + abs(before.log_e_fail) + abs(before.log_e_pass))
    assert worse.log_e_fail is not None
    assert worse.log_e_pass is not None
    assert better.log_e_fail is not None
    assert better.log_e_pass is not None
    assert worse.log_e_fail >= better.log_e_fail - slack
    assert worse.log_e_pass <= better.log_e_pass + slack


@given(histories(), st.sampled_from([0.0, 3600.0]))
def test_a_stricter_limit_is_never_easier(polls, lag):
    strict, mild = judged(Rule(0.004, lag=lag), polls), judged(Rule(0.006, lag=lag), polls)
    for one, other in zip(strict, mild, strict=True):
        assert other.verdict is not Verdict.FAIL or one.verdict is Verdict.FAIL
        assert one.verdict is not Verdict.PASS or other.verdict is Verdict.PASS


@given(histories())
def test_decimals_are_judged_like_the_numbers_that_they_write(polls):
    def written(number: object) -> object:
        return Decimal(repr(number)) if isinstance(number, float) else number

    decimals = [(t, written(bad), written(total)) for t, bad, total in polls]
    for one, other in zip(judged(LIMIT, decimals), judged(LIMIT, polls), strict=True):
        assert (one.verdict, one.log_e_fail, one.log_e_pass) == (other.verdict, other.log_e_fail, other.log_e_pass)


def test_a_billion_sessions_are_safe():
    answers = judged(LIMIT, [(60, 5_000_000, 10**9), (HOUR, 5_030_000.5, 10**9), (2 * HOUR, 10**9, 10**9)])
    assert [answer.verdict for answer in answers] == [Verdict.UNDECIDED, Verdict.UNDECIDED, Verdict.FAIL]


# -- run_stream


def test_a_stream_is_judged_lazily():
    def polls():
        yield {"t": 60, "bad": 0, "total": 5000}
        raise AssertionError("asked for more than was wanted")

    assert next(run_stream(polls(), limit=0.005))[0] == "pass"


def test_a_stream_takes_beta_from_alpha_and_knows_both_directions():
    poll = [{"t": 60, "bad": 0, "total": 1300}]
    assert [verdict for verdict, *_ in run_stream(poll, limit=0.005)] == ["pass"]
    assert [verdict for verdict, *_ in run_stream(poll, limit=0.005, alpha=0.001)] == ["undecided"]
    assert [verdict for verdict, *_ in run_stream(poll, limit=0.005, alpha=0.001, beta=0.01)] == ["pass"]
    good = [{"t": 60, "bad": 1300, "total": 1300}]
    assert [verdict for verdict, *_ in run_stream(good, limit=0.995, direction="above")] == ["pass"]
    assert [verdict for verdict, *_ in run_stream(poll, limit=0.995, direction="above")] == ["fail"]


def test_a_stream_is_one_period():
    polls = [{"t": hour * HOUR, "bad": 10 * hour, "total": 2000 * hour} for hour in range(1, 60)]
    direct = judged(Rule(0.005, hours=24), [(poll["t"], poll["bad"], poll["total"]) for poll in polls], endless=False)
    assert [answer[1] for answer in run_stream(polls, limit=0.005)] == [answer.log_e_fail for answer in direct]


@pytest.mark.parametrize("direction", ["", "up", "ABOVE"])
def test_a_side_that_nobody_knows_is_refused(direction):
    with pytest.raises(ValueError, match="direction"):
        next(run_stream([{"t": 60, "bad": 0, "total": 5}], limit=0.005, direction=direction))
    with pytest.raises(ValueError, match="direction"):
        look(0, 5, limit=0.005, direction=direction)


def test_a_limit_may_be_a_decimal():
    poll = [{"t": 60, "bad": 1300, "total": 1300}]
    assert list(run_stream(poll, limit=Decimal("0.995"), direction="above")) == list(
        run_stream(poll, limit=0.995, direction="above")
    )
