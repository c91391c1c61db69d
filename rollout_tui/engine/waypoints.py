"""Evidence of past moments, kept on the way: a step back goes on from a point before it, not from the phase's start."""

from __future__ import annotations

from bisect import bisect_right

from rollout_tui.domain.ladder import PhaseClock
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.engine.cases import Cases
from rollout_tui.history import History

_BEFORE = (24 * 3600.0, 6 * 3600.0, 0.0)
"""Seconds before a moment at which the evidence on the way to it is kept."""
_MOST = 48


class Waypoints:
    """Of one rollout. Times are epoch seconds UTC."""

    def __init__(self) -> None:
        self._times: list[float] = []
        self._cases: list[Cases] = []

    def reach(
        self, history: History, plan: RolloutPlan, clock: PhaseClock, stale_after: dict[str, float], moment: float
    ) -> Cases | None:
        """The cases as they stood then; None while nobody knew since when they count. The caller's own."""
        cases, at = self._nearest(clock, moment)
        if cases is None:
            cases = Cases.open(plan, clock, stale_after)
        if cases is None:
            return None
        for point in sorted({moment - seconds for seconds in _BEFORE if at < moment - seconds} | {moment}):
            if point >= cases.began:
                cases.replay(history, point)
                self._keep(point, cases.copy())
        cases.note_findings(cases.by_gate)
        return cases

    def _nearest(self, clock: PhaseClock, moment: float) -> tuple[Cases | None, float]:
        """The newest that is kept of that phase up to then."""
        for place in range(bisect_right(self._times, moment) - 1, -1, -1):
            if self._cases[place].belongs_to(clock):
                return self._cases[place].copy(), self._times[place]
        return None, float("-inf")

    def _keep(self, at: float, cases: Cases) -> None:
        place = bisect_right(self._times, at)
        if place and self._times[place - 1] == at:
            self._cases[place - 1] = cases
            return
        self._times.insert(place, at)
        self._cases.insert(place, cases)
        if len(self._times) > _MOST:
            farthest = 0 if at - self._times[0] > self._times[-1] - at else -1
            del self._times[farthest], self._cases[farthest]
