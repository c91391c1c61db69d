"""What is stored, as pages ask for it: beside the event loop, and empty where history cannot be used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rollout_tui.domain.closeup import CloseUp
from rollout_tui.domain.events import Event
from rollout_tui.domain.ladder import standings
from rollout_tui.domain.metrics import Metric
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.snapshot import Before, Curve, PhaseStanding, Rollout
from rollout_tui.engine.archive import Archive
from rollout_tui.history import History
from rollout_tui.history.audit import AuditError
from rollout_tui.history.chain import Sought, place

_HALF_AN_HOUR = 1800.0
_MARKS = 200
"""Events that a chart can have at the most."""
_NO_LINE = Sought(None, "the audit log has no line of that moment")
_NO_LOG = Sought(None, "a recording holds no audit log; the host that it was made on has it")
_UNREADABLE = "the audit log cannot be read"


class Past:
    """Looks into history, which may be a recording's. Times are epoch seconds UTC."""

    def __init__(self, archive: Archive, *, is_recording: bool = False) -> None:
        self._archive = archive
        self._is_recording = is_recording

    async def events(self, before: float, limit: int) -> Sequence[Event]:
        """The newest first, of those older than `before`."""
        nothing: list[Event] = []
        return await self._archive.try_call(lambda history: history.events.newest(limit, before), nothing)

    async def audited(self, event: Event) -> Sought:
        """The line of the audit log about what somebody did, or why none is known."""
        if self._is_recording:
            return _NO_LOG
        return await self._archive.try_call(lambda history: _audited(history, event), Sought(None, _UNREADABLE))

    async def close_up(self, rollout: Rollout, metric: Metric, end: float, step: float, count: int) -> CloseUp:
        """`count` buckets of `step` seconds that end at `end`, with the build before at the same hour of its phase."""
        empty = CloseUp(metric, end - step * count, step, (None,) * count)
        return await self._archive.try_call(
            lambda history: _close_up(history, rollout, metric, end, step, count), empty
        )

    async def before(self, rollout: Rollout, now: float) -> Before | None:
        """What the build before showed at the same hour of its phase; None where history cannot be asked."""
        return await self._archive.try_call(lambda history: before_it(history, rollout, now), None)

    async def curves(self, rollout: Rollout, end: float, step: float, count: int) -> Mapping[str, Curve]:
        """By metric: `count` buckets of `step` seconds that end at `end`."""
        nothing: dict[str, Curve] = {}
        return await self._archive.try_call(lambda history: _curves(history, rollout, end, step, count), nothing)


def before_it(history: History, rollout: Rollout, now: float) -> Before:
    """The worst value of each metric in the half hour of the build before that this moment corresponds to."""
    plan, current = rollout.plan, rollout.current
    build = history.samples.build_before(plan.platform, plan.build)
    began = None if build is None or current is None else _began(history, plan, build, current)
    if build is None or current is None or current.began is None or began is None:
        return Before()
    states = history.states.all(plan.platform, build)
    end = now - (current.began - began)
    found = ((metric.id, _buckets(history, plan, build, metric, end, _HALF_AN_HOUR, 1)[0]) for metric in plan.metrics)
    values = tuple((metric, value) for metric, value in found if value is not None)
    return Before(build, states[-1].version if states else "", values)


def _audited(history: History, event: Event) -> Sought:
    """The line of that moment; of several the one that says the same."""
    found: list[dict[str, Any]] = []
    try:
        if event.platform is not None:
            found = history.audit.log.at(event.at, event.platform.value)
    except AuditError as error:
        return Sought(None, f"{_UNREADABLE}: {error}")
    same = [read for read in found if str(read.get("what")).casefold() in event.text.casefold()]
    return next((Sought(place(read)) for read in (*same, *found)), _NO_LINE)


def _curves(history: History, rollout: Rollout, end: float, step: float, count: int) -> dict[str, Curve]:
    plan, began = rollout.plan, None if rollout.current is None else rollout.current.began
    return {
        metric.id: Curve(
            step, end, tuple(_buckets(history, plan, plan.build, metric, end, step, count)), phase_began=began
        )
        for metric in plan.metrics
    }


def _close_up(history: History, rollout: Rollout, metric: Metric, end: float, step: float, count: int) -> CloseUp:
    plan, start = rollout.plan, end - step * count
    marks = [event for event in history.events.between(start, end, _MARKS) if event.platform in (None, plan.platform)]
    began = None if rollout.current is None else rollout.current.began
    before = history.samples.build_before(plan.platform, plan.build)
    ghost: list[float | None] = []
    then = None if before is None or rollout.current is None else _began(history, plan, before, rollout.current)
    if before is not None and began is not None and then is not None:
        ghost = _buckets(history, plan, before, metric, end - (began - then), step, count)
    values = _buckets(history, plan, plan.build, metric, end, step, count)
    shown = before if before is not None and any(value is not None for value in ghost) else ""
    return CloseUp(metric, start, step, tuple(values), tuple(ghost) if shown else (), shown, tuple(marks), began)


def _buckets(
    history: History, plan: RolloutPlan, build: str, metric: Metric, end: float, step: float, count: int
) -> list[float | None]:
    return history.samples.buckets(plan.platform, build, metric.id, metric.better, end, step, count, metric.populations)


def _began(history: History, plan: RolloutPlan, build: str, current: PhaseStanding) -> float | None:
    """When another build began the phase in which this one is; when it began at all, where it never was there."""
    states = history.states.all(plan.platform, build)
    known = standings(plan.phases, states, states[-1].as_of) if states else ()
    same = next((phase.began for phase in known if phase.phase.id == current.phase.id), None)
    return history.samples.oldest(plan.platform, build) if same is None else same
