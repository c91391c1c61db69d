"""What testers did with a build, as TestFlight counts it: sessions, crashes and feedback by the day (stores.md 5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from providers.moments import iso_moment
from rollout_tui.domain.releases import Trial


def trial(answer: object) -> Trial | None:
    """The sums of `betaBuildUsages`; None while there is no point, or one that cannot be read: that is not zero."""
    points = list(_points(answer))
    ends = [end for point in points if (end := iso_moment(point.get("end"))) is not None]
    if not points or len(ends) < len(points):
        return None
    sums = [_sum(points, name) for name in ("sessionCount", "crashCount", "feedbackCount")]
    sessions, crashes, feedback = sums
    if sessions is None or crashes is None or feedback is None:
        return None
    return Trial(sessions, crashes, feedback, max(ends))


def _points(answer: object) -> Iterator[Mapping[str, Any]]:
    data = answer.get("data") if isinstance(answer, dict) else None
    for series in data if isinstance(data, list) else ():
        listed = series.get("dataPoints") if isinstance(series, dict) else None
        yield from (point for point in (listed if isinstance(listed, list) else ()) if isinstance(point, dict))


def _sum(points: list[Mapping[str, Any]], name: str) -> int | None:
    """Of all points. A point that leaves a number out had none of it; one that holds something else is no number."""
    total = 0
    for point in points:
        values = point.get("values")
        count = values.get(name, 0) if isinstance(values, dict) else None
        if not isinstance(count, int) or isinstance(count, bool) or count < 0:
            return None
        total += count
    return total
