"""Evidence in a running program: restored, kept, never silently wrong (gates.md 3, 5 and 8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rollout_tui.domain.evidence.finding import Finding, Latch
from rollout_tui.domain.evidence.gate import Evidence, Rule
from rollout_tui.domain.ladder import PhaseClock
from rollout_tui.domain.metrics import Population
from rollout_tui.domain.quantities import Bare, Proportion
from rollout_tui.domain.readings import Reading, Scope, Window
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.verdicts import GateResult, Verdict
from rollout_tui.engine.cases import Cases
from rollout_tui.engine.engine import Engine
from rollout_tui.history import History
from rollout_tui.history.judgements import Judgement
from rollout_tui.history.samples import Poll
from rollout_tui.ports import Query, Unreachable
from tests.unit.domain.builders import ANDROID, CRASH, HOUR, IOS, NOW
from tests.unit.engine.fakes import World

T = TypeVar("T")
BEGAN = NOW - 31 * HOUR
GATE = "crash_free_sessions"
STALE = {metric.id: 180.0 for metric in ANDROID.metrics}


def gate(engine: Engine, gate_id: str = GATE) -> GateResult:
    return next(result for result in engine.snapshot.rollouts[0].gates if result.gate.id == gate_id)


def finding(engine: Engine) -> Finding:
    found = gate(engine).finding
    assert found is not None
    return found


async def look(world: World, bad: int, total: int, engine: Engine | None = None) -> Engine:
    """One poll of these counts, by a program that runs or by a new one."""
    engine = engine or world.engine()
    world.source.quantities[CRASH.id] = Proportion(bad, total)
    await engine.poll_once()
    return engine


async def again(world: World) -> Engine:
    """Another program that looks once."""
    engine = world.engine()
    await engine.poll_once()
    return engine


def poll(at: float, bad: float, total: float) -> Poll:
    return Poll(at, at - 5, Population.SESSIONS, Proportion(bad, total))


# --- verdicts ------------------------------------------------------------------------------------------------------


async def test_few_sessions_are_undecided_whatever_their_value(world: World) -> None:
    for bad, total in ((1, 10), (0, 400), (4, 410)):
        result = gate(await look(world, bad, total))
        assert result.verdict is Verdict.UNDECIDED


async def test_many_good_sessions_pass_and_many_bad_ones_fail(world: World) -> None:
    good = gate(await look(world, 12, 8_000))
    assert (good.verdict, good.reason) == (Verdict.PASS, "crash rate proven under 0.5 %, 140,728:1")
    bad = gate(await look(world, 200, 9_000))
    assert bad.verdict is Verdict.FAIL
    assert bad.finding is not None
    assert bad.finding.failed is not None


async def test_a_pass_is_judged_anew_at_every_poll(world: World) -> None:
    engine = await look(world, 2, 3_000)
    assert gate(engine).verdict is Verdict.PASS
    await world.clock.advance(60)
    await look(world, 10, 4_000, engine)
    assert gate(engine).verdict is Verdict.UNDECIDED


async def test_a_fail_stays_through_good_sessions_missing_data_and_a_restart(world: World) -> None:
    engine = await look(world, 200, 9_000)
    await world.clock.advance(3600)
    await look(world, 201, 900_000, engine)
    assert gate(engine).verdict is Verdict.FAIL
    assert "evidence then" in gate(engine).reason
    world.source.missing[CRASH.id] = "nothing for this build"
    await engine.poll_once()
    assert gate(engine).verdict is Verdict.FAIL
    assert gate(engine).reason.endswith("no data now: nothing for this build")
    await engine.close()
    again = world.engine()
    await again.poll_once()
    assert gate(again).verdict is Verdict.FAIL


async def test_a_fail_outlives_the_polls_that_proved_it(world: World) -> None:
    engine = await look(world, 200, 9_000)
    await engine.close()
    with_history(world, lambda history: history.samples._connection.execute("DELETE FROM samples"))
    assert gate(await look(world, 1, 20_000)).verdict is Verdict.FAIL


async def test_a_fail_is_seen_in_the_first_frame_and_while_the_source_is_down(world: World) -> None:
    await (await look(world, 200, 9_000)).close()
    engine = world.engine()
    assert gate(engine).verdict is Verdict.FAIL, "before anything was asked"

    def refuse() -> None:
        raise Unreachable("HTTP 503")

    world.source.on_read = refuse
    await engine.poll_once()
    assert gate(engine).verdict is Verdict.FAIL
    assert (
        gate(engine).reason == "crash rate proven over 0.5 %, more than 1,000,000:1; no data now: Prometheus: HTTP 503"
    )
    assert gate(engine, "connect_failure_rate").verdict is Verdict.NO_DATA


async def test_two_sources_of_one_rollout_share_one_case_for_each_gate(world: World) -> None:
    world.plans = (replace(ANDROID, sources=("prometheus", "sentry")),)
    world.source.gives = frozenset({"connect_failure_rate"})
    world.second.gives = frozenset({CRASH.id})
    world.second.quantities[CRASH.id] = Proportion(12, 8_000)
    engine = world.engine()
    await engine.poll_once()
    assert gate(engine).verdict is Verdict.PASS
    assert gate(engine, "connect_failure_rate").verdict is Verdict.PASS
    assert finding(engine).polls == 1


async def test_a_fail_that_another_process_latched_is_taken_over(world: World) -> None:
    engine = await look(world, 2, 3_000)
    entry = Judgement("closed", GATE, "crash_free_sessions >= 99.5%", BEGAN, NOW, Latch(NOW - 60, 5.1))
    with_history(world, lambda history: history.judgements.put(Platform.ANDROID, "4.2.0", "4201", [entry]))
    await engine._works.upkeep.hear_others()
    engine._publisher.publish()
    assert gate(engine).verdict is Verdict.FAIL


async def test_another_limit_is_another_gate(world: World) -> None:
    entry = Judgement("closed", GATE, "crash_free_sessions >= 99.9%", BEGAN, NOW, Latch(NOW - 60, 5.1))
    await (await look(world, 2, 3_000)).close()
    with_history(world, lambda history: history.judgements.put(Platform.ANDROID, "4.2.0", "4201", [entry]))
    assert gate(await look(world, 2, 3_000)).verdict is Verdict.PASS


async def test_a_rate_without_counts_shows_a_trend_and_decides_nothing(world: World) -> None:
    engine = world.engine()
    for hour in range(12):
        world.source.quantities[CRASH.id] = Bare(0.001 + hour / 100_000)
        await engine.poll_once()
        await world.clock.advance(3600)
    world.source.quantities[CRASH.id] = Bare(0.0005)
    await engine.poll_once()
    assert gate(engine).verdict is Verdict.UNDECIDED
    assert gate(engine).reason == "source gives no counts"
    assert finding(engine).trend.startswith("consistently below")
    await engine.close()
    assert finding(await again(world)).trend == finding(engine).trend


# --- corrections, resets, gaps -------------------------------------------------------------------------------------


async def test_a_correction_is_used_as_it_is_and_a_reset_is_no_data_until_it_is_back(world: World) -> None:
    engine = await look(world, 12, 8_000)
    for bad, total, verdict in ((9, 7_500, Verdict.PASS), (0, 300, Verdict.NO_DATA), (12, 8_100, Verdict.PASS)):
        await world.clock.advance(60)
        await look(world, bad, total, engine)
        assert gate(engine).verdict is verdict
    assert finding(engine).polls == 4


async def test_a_reset_says_what_fell(world: World) -> None:
    engine = await look(world, 12, 8_000)
    await world.clock.advance(60)
    await look(world, 0, 300, engine)
    assert gate(engine).reason == "sessions fell from 8,000 to 300: a reset or a wrong window"


async def test_an_answer_for_another_build_or_population_is_no_evidence(world: World) -> None:
    engine = await look(world, 2, 3_000)
    answer = world.source.answer
    for wrong in ({"build": "4130"}, {"population": Population.USERS}):
        world.source.answer = lambda query, wrong=wrong: replace(answer(query), **wrong)  # type: ignore[assignment]
        await world.clock.advance(60)
        await look(world, 900, 9_000, engine)
        assert gate(engine).verdict is Verdict.NO_DATA
    world.source.answer = answer  # type: ignore[method-assign]
    await world.clock.advance(60)
    await look(world, 2, 3_100, engine)
    assert gate(engine).verdict is Verdict.PASS


async def test_a_share_of_users_is_weighed_for_sessions_where_a_person_lets_it_and_answers_for_its_size(
    world: World,
) -> None:
    metric = replace(CRASH, approximate_by=Population.USERS, assumed_sessions=5_000)
    world.plans = (replace(ANDROID, metrics=(metric, *ANDROID.metrics[1:])),)
    world.source.quantities[CRASH.id] = Bare(0.03)
    answer = world.source.answer
    world.source.answer = lambda query: replace(answer(query), population=Population.USERS)  # type: ignore[method-assign]
    engine = world.engine()
    await engine.poll_once()
    assert gate(engine).verdict is Verdict.FAIL
    assert "assumed n 5,000" in gate(engine).reason


async def test_what_was_missed_is_filled_from_the_memory_of_the_source_and_stored(world: World) -> None:
    def past(query: Query, step: float) -> Sequence[Reading]:
        if query.scope is not Scope.PHASE or query.metric.id != CRASH.id:
            return []
        times = [query.window.start + step * n for n in range(1, 62)]
        return [
            Reading(
                CRASH.id, Scope.PHASE, "4201", CRASH.population, Proportion(0, 10 * n), Window(BEGAN, at), at, NOW, "p"
            )
            for n, at in enumerate(times, 1)
        ]

    world.source.past = past
    engine = await look(world, 0, 620)
    assert finding(engine).polls == 62
    await engine.close()
    stored = with_history(world, lambda history: history.samples.polls(Platform.ANDROID, "4201", CRASH.id, BEGAN))
    assert [p.taken_at for p in stored] == [BEGAN + 1800.0 * n for n in range(1, 62)] + [NOW]
    world.source.past = lambda query, step: pytest.fail("asked again for what is stored")
    assert finding(await look(world, 0, 630)).polls == 63


async def test_a_clock_that_is_set_back_moves_nothing_back(world: World) -> None:
    engine = await look(world, 2, 3_000)
    world.clock._now -= 1_200
    await look(world, 3, 3_100, engine)
    assert finding(engine).polls == 2
    before = finding(engine)
    await engine.close()
    again = world.engine()
    await again.poll_once()
    assert finding(again).log_pass == pytest.approx(before.log_pass), "replayed in the order of arrival"


async def test_a_new_phase_starts_from_nothing(world: World) -> None:
    engine = await look(world, 200, 9_000)
    world.state = replace(world.state, share=Decimal(1), status="completed", since=world.clock.now())
    await world.clock.advance(60)
    await engine.poll_once()
    assert engine.snapshot.rollouts[0].gates == ()


def test_a_review_goes_on_with_the_case_of_the_phase_before_it() -> None:
    testing = Cases.open(IOS, PhaseClock(0, BEGAN, 9.0, BEGAN), STALE)
    review = Cases.open(IOS, PhaseClock(1, NOW, 9.0, BEGAN), STALE)
    assert testing is not None
    assert review is not None
    assert testing.phase is review.phase is IOS.phases[0]
    assert testing.belongs_to(PhaseClock(1, NOW, 9.0, BEGAN))
    assert not testing.belongs_to(PhaseClock(2, NOW, 9.0, NOW))


# --- a restart changes nothing -------------------------------------------------------------------------------------

_STEPS = st.lists(
    st.tuples(st.floats(1, 9_000), st.integers(-2, 30), st.integers(-300, 4_000)), min_size=1, max_size=30
)


@settings(max_examples=25, deadline=None)
@given(_STEPS, st.sampled_from([0.0, 3600.0]))
@example([(1.0, 0, 0), (599.0, 0, -51), (3001.0, 0, 1)], 0.0)  # a reset in between, which was no data
def test_a_restart_at_every_poll_changes_no_bit(steps: list[tuple[float, int, int]], lag: float) -> None:
    metrics = tuple(replace(metric, lag=lag) for metric in ANDROID.metrics)
    plan, clock = replace(ANDROID, metrics=metrics), PhaseClock(1, BEGAN, 31 * HOUR, BEGAN)
    steady = Cases.open(plan, clock, STALE)
    assert steady is not None
    with TemporaryDirectory() as folder:
        history = History.open(Path(folder) / "history.db")
        at, bad, total = BEGAN, 0, 500
        for wait, more_bad, more in steps:
            at, total = at + wait, max(1, total + more)
            bad = min(total, max(0, bad + more_bad))
            restarted = Cases.open(plan, clock, STALE)
            assert restarted is not None
            restarted.restore(history)
            for cases in (steady, restarted):
                cases.take(CRASH.id, poll(at, bad, total))
                cases.note_findings([GATE])
            assert restarted.findings == steady.findings
            counts, window = Proportion(bad, total), Window(BEGAN, at)
            answer = Reading(CRASH.id, Scope.PHASE, "4201", CRASH.population, counts, window, at - 5, at, "p")
            history.samples.add([(Platform.ANDROID, answer)])
            if len(steps) % 2:  # half of the time nothing but the polls was written
                history.judgements.put(Platform.ANDROID, "4.2.0", "4201", restarted.judgements())
        history.close()


def test_recalled_polls_cost_no_judging_and_leave_the_same_state() -> None:
    rule = Rule(0.005, 48, 3600)
    judged, recalled = Evidence(rule), Evidence(rule)
    for hour in range(200):
        judged.poll(hour * 1000.0, hour, 100 * hour + 100)
        recalled.recall(hour * 1000.0, hour, 100 * hour + 100)
    assert recalled.poll(200_001.0, 210, 20_200) == judged.poll(200_001.0, 210, 20_200)


def with_history(world: World, work: Callable[[History], T]) -> T:
    """Do something to the file as another process would."""
    history = History.open(world.path)
    try:
        return work(history)
    finally:
        history.close()
