"""What the evidence costs: one poll with all of its restarts, an interval, and how much longer."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from itertools import count

from rollout_tui.domain.evidence import Evidence, Rule, interval
from rollout_tui.domain.evidence.outlook import clean_sessions, more_sessions

_HOURS = 48
_PER_HOUR = 1000
_TIMES = 400


def update() -> float:
    """Median seconds of one poll late in a phase of 48 hours, with 47 restarts open."""
    evidence = Evidence(Rule(0.005, hours=_HOURS))
    for hour in range(1, _HOURS):
        evidence.poll(hour * 3600.0, 3 * hour, _PER_HOUR * hour)
    begin = (_HOURS - 1) * 3600.0
    bad, total = 3 * (_HOURS - 1), _PER_HOUR * (_HOURS - 1)
    return _median(lambda: evidence.poll(begin + 60, bad + 1, total + 17))


def interval_of_rate() -> float:
    """Median seconds of an interval that was not asked for before."""
    totals = count(5000)
    return _median(lambda: interval(31, next(totals)))


def outlook() -> float:
    """Median seconds of what a gate still needs: the range and the hard floor."""
    return _median(lambda: (more_sessions(31, 5000, limit=0.005), clean_sessions(31, 5000, limit=0.005)))


def _median(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(_TIMES):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)
