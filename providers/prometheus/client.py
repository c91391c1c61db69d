"""Prometheus's query API: several expressions in one call, each told apart by a label of ours."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from providers import wire
from rollout_tui.domain.words import plain_text
from rollout_tui.ports import Misconfigured, ProviderError, Unreachable

if TYPE_CHECKING:
    import httpx

TAG = "rollout_tui_query"
"""The label that says which expression an element belongs to."""
_AT_ONCE = 16
"""Expressions in one call, so that the address stays short."""

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One series of an answer: its labels without our tag, and (time, value) pairs, oldest first."""

    labels: Labels
    points: tuple[tuple[float, float], ...]


Answers = dict[str, list[Line] | ProviderError]
"""By expression: its series, or why that expression alone has none."""


class PrometheusClient:
    """One server."""

    def __init__(self, http: httpx.AsyncClient, url: str, headers: Mapping[str, str], who: str) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._headers = headers
        self.who = who

    async def instant(self, expressions: Sequence[str], at: float) -> Answers:
        """Each expression's value at a time. Raises ProviderError where nothing at all can be asked."""
        return await self._batched("/api/v1/query", expressions, {"time": _seconds(at)})

    async def over(self, expressions: Sequence[str], start: float, end: float, step: float) -> Answers:
        """Each expression's values from `start` to `end`. Raises likewise."""
        times = {"start": _seconds(start), "end": _seconds(end), "step": _seconds(step)}
        return await self._batched("/api/v1/query_range", expressions, times)

    async def _batched(self, path: str, expressions: Sequence[str], times: Mapping[str, str]) -> Answers:
        answers: Answers = {}
        unique = list(dict.fromkeys(expressions))
        for first in range(0, len(unique), _AT_ONCE):
            part = unique[first : first + _AT_ONCE]
            try:
                answers |= await self._together(path, part, times)
            except Misconfigured:
                # One of them is wrong: ask for each alone, so that it says so and the others are answered.
                for expression in part:
                    answers[expression] = await self._alone(path, expression, times)
        return answers

    async def _alone(self, path: str, expression: str, times: Mapping[str, str]) -> list[Line] | ProviderError:
        try:
            return (await self._together(path, [expression], times))[expression]
        except Misconfigured as error:
            return Misconfigured(f"{error.message}, in {plain_text(expression, 120)}", error.remedy)

    async def _together(self, path: str, expressions: Sequence[str], times: Mapping[str, str]) -> Answers:
        tagged = (f'label_replace({text}, "{TAG}", "{n}", "", "")' for n, text in enumerate(expressions))
        query = {"query": " or ".join(tagged), **times}
        answer = await wire.get(self._http, f"{self._url}{path}", who=self.who, params=query, headers=self._headers)
        result = self._result(answer)
        found: dict[str, list[Line]] = {expression: [] for expression in expressions}
        for item in result:
            labels = dict(item["metric"])
            expression = expressions[int(labels.pop(TAG))]
            pairs = item["values"] if "values" in item else [item["value"]]
            points = tuple((float(time), _number(value)) for time, value in pairs)
            found[expression].append(Line(tuple(sorted(labels.items())), points))
        return dict(found)

    def _result(self, answer: wire.Answer) -> list[dict[str, Any]]:
        """The elements of a good answer. Raises Misconfigured with Prometheus's own words for a bad query."""
        body = answer.json if isinstance(answer.json, dict) else None
        if body is not None and body.get("status") == "error":
            words = plain_text(str(body.get("error", "")), 200)
            if answer.status in (400, 422):
                raise Misconfigured(f"{self.who}: {words}", "mend the query in the configuration")
            raise Unreachable(f"{self.who}: {words}", retry_after=answer.retry_after)
        wire.raise_for_status(answer, self.who)
        try:
            if body is None or body["status"] != "success":
                raise KeyError("status")
            result: list[dict[str, Any]] = body["data"]["result"]
            if body["data"]["resultType"] not in ("vector", "matrix") or not isinstance(result, list):
                raise KeyError("resultType")
        except (KeyError, TypeError):
            hint = "is the address right, and no proxy or login page in between?"
            raise Unreachable(f"{self.who} answered with something that is no query result", hint) from None
        return result


def _number(text: object) -> float:
    """Values are strings, NaN and infinities included; anything else is not a number either."""
    try:
        return float(str(text))
    except ValueError:
        return math.nan


def _seconds(value: float) -> str:
    return f"{value:.3f}"
