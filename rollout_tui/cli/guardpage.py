"""`/healthz` and `/metrics` of the guard: Prometheus text, made of the Snapshot like everything else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from rollout_tui.domain.releases import StateWord
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Rollout, Snapshot
from rollout_tui.domain.verdicts import Verdict

if TYPE_CHECKING:
    from rollout_tui.engine.engine import Engine
    from rollout_tui.engine.guard import Guard

Sample = tuple[str, dict[str, str], float]
_ABOUT = {
    "severity": "1 for the severity that a platform or one of its metrics has now",
    "verdict": "1 for the verdict that a gate of the current phase has now",
    "value": "a metric's value in its recent window: a ratio or seconds; absent without data",
    "sessions": "the counts behind that value; absent where the source gives none",
    "age_seconds": "age of the newest data: of each metric, and of the store's state",
    "store_state": "1 for what the store says",
    "committed_share": "the share of users that the store reports, 0 to 1",
    "alerts_sent_total": "messages sent, by channel",
    "alerts_failed_total": "messages that were not sent, by channel",
    "automatic_pause_armed": "1 where the guard would pause by itself",
    "automatic_pause_countdown_seconds": "seconds until it does; absent while nothing is counted down",
    "history_writable": "1 while history can be written",
}
_COUNTERS = ("alerts_sent_total", "alerts_failed_total")
_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def make_app(engine: Engine, guard: Guard) -> Starlette:
    """Both pages."""

    async def healthz(_request: Request) -> Response:
        ill = await guard.ill()
        return PlainTextResponse("\n".join(ill or ["ok"]) + "\n", 503 if ill else 200)

    async def metrics(_request: Request) -> Response:
        samples = [*_samples(engine.snapshot, engine.clock.now()), *_of_guard(guard, engine.clock.now())]
        return Response(exposition(samples), media_type=_TYPE)

    return Starlette(routes=[Route("/healthz", healthz), Route("/metrics", metrics)])


def exposition(samples: list[Sample]) -> str:
    """The samples as Prometheus reads them, each family with its type and meaning."""
    lines: list[str] = []
    for name, about in _ABOUT.items():
        mine = [sample for sample in samples if sample[0] == name]
        if mine:
            kind = "counter" if name in _COUNTERS else "gauge"
            lines += [f"# HELP rollout_{name} {about}", f"# TYPE rollout_{name} {kind}"]
            lines += [f"rollout_{name}{_labels(labels)} {value:.10g}" for _, labels, value in mine]
    return "\n".join(lines) + "\n"


def _labels(labels: dict[str, str]) -> str:
    if not labels:
        return ""
    written = (f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return "{" + ",".join(written) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _samples(snapshot: Snapshot, now: float) -> Iterator[Sample]:
    yield "history_writable", {}, float(snapshot.alarm is None)
    for rollout in snapshot.rollouts:
        yield from _of_rollout(rollout, now)


def _of_rollout(rollout: Rollout, now: float) -> Iterator[Sample]:
    plan, state = rollout.plan, rollout.store.state
    of = {"platform": plan.platform.value, "build": plan.build}
    for severity in Severity:
        yield "severity", of | {"metric": "", "severity": severity.value}, float(rollout.severity is severity)
    for standing in rollout.metrics:
        mine, reading = of | {"metric": standing.metric.id}, standing.reading
        for severity in Severity:
            yield "severity", mine | {"severity": severity.value}, float(standing.severity is severity)
        if reading is None:
            continue
        yield "age_seconds", mine, now - reading.as_of
        if standing.severity is not Severity.UNKNOWN:
            yield "value", mine, float(reading.quantity.value())
            if reading.quantity.n is not None:
                yield "sessions", mine, float(reading.quantity.n)
    for gate in rollout.gates:
        for verdict in Verdict:
            labels = of | {"gate": gate.gate.id, "verdict": verdict.value}
            yield "verdict", labels, float(gate.verdict is verdict)
    readable = state is not None and rollout.store.problem is None
    for word in StateWord:
        shown = state.word if state is not None and readable else StateWord.UNKNOWN
        yield "store_state", of | {"state": word.value}, float(shown is word)
    if state is not None:
        yield "age_seconds", of | {"metric": "store"}, now - state.as_of
        if state.share is not None and readable:
            yield "committed_share", of, float(state.share)


def _of_guard(guard: Guard, now: float) -> Iterator[Sample]:
    for channel in guard.channels:
        yield "alerts_sent_total", {"channel": channel.name}, float(channel.sent)
        yield "alerts_failed_total", {"channel": channel.name}, float(channel.failed)
    for pause in guard.pauses:
        of, running = {"platform": pause.platform.value}, pause.running
        yield "automatic_pause_armed", of, 1.0
        if running is not None:
            yield "automatic_pause_countdown_seconds", of, max(0.0, running.due - now)
