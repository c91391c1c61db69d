"""Counters, brought up to now with few calls: what stood at the start, the samples since, what is new."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from providers.prometheus.client import Answers, Labels, PrometheusClient, Series
from providers.prometheus.expressions import fill
from providers.prometheus.tally import Tally
from rollout_tui.ports import ProviderError

_COARSE = 60.0
"""Seconds between samples when a whole phase is read at once and nothing restarted in it."""
_FINE = 15.0
"""Seconds between samples from one poll to the next."""
_RECENT = 120.0
"""Seconds before the present that are read finely when counting begins."""
_FINEST = 1.0
"""Seconds between samples of what restarted, where the limits allow it: every sample before a fall counts."""
_MOST_POINTS = 10_000
"""Points of one series in one answer; servers refuse 11,000."""
_MOST_VALUES = 150_000
"""Points of all series together in one answer, so that it stays below a few MiB."""
_BEFORE = "6h"
"""How far back a series is looked for that was not there when counting began."""
_JOBS = "count by (job) (up == 1)"
_JOB = 'count by (job) (up{job="$job"} == 1)'
"""Of a target that was down nobody knows what it counted meanwhile: it was not looked at."""


class Ledger:
    """Tallies by selector, and since when each job answers."""

    def __init__(self, client: PrometheusClient) -> None:
        self._client = client
        self._tallies: dict[str, Tally] = {}
        self._looked: dict[str, float] = {}

    def tally(self, selector: str) -> Tally | None:
        """What was counted; None before the first time."""
        return self._tallies.get(selector)

    async def catch_up(
        self, since: Mapping[str, float], now: float, current: Mapping[str, Sequence[Series]]
    ) -> dict[str, ProviderError]:
        """Bring each selector's tally, counting from its `since`, up to `now`.

        `current` is what they show at `now`. Returns what went wrong by selector; raises ProviderError where nothing
        at all can be asked.
        """
        broken: dict[str, ProviderError] = {}
        fresh: dict[float, list[str]] = {}
        for text, start in since.items():
            if not self._reaches(text, start):
                fresh.setdefault(start, []).append(text)
        for start, group in sorted(fresh.items()):
            broken |= await self._begin(group, start, now, current)
        known = [text for text in since if text in self._tallies]
        broken |= await self._extend(known, now, _FINE, current)
        for text, start in since.items():
            if text in self._tallies:
                self._tallies[text].forget(start)
        return broken

    def _reaches(self, text: str, start: float) -> bool:
        tally = self._tallies.get(text)
        return tally is not None and tally.start <= start

    async def _begin(
        self, selectors: Sequence[str], start: float, now: float, current: Mapping[str, Sequence[Series]]
    ) -> dict[str, ProviderError]:
        """Begin tallies with what stood at the start, and read the samples since."""
        earlier = {text: f"last_over_time({text}[{_BEFORE}])" for text in selectors}
        stood = await self._client.instant([*earlier.values(), _JOBS], start)
        broken = {text: found for text, ask in earlier.items() if isinstance(found := stood[ask], ProviderError)}
        jobs = stood[_JOBS]
        self._look([] if isinstance(jobs, ProviderError) else jobs, start)
        for text, ask in earlier.items():
            found = stood[ask]
            if not isinstance(found, ProviderError):
                self._look(found, start)
                self._tallies[text] = Tally(start, _values(found))
        await self._look_for_jobs([series for text in selectors for series in current.get(text, ())], start, now)
        begun = [text for text in selectors if text not in broken]
        restarted = await self._restarted(begun, start, now)
        steady = [text for text in begun if text not in restarted]
        # The newest part finely: a server that began to look a moment ago knows nothing else.
        recent = now - _RECENT
        if recent > start:
            broken |= await self._extend(steady, recent, _COARSE, {})
            steady = [text for text in steady if text not in broken]
        broken |= await self._extend(steady, now, _FINEST, current)
        return broken | await self._extend(restarted, now, _FINEST, current)

    async def _look_for_jobs(self, shown: Iterable[Series], start: float, now: float) -> None:
        """Learn since when those jobs answer that did not yet at the start."""
        late = sorted({series.label("job") for series in shown} - self._looked.keys() - {""})
        ups = [fill(_JOB, {"job": job}) for job in late]
        answers = await self._client.over(ups, start, now, _step(now - start, len(ups), _FINEST)) if ups else {}
        self._look_in(found for found in answers.values() if not isinstance(found, ProviderError))

    async def _restarted(self, selectors: Sequence[str], start: float, now: float) -> list[str]:
        """Selectors whose counters fell somewhere since the start, or where that is not known."""
        asks = {text: f"resets({text}[{math.ceil(max(1.0, now - start))}s])" for text in selectors}
        answers: Answers = await self._client.instant(list(asks.values()), now) if asks else {}
        return [text for text, ask in asks.items() if _any_above_zero(answers[ask])]

    async def _extend(
        self, selectors: Sequence[str], now: float, wish: float, current: Mapping[str, Sequence[Series]]
    ) -> dict[str, ProviderError]:
        """Read what is new, selectors that stand at the same moment together."""
        broken: dict[str, ProviderError] = {}
        standing: dict[float, list[str]] = {}
        for text in selectors:
            if self._tallies[text].until < now:
                standing.setdefault(self._tallies[text].until, []).append(text)
        for start, group in standing.items():
            widths = {text: max(1, len(current.get(text, ())), len(self._tallies[text].seen)) for text in group}
            for part in _parts(widths, (now - start) / wish):
                broken |= await self._extend_part(part, start, now, wish, current)
        return broken

    async def _extend_part(
        self, widths: Mapping[str, int], start: float, now: float, wish: float, current: Mapping[str, Sequence[Series]]
    ) -> dict[str, ProviderError]:
        broken: dict[str, ProviderError] = {}
        step = _step(now - start, sum(widths.values()), wish)
        answers = await self._client.over(list(widths), start, now, step) if now - start > step else {}
        found: dict[str, list[Series]] = {}
        for text in widths:
            samples = answers.get(text, [])
            if isinstance(samples, ProviderError):
                broken[text] = samples
            else:
                found[text] = [*samples, *current.get(text, ())]
        self._look_in(found.values())
        for text, lines in found.items():
            self._tallies[text].extend(lines, now, partial(self._began_at_zero, step))
        return broken

    def _look_in(self, groups: Iterable[Iterable[Series]]) -> None:
        for lines in groups:
            for series in lines:
                if series.points:
                    self._look([series], series.points[0][0])

    def _look(self, found: Iterable[Series], at: float) -> None:
        for series in found:
            job = series.label("job")
            self._looked[job] = min(self._looked.get(job, at), at)

    def _began_at_zero(self, step: float, labels: Labels, time: float) -> bool:
        """A series that comes later than its job began at zero; what comes with its job may have counted before.

        Times are told apart by the steps in which samples are read: later is what was missing a step earlier.
        """
        return time - step >= self._looked.get(dict(labels).get("job", ""), math.inf)


def _values(found: Iterable[Series]) -> dict[Labels, float]:
    values = {series.labels: series.points[-1][1] for series in found if series.points}
    return {labels: value for labels, value in values.items() if math.isfinite(value) and value >= 0}


def _any_above_zero(found: list[Series] | ProviderError) -> bool:
    if isinstance(found, ProviderError):
        return True
    return any(value > 0 for series in found for _, value in series.points)


def _parts(widths: Mapping[str, int], points: float) -> Iterator[dict[str, int]]:
    """Selectors that are read together: as many as leave each its wished samples."""
    part: dict[str, int] = {}
    for text, width in widths.items():
        if part and (sum(part.values()) + width) * min(points, _MOST_POINTS) > _MOST_VALUES:
            yield part
            part = {}
        part[text] = width
    if part:
        yield part


def _step(span: float, width: int, wish: float) -> float:
    """Whole seconds between samples, as wished or as far apart as the server's and our own limits ask for."""
    return math.ceil(max(wish, span / _MOST_POINTS, span * width / _MOST_VALUES))
