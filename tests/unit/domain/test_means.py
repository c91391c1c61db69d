"""The evidence on a mean: the interval, the spread from blocks, the cap, the latch."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rollout_tui.domain.evidence.means import BatchVariance, MeanEvidence, MeanJudged, half_width
from rollout_tui.domain.verdicts import Verdict
from tests.unit.domain import vectors

VERDICTS = {"pass": Verdict.PASS, "fail": Verdict.FAIL, "undecided": Verdict.UNDECIDED}


def lower(cap: float | None = 30.0, limit: float = 10.0) -> MeanEvidence:
    return MeanEvidence(limit, higher=False, cap=cap, alpha=0.01, beta=0.01)


def higher(cap: float | None = None, limit: float = 300.0) -> MeanEvidence:
    return MeanEvidence(limit, higher=True, cap=cap, alpha=0.01, beta=0.01)


def squares(n: float, mean: float, sd: float) -> float:
    """The sum of squares of n observations with that mean and spread."""
    return sd * sd * (n - 1) + n * mean * mean


def drawn(evidence: MeanEvidence, values: list[float], each: int = 25) -> list[MeanJudged]:
    """Poll after every few observations."""
    total, answers = 0.0, []
    for count, value in enumerate(values, 1):
        total += value
        if count % each == 0:
            answers.append(evidence.poll(60.0 * count / each, total, count))
    return answers


@vectors.needed
@pytest.mark.parametrize("vector", vectors.vectors("mean_interval"), ids=lambda v: f"n={v['n']}")
def test_the_interval_of_a_mean_is_the_designs(vector: dict[str, Any]) -> None:
    n, mean, sd, alpha = vector["n"], vector["mean"], vector["sd"], vector["alpha"]
    assert half_width(n, sd, alpha) == pytest.approx(vector["half_width"], rel=vector["rel_tol"])
    judged = lower().poll(3600, n * mean, n, squares(n, mean, sd))
    assert judged.verdict is VERDICTS[vector["verdict_limit_10"]]
    assert judged.half == pytest.approx(vector["half_width"], rel=1e-6)


@vectors.needed
@pytest.mark.parametrize("vector", vectors.vectors("batch_variance"))
def test_the_spread_from_blocks_is_the_designs(vector: dict[str, Any]) -> None:
    batches, total, count = BatchVariance(), 0.0, 0
    for more, counted in zip(vector["sums"], vector["counts"], strict=True):
        total, count = total + more, count + counted
        batches.add(total, count)
    assert batches.blocks == len(vector["sums"])
    assert batches.variance == pytest.approx(vector["variance"], rel=vector["rel_tol"])


def test_increments_are_gathered_until_a_block_has_twenty_sessions() -> None:
    batches = BatchVariance()
    for count in (5, 12, 19):
        batches.add(count * 4.0, count)
    assert (batches.blocks, batches.variance) == (0, None)
    batches.add(21 * 4.0, 21)
    assert batches.blocks == 1
    batches.add(40 * 4.0, 40)
    assert batches.blocks == 1
    batches.add(41 * 4.0, 41)
    assert batches.blocks == 2


@pytest.mark.parametrize(
    "corrected",
    [
        [(2000.0, 1000.0), (4600.0, 1150.0)],  # both fall by half and come back
        [(2000.0, 1060.0), (2100.0, 1090.0), (4480.0, 1120.0)],  # the sum alone
        [(4200.0, 950.0), (4320.0, 980.0), (4600.0, 1150.0)],  # the count alone
    ],
)
def test_a_correction_that_comes_back_does_not_poison_the_spread(corrected: list[tuple[float, float]]) -> None:
    chance = random.Random(1)
    batches, total, count = BatchVariance(), 0.0, 0.0

    def go_on(blocks: int) -> None:
        nonlocal total, count
        for _ in range(blocks):
            count += 25
            total += 25 * (4.0 + chance.uniform(-0.2, 0.2))
            batches.add(total, count)

    go_on(42)
    before = batches.variance
    assert before is not None
    for total, count in corrected:
        batches.add(total, count)
    go_on(42)
    assert batches.variance == pytest.approx(before, rel=0.3)


def test_no_verdict_before_thirty_blocks_are_gathered() -> None:
    chance = random.Random(2)
    answers = drawn(lower(), [chance.uniform(2, 4) for _ in range(30 * 25)])
    assert {answer.verdict for answer in answers[:29]} == {Verdict.UNDECIDED}
    assert answers[28].half is None
    assert answers[28].lean == 0
    assert answers[28].reason == "not enough sessions: the spread is known after 30 samples of 20 or more, so far 29"
    assert answers[29].verdict is Verdict.PASS
    assert answers[29].reason == "proven under, approx."


def test_sums_of_squares_need_no_blocks_but_six_hundred_observations() -> None:
    assert lower().poll(60, 599 * 4.0, 599, squares(599, 4, 2)).reason == "not enough sessions: 599 of at least 600"
    assert lower().poll(60, 600 * 4.0, 600, squares(600, 4, 2)).verdict is Verdict.PASS


def test_below_the_limit_is_never_proven_without_a_cap() -> None:
    judged = lower(cap=None).poll(60, 4e4, 1e4, squares(1e4, 4, 2))
    assert judged.verdict is Verdict.UNDECIDED
    assert "needs a cap" in judged.reason
    short = higher(cap=None)
    assert short.poll(60, 2e6, 1e4, squares(1e4, 200, 100)).verdict is Verdict.UNDECIDED
    assert short.failed_at is None
    assert higher(cap=7200).poll(60, 2e6, 1e4, squares(1e4, 200, 100)).verdict is Verdict.FAIL


def test_above_the_limit_is_proven_without_a_cap() -> None:
    assert lower(cap=None).poll(60, 1.2e5, 1e4, squares(1e4, 12, 10)).verdict is Verdict.FAIL
    assert higher(cap=None).poll(60, 4e6, 1e4, squares(1e4, 400, 300)).verdict is Verdict.PASS


def test_the_needle_leans_to_the_good_side_by_halves_of_the_interval() -> None:
    n, sd = 8000, 10.0
    half = half_width(n, sd, 0.01)
    for judge, better in ((lower, -1), (higher, 1)):
        limit = 10.0
        nearly = limit + better * half / 2
        judged = judge(cap=60, limit=limit).poll(60, n * nearly, n, squares(n, nearly, sd))
        assert judged.lean == pytest.approx(0.5, rel=1e-6)
        assert judged.verdict is Verdict.UNDECIDED
    assert lower().poll(60, n * 12.0, n, squares(n, 12, sd)).lean == -1
    assert lower().poll(60, n * 10.0, n, squares(n, 10, sd)).reason == "on the limit, not proven"


def test_a_fail_stays_whatever_comes_after_it() -> None:
    evidence = lower()
    assert evidence.poll(60, 1.2e5, 1e4, squares(1e4, 12, 10)).verdict is Verdict.FAIL
    assert evidence.failed_at == 60
    assert evidence.poll(120, 1.6e5, 1e5, squares(1e5, 1.6, 1)).verdict is Verdict.FAIL
    assert evidence.poll(180, math.nan, 1e5).verdict is Verdict.FAIL
    assert evidence.failed_at == 60


def test_a_latch_can_be_restored() -> None:
    evidence = lower()
    evidence.failed_at = 30.0
    assert evidence.poll(60, 4e4, 1e4, squares(1e4, 4, 2)).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("total", "count", "squared", "reason"),
    [
        (None, 10, None, "sum is not a number: None"),
        (40.0, "10", None, "count is not a number: '10'"),
        (math.nan, 10, None, "sum is not a number: nan"),
        (40.0, math.inf, None, "count is not a number: inf"),
        (-1.0, 10, None, "sum is negative: -1.0"),
        (0.0, 0, None, "no sessions counted"),
        (True, 10, None, "sum is not a number: True"),
        (40.0, 10, -1, "sum of squares is negative: -1"),
        (4400.0, 1100, 17599.0, "the sum of squares is too small for this sum and count"),
        (40.0, 899, None, "sessions fell from 1,000 to 899: a reset or a wrong window"),
    ],
)
def test_unusable_numbers_are_no_data_and_leave_no_trace(
    total: object, count: object, squared: object, reason: str
) -> None:
    told, clean = lower(), lower()
    for evidence in (told, clean):
        evidence.poll(60, 4000.0, 1000)
    judged = told.poll(120, total, count, squared)
    assert (judged.verdict, judged.reason, judged.mean) == (Verdict.NO_DATA, reason, None)
    told.recall(120, total, count, squared)
    assert told.poll(180, 4400.0, 1100) == clean.poll(180, 4400.0, 1100)


def test_a_count_that_falls_by_a_tenth_is_a_correction() -> None:
    evidence = lower()
    evidence.poll(60, 4000.0, 1000)
    assert evidence.poll(120, 3600.0, 900).mean == 4.0


def test_a_clock_that_is_set_back_moves_nothing_back() -> None:
    evidence = lower()
    evidence.poll(600, 4000.0, 1000)
    evidence.poll(60, 1.2e5, 1e4, squares(1e4, 12, 10))
    assert evidence.failed_at == 600


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 60), st.booleans())
def test_a_start_in_the_middle_changes_nothing(seed: int, restart: int, better_is_higher: bool) -> None:
    chance = random.Random(seed)
    polls, total, count = [], 0.0, 0
    for number in range(60):
        count += chance.randrange(60)
        total = max(0.0, total + chance.uniform(-20, 600))
        polls.append((60.0 * number, total, count))
    live = MeanEvidence(10.0, higher=better_is_higher, cap=60, alpha=0.01, beta=0.01)
    again = MeanEvidence(10.0, higher=better_is_higher, cap=60, alpha=0.01, beta=0.01)
    answers = []
    for number, poll in enumerate(polls):
        if number == restart:
            again.failed_at = live.failed_at
        if number < restart:
            again.recall(*poll)
            live.poll(*poll)
        else:
            answers.append((live.poll(*poll), again.poll(*poll)))
    assert all(one == other for one, other in answers)


@pytest.mark.parametrize(("cap", "allowed"), [(30.0, 6), (60.0, 6)])
def test_a_release_on_the_limit_hardly_ever_passes(cap: float, allowed: int) -> None:
    """Log-normal times, cut at the cap, whose mean is the limit: 200 phases of 2,000 connects, looked at every 25."""
    passed = 0
    for seed in range(200):
        chance = random.Random(seed)
        values = [min(cap, chance.lognormvariate(1.5, 1.0)) for _ in range(2000)]
        true_mean = _capped_mean(1.5, 1.0, cap)
        evidence = MeanEvidence(true_mean, higher=False, cap=cap, alpha=0.01, beta=0.01)
        passed += any(answer.verdict is Verdict.PASS for answer in drawn(evidence, values))
    assert passed <= allowed


def _capped_mean(mu: float, sigma: float, cap: float) -> float:
    """The mean of min(cap, X) for a log-normal X."""

    def below(z: float) -> float:
        return 0.5 * (1 + math.erf(z / math.sqrt(2)))

    z = (math.log(cap) - mu) / sigma
    return math.exp(mu + sigma * sigma / 2) * below(z - sigma) + cap * (1 - below(z))
