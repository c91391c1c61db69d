"""The window of the small charts: `[` and `]` choose it; buckets of another width come from history (screens.md 5)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from rollout_tui.domain.evidence.question import planned_seconds
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.snapshot import Curve, Rollout, Snapshot
from rollout_tui.engine.desk import Desk

_BUCKETS = 192
_PHASE_CELLS = 24
_LEAST_STEP = 75.0


@dataclass(frozen=True, slots=True)
class Window:
    """`step` seconds a bucket; None: the phase from its beginning to its planned end."""

    label: str
    step: float | None


WINDOWS = (Window("1 h", 75.0), Window("6 h", 450.0), Window("24 h", 1800.0), Window("phase", None))
_USUAL = 1

Curves = Mapping[tuple[Platform, str], Curve]


class ChartWindow:
    """Which window is shown. `changed` draws when its buckets have come."""

    def __init__(self, desk: Desk, changed: Callable[[], None]) -> None:
        self._desk = desk
        self._changed = changed
        self._chosen = _USUAL
        self._curves: Curves = {}
        self._known: object = None
        self._made: tuple[Snapshot, Curves, Snapshot] | None = None
        self._reading: asyncio.Task[None] | None = None

    def move(self, step: int) -> str:
        """Shorter or longer; returns the name of what is shown now."""
        self._chosen = max(0, min(self._chosen + step, len(WINDOWS) - 1))
        self._curves, self._known = {}, None
        return WINDOWS[self._chosen].label

    def apply(self, snapshot: Snapshot) -> Snapshot:
        """The Snapshot with the curves of this window; until they have come it is the usual one."""
        if self._chosen == _USUAL:
            return snapshot
        if self._known is not snapshot and (self._reading is None or self._reading.done()):
            self._known = snapshot
            self._reading = asyncio.create_task(self._read(snapshot))
        if self._made is None or self._made[0] is not snapshot or self._made[1] is not self._curves:
            # One object as long as nothing changed: the views keep their rows by it.
            self._made = (snapshot, self._curves, _with(snapshot, self._curves))
        return self._made[2]

    async def _read(self, snapshot: Snapshot) -> None:
        window = WINDOWS[self._chosen]
        curves: dict[tuple[Platform, str], Curve] = {}
        for rollout in snapshot.rollouts:
            step, end, goes_on = _span(window, rollout, snapshot.at)
            found = await self._desk.past.curves(rollout, end, step, _BUCKETS)
            curves |= {
                (rollout.plan.platform, metric): replace(curve, known_until=snapshot.at if goes_on else None)
                for metric, curve in found.items()
            }
        if WINDOWS[self._chosen] is window and curves != self._curves:
            self._curves = curves
            self._changed()


def _span(window: Window, rollout: Rollout, now: float) -> tuple[float, float, bool]:
    """Step and end of the buckets, and whether the end is now."""
    current = rollout.current
    if window.step is None and current is not None and current.began is not None:
        planned = max(planned_seconds(current.phase), now - current.began)
        step = max(_LEAST_STEP, planned / (2 * _PHASE_CELLS))
        return step, current.began + 2 * _PHASE_CELLS * step, False
    step = window.step or 450.0
    return step, (now // step + 1) * step, True


def _with(snapshot: Snapshot, curves: Curves) -> Snapshot:
    rollouts = tuple(
        replace(
            rollout,
            metrics=tuple(
                replace(standing, curve=curves.get((rollout.plan.platform, standing.metric.id), standing.curve))
                for standing in rollout.metrics
            ),
        )
        for rollout in snapshot.rollouts
    )
    return replace(snapshot, rollouts=rollouts)
