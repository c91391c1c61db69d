"""What sources have in common where they answer: what they cannot be asked, one answer per query, its shape."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from rollout_tui.domain.metrics import Kind, Population
from rollout_tui.domain.quantities import Quantity
from rollout_tui.domain.readings import Answer, NoReading, Reading, Window
from rollout_tui.domain.releases import Platform
from rollout_tui.ports import ProviderError, Query

Asked = TypeVar("Asked")
"""What a source makes of a query that it can answer."""


class NoData(Exception):
    """There is no usable answer; the text says why."""


@dataclass(frozen=True, slots=True)
class Answering:
    """Answers to queries in the name of one source, its section in the configuration."""

    source: str

    def reading(
        self, query: Query, population: Population, quantity: Quantity, window: Window, as_of: float, taken_at: float
    ) -> Reading:
        """What was found for the query. `as_of` and `taken_at` in epoch seconds UTC."""
        metric, build = query.metric.id, query.rollout.build
        return Reading(metric, query.scope, build, population, quantity, window, as_of, taken_at, self.source)

    def nothing(self, query: Query, reason: str, now: float) -> NoReading:
        """Why there is nothing for the query; `now` in epoch seconds UTC."""
        return NoReading(query.metric.id, query.scope, query.rollout.build, reason, now, self.source)


def unfit(
    query: Query, who: str, counted: Mapping[str, Population], places: Container[Platform], place: str, gives: str
) -> str | None:
    """Why a source of ratios cannot be asked this; None where it can.

    `counted` is whom it counts, by the ids of its metrics; `places` are the platforms that it knows where to ask for.
    The reason begins with `who`, and says `place` ("app", "project") and `gives` ("counts sessions") as it would.
    """
    metric, platform = query.metric, query.rollout.platform
    if metric.id not in counted:
        return f"{who} is not configured to give {metric.id}"
    if platform not in places:
        return f"{who} has no {place} of {platform} in the configuration"
    if metric.kind is not Kind.RATIO:
        return f"{who} {gives}, it gives no {metric.kind}"
    if counted[metric.id] not in metric.populations:
        return f"{who} counts {counted[metric.id]}, the gate {metric.population}"
    return None


def raise_if_all_failed(outcomes: Collection[object]) -> None:
    """Raises the first ProviderError where every request ended in one; nothing where none was made."""
    failed = [each for each in outcomes if isinstance(each, ProviderError)]
    if failed and len(failed) == len(outcomes):
        raise failed[0]


def in_order(
    queries: Sequence[Query],
    asks: Sequence[Asked | str],
    now: float,
    answer: Callable[[Asked], Answer],
    nothing: Callable[[Query, str, float], NoReading],
) -> list[Answer]:
    """One answer per query, in order. `asks` are what was made of them, or the reason why one cannot be asked."""
    return [
        nothing(query, ask, now) if isinstance(ask, str) else answer(ask)
        for query, ask in zip(queries, asks, strict=True)
    ]
