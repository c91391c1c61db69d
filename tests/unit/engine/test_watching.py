"""Watching: what providers answer, or fail to, becomes one Snapshot that says so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.plan import BugScope
from rollout_tui.domain.quantities import Bare, Proportion
from rollout_tui.domain.readings import Reading, Scope
from rollout_tui.domain.releases import Platform, StateWord
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import MetricStanding, Rollout, Snapshot
from rollout_tui.domain.verdicts import GateResult, SignOff, Verdict
from rollout_tui.engine.engine import Engine
from rollout_tui.history import History
from rollout_tui.ports import OBSERVED_SHARE, Denied, Misconfigured, Query, Unreachable
from tests.clocks import breathe, until
from tests.unit.domain.builders import ANDROID, CRASH, NOW, play
from tests.unit.engine.fakes import BOTH, JKIM, World, remembered
from tests.unit.history.values import poll

HOUR = 3600.0


def android(engine: Engine) -> Rollout:
    return engine.snapshot.rollout(Platform.ANDROID)


def metric(engine: Engine, metric_id: str = CRASH.id, platform: Platform = Platform.ANDROID) -> MetricStanding:
    standings = engine.snapshot.rollout(platform).metrics
    return next(standing for standing in standings if standing.metric.id == metric_id)


def gate(engine: Engine, gate_id: str) -> GateResult:
    return next(result for result in android(engine).gates if result.gate.id == gate_id)


def texts(engine: Engine) -> list[str]:
    return [event.text for event in engine.snapshot.events]


async def started(world: World) -> Engine:
    """A program that has heard every provider once."""
    engine = world.engine()
    await engine.start()
    await until(lambda: not any(board.unheard for board in engine._boards), "hearing every provider")
    await until(lambda: engine.snapshot.rollouts[0].metrics_as_of is not None or world.source.missing, "a Snapshot")
    await settled(engine)
    return engine


async def settled(engine: Engine) -> None:
    """Nothing is about to be published, nothing waits to be written or to be read, however often a tick reads."""
    await breathe()
    for _ in range(10):
        await engine._archive.try_call(lambda history: None, None)
        await breathe()
    await until(lambda: engine._pending is None, "publishing")
    await breathe()


@contextmanager
def _opened(world: World) -> Iterator[History]:
    """The same file, as another program has it open."""
    history = History.open(world.path)
    yield history
    history.close()


# --- one refresh ---------------------------------------------------------------------------------------------


async def test_one_look_reads_everything_stores_first(world: World) -> None:
    engine = world.engine()
    snapshot = await engine.poll_once()
    rollout = snapshot.rollout(Platform.ANDROID)
    assert rollout.current is not None
    assert (rollout.current.phase.id, rollout.current.elapsed) == ("closed", 31 * HOUR)
    assert [standing.severity for standing in rollout.metrics] == [Severity.OK] * 4
    assert gate(engine, "crash_free_sessions").verdict is Verdict.PASS
    assert world.store.reads == [(Platform.ANDROID, True)], "the committed share is read at the start"


async def test_a_source_is_asked_for_the_recent_window_and_for_the_phase_so_far(world: World) -> None:
    await world.engine().poll_once()
    (asked,) = world.source.asked
    windows = {(query.metric.id, query.scope): query.window for query in asked}
    recent, phase = windows[CRASH.id, Scope.RECENT], windows[CRASH.id, Scope.PHASE]
    assert (recent.start, recent.end) == (NOW - CRASH.window, NOW)
    assert (phase.start, phase.end) == (NOW - 31 * HOUR, NOW)
    assert ("session_duration", Scope.PHASE) not in windows, "no gate rests on it"


async def test_new_bugs_are_counted_since_the_phase_began(world: World) -> None:
    await world.engine().poll_once()
    assert world.tracker.counted == [(Platform.ANDROID, BugScope.ANY, NOW - 31 * HOUR)]


async def test_the_observed_share_is_asked_of_a_source_that_knows_it(world: World) -> None:
    world.source.gives |= {OBSERVED_SHARE}
    world.source.quantities[OBSERVED_SHARE] = Proportion(43, 100)
    engine = world.engine()
    await engine.poll_once()
    observed = android(engine).store.observed
    assert observed is not None
    assert (observed.share, observed.as_of) == (Proportion(43, 100), NOW - 5)


async def test_the_share_is_read_at_its_own_slow_pace_and_when_somebody_asks(world: World) -> None:
    engine = await started(world)
    await world.clock.advance(14 * 60)
    shares = [share for _, share in world.store.reads]
    assert shares[0]
    assert not any(shares[1:])
    assert len(shares) > 10
    engine.read_now(Platform.ANDROID)
    await breathe()
    assert [share for _, share in world.store.reads][-1]
    count = len(world.store.reads)
    await world.clock.advance(17 * 60)
    assert [share for _, share in world.store.reads][count:].count(True) == 1


async def test_a_slow_source_delays_nobody(tmp_path: Path) -> None:
    world = World(tmp_path, plans=BOTH)
    world.source.reading = asyncio.Event()
    engine = world.engine()
    await engine.start()
    await until(lambda: engine.snapshot.rollout(Platform.IOS).store.state is not None, "the App Store's answer")
    await until(lambda: gate(engine, "critical_bugs").verdict is Verdict.PASS, "the tracker's answer")
    assert metric(engine).problem == "not read yet"
    world.source.reading.set()
    await until(lambda: metric(engine).severity is Severity.OK, "the slow answer")
    await world.close()


async def test_opening_a_provider_never_holds_up_the_loop(world: World) -> None:
    engine = world.engine()
    assert world.opened == [], "the first frame comes before any provider"
    await started(world)
    assert sorted(world.opened) == ["app_store", "github", "play", "prometheus", "sentry"]
    assert engine is not None


async def test_a_burst_of_arrivals_is_one_snapshot(tmp_path: Path) -> None:
    world = World(tmp_path, plans=BOTH)
    engine = world.engine()
    seen: list[Snapshot] = []
    engine.listen(seen.append)
    await engine.start()
    await until(lambda: not any(board.unheard for board in engine._boards))
    await settled(engine)
    assert len(seen) <= 3
    await world.close()


async def test_a_tick_without_news_publishes_nothing_but_a_minute_does(world: World) -> None:
    engine = world.engine()
    await engine.poll_once()
    seen: list[Snapshot] = []
    engine.listen(seen.append)
    tick = asyncio.create_task(engine._tick())
    await breathe()
    await world.clock.advance(5)  # the 17 hours that are left lose their last minute
    await settled(engine)
    seen.clear()
    for _ in range(3):
        await world.clock.advance(5)
        await settled(engine)
    assert seen == []
    await world.clock.advance(50)
    await settled(engine)
    assert len(seen) >= 1
    assert seen[-1].rollouts[0].current is not None
    tick.cancel()


async def test_a_listener_that_fails_silences_nobody_and_one_that_left_is_not_called(world: World) -> None:
    engine = world.engine()
    seen: list[Snapshot] = []

    def fails(snapshot: Snapshot) -> None:
        raise RuntimeError("drawing failed")

    engine.listen(fails)
    end = engine.listen(seen.append)
    await engine.poll_once()
    assert seen[-1] == engine.snapshot
    end()
    end()
    count = len(seen)
    world.source.quantities[CRASH.id] = Proportion(300, 7930)
    await engine.poll_once()
    assert len(seen) == count


# --- no data is never a pass ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Unreachable("HTTP 503"), "Prometheus: HTTP 503"),
        (Denied("Prometheus: HTTP 401", "renew the token"), "Prometheus: HTTP 401"),
        (
            ZeroDivisionError("s3cret"),
            "Prometheus: internal error in the provider (ZeroDivisionError at test_watching.py:",
        ),
    ],
)
async def test_a_source_that_fails_is_no_data_with_its_reason(world: World, error: Exception, said: str) -> None:
    engine = world.engine()
    await engine.poll_once()

    def fail() -> None:
        raise error

    world.source.on_read = fail
    await engine.poll_once()
    standing, result = metric(engine), gate(engine, "crash_free_sessions")
    assert standing.severity is Severity.UNKNOWN
    assert (standing.problem or "").startswith(said)
    assert result.verdict is Verdict.NO_DATA
    assert result.reason.startswith(said)
    assert "s3cret" not in f"{standing}{result}"
    assert standing.reading is not None, "the last known one stays, with its age"
    assert gate(engine, "critical_bugs").verdict is Verdict.PASS, "others are not concerned"


async def test_one_metric_without_data_concerns_no_other(world: World) -> None:
    world.source.missing[CRASH.id] = "Prometheus has no series for build 4201\x1b[2J"
    engine = world.engine()
    await engine.poll_once()
    assert metric(engine).problem == "Prometheus has no series for build 4201·[2J"
    assert metric(engine, "avg_connection_time").severity is Severity.OK


async def test_a_source_that_cannot_be_opened_says_so_beside_its_metrics(world: World) -> None:
    world.broken["prometheus"] = Misconfigured("file:/etc/token cannot be read", "check the path")
    engine = world.engine()
    await engine.poll_once()
    assert metric(engine).problem == "Prometheus: file:/etc/token cannot be read"
    assert android(engine).store.state is not None


async def test_a_plug_in_that_breaks_while_it_is_opened_breaks_nothing_else(world: World) -> None:
    world.broken["prometheus"] = RuntimeError("s3cret")
    world.broken["github"] = ImportError("no such module")
    engine = await started_anyhow(world)
    assert "cannot be opened: internal error in the provider (RuntimeError" in (metric(engine).problem or "")
    assert "s3cret" not in repr(engine.snapshot)
    assert gate(engine, "critical_bugs").verdict is Verdict.NO_DATA


async def started_anyhow(world: World) -> Engine:
    engine = world.engine()
    await engine.start()
    await until(lambda: not any(board.unheard for board in engine._boards))
    await settled(engine)
    return engine


async def test_too_few_answers_are_no_answers(world: World) -> None:
    async def short(queries: object) -> list[object]:
        return []

    world.source.read = short  # type: ignore[assignment,method-assign]  # a source that breaks its promise
    engine = world.engine()
    await engine.poll_once()
    assert metric(engine).problem == "Prometheus: 0 answers to 7 questions"


async def test_silence_becomes_stale_without_any_poll(world: World) -> None:
    engine = await started(world)
    assert metric(engine).severity is Severity.OK
    world.source.reading = asyncio.Event()
    await world.clock.advance(170)
    assert metric(engine).severity is Severity.OK
    await world.clock.advance(22)
    await settled(engine)
    assert metric(engine).problem == "STALE, 3 min old"
    assert gate(engine, "crash_free_sessions").verdict is Verdict.NO_DATA
    assert any("no data. STALE" in text for text in texts(engine))


async def test_a_tracker_that_fails_is_no_data_never_zero_bugs(world: World) -> None:
    def fail() -> None:
        raise Unreachable("HTTP 502")

    world.tracker.on_count = fail
    engine = world.engine()
    await engine.poll_once()
    assert gate(engine, "critical_bugs").verdict is Verdict.NO_DATA
    assert gate(engine, "critical_bugs").reason == "GitHub: HTTP 502"


async def test_a_store_that_cannot_be_read_keeps_its_last_word_with_the_reason_and_the_remedy(world: World) -> None:
    engine = world.engine()
    await engine.poll_once()

    def deny() -> None:
        raise Denied("Google Play: the caller does not have permission", "grant it in the Play Console")

    world.store.on_read = deny
    await engine.read_stores()
    store = android(engine).store
    assert store.problem == "Google Play: the caller does not have permission"
    assert store.hint == "grant it in the Play Console"
    assert store.failing_since == NOW
    assert store.state is not None
    assert store.state.word is StateWord.RUNNING


async def test_since_when_the_first_read_is_under_way_is_known(world: World) -> None:
    world.store.reading = asyncio.Event()
    engine = world.engine()
    await engine.start()
    await until(lambda: android(engine).store.reading_since == NOW, "the first read")
    world.store.reading.set()
    await until(lambda: android(engine).store.state is not None)
    assert android(engine).store.reading_since is None


async def test_the_second_source_gives_what_the_first_does_not(tmp_path: Path) -> None:
    world = World(tmp_path, plans=(replace(ANDROID, sources=("prometheus", "sentry")),))
    world.source.gives = frozenset({"avg_connection_time", "session_duration"})
    world.second.gives = frozenset({"crash_rate", "connect_failure_rate", "session_duration"})
    engine = world.engine()
    await engine.poll_once()
    sources = {m.metric.id: m.reading.source for m in android(engine).metrics if m.reading is not None}
    assert sources == {
        "crash_rate": "sentry",
        "connect_failure_rate": "sentry",
        "avg_connection_time": "prometheus",
        "session_duration": "prometheus",
    }
    await world.close()


# --- phases --------------------------------------------------------------------------------------------------


async def test_a_new_phase_is_never_judged_by_the_counts_of_the_one_before(world: World) -> None:
    world.state = play("0.1", NOW)
    engine = await started(world)
    await world.clock.advance(70)
    await settled(engine)
    assert gate(engine, "crash_free_sessions").verdict is Verdict.PASS
    await world.clock.advance(230)
    world.source.reading = asyncio.Event()
    world.state = replace(world.state, share=Decimal("0.5"), share_as_of=None)
    engine.read_now(Platform.ANDROID)
    await breathe()
    await until(lambda: android(engine).current is not None and android(engine).current.phase.id == "closed")  # type: ignore[union-attr]
    assert gate(engine, "crash_free_sessions").verdict is Verdict.NO_DATA
    world.source.reading.set()
    await world.clock.advance(70)
    await until(lambda: gate(engine, "crash_free_sessions").verdict is Verdict.PASS, "counts of the new phase")
    windows = [q.window.start for q in world.source.asked[-1] if q.scope is Scope.PHASE]
    assert windows == [pytest.approx(NOW + 300)] * 3
    assert "Phase Closed testing began" in texts(engine)


# --- events --------------------------------------------------------------------------------------------------


async def test_what_changed_is_said_once_and_kept(world: World) -> None:
    engine = await started(world)
    assert texts(engine) == [], "the first look changes nothing"
    world.source.quantities[CRASH.id] = Proportion(241, 10_002)
    await world.clock.advance(70)
    await settled(engine)
    assert any(text.startswith("Crash rate CRITICAL: 2.41 % of 10,002") for text in texts(engine))
    said = len(texts(engine))
    await world.clock.advance(130)
    await settled(engine)
    assert len(texts(engine)) == said
    history = History.reader(world.path)
    assert [event.text for event in history.events.newest(99)] == texts(engine)
    history.close()


async def test_a_worse_value_remembers_what_it_was(world: World) -> None:
    engine = world.engine()
    await engine.poll_once()
    world.source.quantities[CRASH.id] = Proportion(241, 10_002)
    await engine.poll_once()
    assert metric(engine).was == (pytest.approx(23 / 7930), NOW - 5)


async def test_a_change_made_elsewhere_is_said_until_somebody_acts_here(world: World) -> None:
    engine = await started(world)
    world.state = replace(world.state, word=StateWord.PAUSED, status="halted")
    await world.clock.advance(70)
    await settled(engine)
    assert android(engine).store.changed_elsewhere == "inProgress became halted"
    assert "Changed elsewhere: inProgress became halted" in texts(engine)
    assert "Google Play: RUNNING (inProgress) to PAUSED (halted)" in texts(engine)


async def test_answers_move_the_age_of_the_link(world: World) -> None:
    engine = world.engine()
    assert engine.snapshot.answered_at is None
    await engine.poll_once()
    assert engine.snapshot.answered_at == NOW

    def fail() -> None:
        raise Unreachable("down")

    world.source.on_read = world.store.on_read = world.tracker.on_count = fail
    await world.clock.advance(60)
    await engine.poll_once()
    assert engine.snapshot.answered_at == NOW, "a failure is no answer"


# --- history -------------------------------------------------------------------------------------------------


async def test_the_first_frame_comes_from_history_with_its_ages(world: World) -> None:
    first = world.engine()
    await first.poll_once()
    with _opened(world) as history:
        history.signoffs.add(
            Platform.ANDROID, SignOff("signoff:maintainer", "closed", "4.2.0", "4201", "mara", NOW, "go")
        )
    await first.close()
    await world.clock.advance(90)
    again = world.engine()
    standing = metric(again)
    assert (standing.severity, standing.reading and standing.reading.as_of) == (Severity.OK, NOW - 5)
    evidence = gate(again, "crash_free_sessions")
    assert (evidence.verdict, evidence.reason) == (Verdict.NO_DATA, "the stored polls are being read")
    assert gate(again, "signoff:maintainer").verdict is Verdict.PASS
    state = android(again).store.state
    assert state is not None
    assert state.as_of == NOW
    assert again.snapshot.answered_at == NOW
    assert any(value is not None for value in standing.curve.values)
    await world.clock.advance(3 * HOUR)
    later = world.engine()
    assert metric(later).problem == "STALE, 3 h old"
    assert gate(later, "crash_free_sessions").verdict is Verdict.NO_DATA


async def test_a_start_says_only_what_changed_while_nobody_watched(world: World) -> None:
    first = await started(world)
    await first.close()
    await world.clock.advance(8 * HOUR)
    world.source.quantities[CRASH.id] = Proportion(241, 10_002)
    again = await started(world)
    severities = [event.text for event in again.snapshot.events if event.kind is EventKind.SEVERITY]
    assert len(severities) == 1
    assert severities[0].startswith("Crash rate CRITICAL")


async def test_a_look_at_the_stores_alone_does_not_make_the_metrics_news(world: World) -> None:
    first = await started(world)
    await first.close()
    await world.clock.advance(HOUR)
    acting = world.engine()
    await acting.read_stores()
    await acting.close()
    again = await started(world)
    assert [event.text for event in again.snapshot.events if event.kind is EventKind.SEVERITY] == []


async def test_a_store_is_called_by_its_own_name_where_nobody_named_it(world: World) -> None:
    settings = world.settings()
    stores = {name: replace(section, label="") for name, section in settings.stores.items()}
    engine = Engine(replace(settings, stores=stores), clock=world.clock, lookup=world.lookup, actor=JKIM)
    world.engines.append(engine)
    await engine.read_stores()
    assert android(engine).store.name == "Google Play"


async def test_what_was_missed_is_asked_of_the_source_and_drawn_not_judged(world: World) -> None:
    world.source.past = lambda query, step: (
        remembered(query, step, Proportion(1, 50), NOW) if query.scope is Scope.RECENT else []
    )
    engine = await started(world)
    await until(lambda: sum(v is not None for v in metric(engine).curve.values) > 180, "back-filling")
    await settled(engine)
    assert metric(engine).severity is Severity.OK, "the past is not the present"
    await engine.close()
    again = world.engine()
    assert sum(v is not None for v in metric(again).curve.values) > 180
    assert metric(again).severity is Severity.OK


async def test_the_present_is_asked_for_before_the_past(world: World) -> None:
    asked: list[str] = []

    def past(query: Query, step: float) -> list[Reading]:
        if query.scope is Scope.RECENT:
            asked.append(query.metric.id)
        return []

    world.source.past = past
    world.source.reading = asyncio.Event()
    engine = world.engine()
    await engine.start()
    await until(lambda: world.source.asked, "the first poll")
    await breathe()
    assert asked == []
    world.source.reading.set()
    await until(lambda: len(asked) == 4, "asking for the past")
    await until(lambda: metric(engine).severity is Severity.OK, "the present")


async def test_polls_are_kept_as_reported_even_when_they_cannot_be_used(world: World) -> None:
    world.source.quantities[CRASH.id] = Bare(float("nan"))
    engine = world.engine()
    await engine.poll_once()
    await settled(engine)
    assert engine.snapshot.alarm is None
    history = History.reader(world.path)
    kept = {reading.metric: reading for reading in history.samples.newest(Platform.ANDROID, "4201", Scope.RECENT)}
    history.close()
    assert repr(kept[CRASH.id].quantity) == "Bare(amount=nan)"
    assert len(kept) == 4


async def test_a_history_that_cannot_be_written_is_an_alarm_and_polling_goes_on(world: World) -> None:
    world.path.parent.mkdir()
    world.path.write_bytes(b"no database " * 99)
    engine = await started(world)
    assert engine.snapshot.alarm is not None
    assert engine.snapshot.alarm.startswith("history cannot be written: ")
    assert metric(engine).severity is Severity.OK


async def test_a_full_disk_is_an_alarm_until_there_is_room_again(world: World) -> None:
    engine = await started(world)
    assert engine._archive._history is not None
    connection = engine._archive._history._connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    world.source.quantities[CRASH.id] = Proportion(300, 7930)
    await until_written(engine, world, lambda: engine.snapshot.alarm is not None)
    assert engine.snapshot.alarm == "history cannot be written: disk full"
    assert metric(engine).severity is Severity.CRITICAL
    connection.execute("PRAGMA max_page_count = 1000000")
    await until_written(engine, world, lambda: engine.snapshot.alarm is None)


async def until_written(engine: Engine, world: World, happened: Callable[[], bool]) -> None:
    for _ in range(200):
        if happened():
            return
        await world.clock.advance(60)
        await settled(engine)
    raise AssertionError(f"not within 200 polls: {engine.snapshot.alarm}")


async def test_another_programs_events_and_signoffs_are_heard(world: World) -> None:
    engine = await started(world)
    with _opened(world) as other:
        other.events.add([Event(NOW + 1, EventKind.ACTION, "Pause by mara@rel-02", Platform.ANDROID)])
        other.signoffs.add(
            Platform.ANDROID, SignOff("signoff:maintainer", "closed", "4.2.0", "4201", "mara", NOW, "go")
        )
    await world.clock.advance(6)
    await until(lambda: "Pause by mara@rel-02" in texts(engine), "hearing of the other program")
    await until(lambda: gate(engine, "signoff:maintainer").verdict is Verdict.PASS)


async def test_old_samples_are_forgotten_beside_the_polls(world: World) -> None:
    with _opened(world) as history:
        old = poll(NOW - 100 * 86400)
        history.samples.add([(Platform.ANDROID, replace(old, taken_at=NOW - 100 * 86400 + n)) for n in range(4500)])
        history.samples.add([(Platform.ANDROID, replace(old, taken_at=NOW - 80 * 86400))])
    engine = await started(world)

    def left(history: History) -> int:
        (count,) = history._connection.execute(
            "SELECT count(*) FROM samples WHERE taken_at < ?", (NOW - 1000,)
        ).fetchone()
        return int(count)

    for _ in range(100):
        await world.clock.advance(0.1)
        await settled(engine)
        if await engine._archive.call(left) == 1:
            break
    assert await engine._archive.call(left) == 1


async def test_closing_ends_everything_that_was_opened(world: World) -> None:
    engine = await started(world)
    before = len(world.store.reads)
    await engine.close()
    assert world.store.closed
    assert world.source.closed
    assert world.tracker.closed
    await world.clock.advance(600)
    assert len(world.store.reads) == before
    assert world.clock.sleeping == 0
    await engine.close()


async def test_who_pauses_one_platform_does_not_wait_for_the_store_of_another(tmp_path: Path) -> None:
    world = World(tmp_path, plans=BOTH)
    world.app_store.reading = asyncio.Event()
    async with asyncio.timeout(20):
        seen = (await world.engine().read_stores(Platform.ANDROID)).rollout(Platform.ANDROID)
    assert seen.store.state is not None
    assert world.app_store.reads == []
    await world.close()


async def test_a_mistake_in_a_tick_does_not_end_the_ticking(world: World) -> None:
    engine = await started(world)
    heard: list[str] = []

    async def fail() -> None:
        heard.append("")
        raise RecursionError

    engine._works.upkeep.hear_others = fail  # type: ignore[method-assign]
    await world.clock.advance(60)
    assert len(heard) > 1
