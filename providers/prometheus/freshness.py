"""How new the samples of a selector are, or why there are none: a rate goes on when its target is long gone.

The four faces of no data (stores.md 8): nothing there, NaN, a target that is down, a time that is long past. Values
that were pushed never go stale by themselves; their push time counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from providers.answering import NoData
from providers.prometheus.client import Answers, Series
from providers.prometheus.tally import Tally
from rollout_tui.domain.words import age, plain_text
from rollout_tui.ports import ProviderError

DOWN = "up == 0"
PUSHED = "push_time_seconds"
ALWAYS = (DOWN, PUSHED)
"""What is asked with every poll, whatever the selectors."""
_SHOWN = 90


def sampled(selector: str) -> str:
    """The question when a selector's values were sampled."""
    return f"timestamp({selector})"


class Moment:
    """The instant answers of one poll at the time `now`."""

    def __init__(self, answers: Answers, now: float, who: str) -> None:
        self._answers = answers
        self._who = who
        self.now = now

    def series(self, expression: str) -> list[Series]:
        """An expression's series. Raises ProviderError where the server refused it."""
        found = self._answers[expression]
        if isinstance(found, ProviderError):
            raise found
        return found

    def current(self, selectors: Iterable[str]) -> dict[str, list[Series]]:
        """What the selectors show now; those that the server refused are left out."""
        asked = {text: self._answers[text] for text in selectors}
        return {text: found for text, found in asked.items() if not isinstance(found, ProviderError)}

    def as_of(self, selector: str, build: str, tally: Tally | None = None) -> float:
        """When the selector's newest sample was taken. Raises NoData, or ProviderError where it was refused."""
        found = self.series(sampled(selector))
        if not found:
            raise NoData(self._why_nothing(selector, build, tally))
        self._check_up(found)
        pushed = self.series(PUSHED)
        return max(min(self.now, series.points[-1][1], *_push_times(series, pushed)) for series in found)

    def check_counts(self, selector: str) -> None:
        """Raises NoData where one of a selector's values is no count, ProviderError where it was refused."""
        for series in self.series(selector):
            value = series.points[-1][1]
            if not math.isfinite(value) or value < 0:
                raise NoData(f"a counter is {value:g}: {plain_text(selector, _SHOWN)}")

    def _check_up(self, found: Sequence[Series]) -> None:
        """Where no target behind these series answers, they are what it said last."""
        down = {_target(series) for series in self.series(DOWN)}
        if all(_target(series) in down for series in found):
            raise NoData(self._is_down(found[0]))

    def _why_nothing(self, selector: str, build: str, tally: Tally | None) -> str:
        shown = plain_text(selector, _SHOWN)
        known = [Series(labels, ()) for labels in ([] if tally is None else tally.seen)]
        down = {_target(series) for series in self.series(DOWN)}
        for series in known:
            if _target(series) in down:
                return self._is_down(series)
        newest = None if tally is None else tally.newest(self.now)
        if newest is None or not known:
            return f"{self._who} has no series for build {build}: {shown}"
        return f"{self._who} has had nothing for {age(self.now - newest)} of {shown}"

    def _is_down(self, series: Series) -> str:
        return f"{self._who}: target {plain_text(series.label('instance'), 60)} is down (up = 0)"


def _target(series: Series) -> tuple[str, str]:
    return series.label("job"), series.label("instance")


def _push_times(series: Series, pushed: Sequence[Series]) -> Iterator[float]:
    """When this series was pushed, where it was."""
    for push in pushed:
        if _target(push) == _target(series) and set(push.labels) <= set(series.labels):
            yield push.points[-1][1]
