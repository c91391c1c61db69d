"""No data is never a pass: what providers fail to answer is told with its reason, beside what it concerns."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from rollout_tui.domain.releases import StateWord
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.verdicts import Verdict
from rollout_tui.ports import Denied, Misconfigured, Unreachable
from tests.clocks import until
from tests.unit.domain.builders import ANDROID, CRASH, NOW
from tests.unit.engine.fakes import World
from tests.unit.engine.watching import android, gate, metric, settled, started, started_anyhow, texts


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Unreachable("HTTP 503"), "Prometheus: HTTP 503"),
        (Denied("Prometheus: HTTP 401", "renew the token"), "Prometheus: HTTP 401"),
        (
            ZeroDivisionError("s3cret"),
            "Prometheus: internal error in the provider (ZeroDivisionError at test_no_data.py:",
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
