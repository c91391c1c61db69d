"""Prometheus's query API: several expressions in one call, each told apart by a label of ours."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from providers import wire
from rollout_tui.domain.words import plain_text
from rollout_tui.ports import Misconfigured, ProviderError, Unreachable

if TYPE_CHECKING:
    import httpx

TAG = "rollout_tui_query"
"""The label that says to which expression an element belongs."""
_LONGEST = 5000
"""Characters of the expressions in one call, so that every proxy takes the address."""
_PROXY = "is the address right, and no proxy or login page in between?"

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Series:
    """One series of an answer: its labels without name and tag, and (time, value) pairs, oldest first."""

    labels: Labels
    points: tuple[tuple[float, float], ...]

    def label(self, name: str) -> str:
        """That label's value; a missing label is the empty text."""
        return dict(self.labels).get(name, "")


Answers = dict[str, list[Series] | ProviderError]
"""By expression: its series, or why that expression alone has none."""


class BadQuery(Misconfigured):
    """The server does not take an expression; the others of the same call may be good."""


class PrometheusClient:
    """One server. `who` names it in messages."""

    def __init__(self, http: httpx.AsyncClient, url: str, headers: Mapping[str, str], who: str) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._headers = headers
        self._apart: set[str] = set()
        self.who = who

    async def instant(self, expressions: Sequence[str], at: float) -> Answers:
        """Each expression's value at a time. Raises ProviderError where nothing at all can be asked."""
        return await self._ask("/api/v1/query", expressions, {"time": _seconds(at)})

    async def over(self, expressions: Sequence[str], start: float, end: float, step: float) -> Answers:
        """Each expression's values from `start` to `end`. Raises likewise."""
        times = {"start": _seconds(start), "end": _seconds(end), "step": _seconds(step)}
        return await self._ask("/api/v1/query_range", expressions, times)

    async def _ask(self, path: str, expressions: Sequence[str], times: Mapping[str, str]) -> Answers:
        """In few calls. An expression that was refused once is asked alone from then on, so that it spoils no other."""
        answers: Answers = {}
        unique = list(dict.fromkeys(expressions))
        for part in _parts([text for text in unique if text not in self._apart]):
            try:
                answers |= await self._together(path, part, times)
            except BadQuery:
                for expression in part:
                    answers[expression] = await self._alone(path, expression, times)
        for expression in unique:
            if expression not in answers:
                answers[expression] = await self._alone(path, expression, times)
        return answers

    async def _alone(self, path: str, expression: str, times: Mapping[str, str]) -> list[Series] | ProviderError:
        try:
            found = (await self._together(path, [expression], times))[expression]
        except BadQuery as error:
            self._apart.add(expression)
            return BadQuery(f"{error.message}, in {plain_text(expression, 120)}", error.remedy)
        self._apart.discard(expression)
        return found

    async def _together(self, path: str, expressions: Sequence[str], times: Mapping[str, str]) -> Answers:
        tagged = (f'label_replace({text}, "{TAG}", "{n}", "", "")' for n, text in enumerate(expressions))
        query = {"query": " or ".join(tagged), **times}
        answer = await wire.get(self._http, f"{self._url}{path}", who=self.who, params=query, headers=self._headers)
        self._check(answer)
        found: Answers = {expression: [] for expression in expressions}
        try:
            for number, series in _elements(answer.json):
                of = found[expressions[number]]
                if isinstance(of, list):
                    of.append(series)
        except (KeyError, IndexError, TypeError, ValueError):
            raise Unreachable(f"{self.who} answered with something that is no query result", _PROXY) from None
        return found

    def _check(self, answer: wire.Answer) -> None:
        """Raises BadQuery with Prometheus's own words, or what the status means."""
        body = answer.json if isinstance(answer.json, dict) else {}
        words = plain_text(str(body.get("error", "")), 200)
        if words and answer.status in (400, 422):
            raise BadQuery(f"{self.who}: {words}", "mend the query in the configuration")
        if words and (answer.status >= 500 or answer.status < 300):
            raise Unreachable(f"{self.who}: {words}", retry_after=answer.retry_after)
        wire.raise_for_status(answer, self.who)


def _elements(body: wire.Json) -> Iterator[tuple[int, Series]]:
    """Series with the number of their expression. Raises KeyError, TypeError or ValueError for another shape."""
    if body["status"] != "success" or body["data"]["resultType"] not in ("vector", "matrix"):
        raise ValueError("no vector, no matrix")
    for item in body["data"]["result"]:
        labels: dict[str, str] = dict(item["metric"])
        number = int(labels.pop(TAG))
        labels.pop("__name__", None)
        pairs: list[Any] = item["values"] if "values" in item else [item["value"]]
        yield number, Series(tuple(sorted(labels.items())), tuple((float(at), _number(text)) for at, text in pairs))


def _parts(expressions: Sequence[str]) -> Iterator[list[str]]:
    """As many together as one address takes."""
    part: list[str] = []
    length = 0
    for expression in expressions:
        size = len(quote(expression)) + 80
        if part and length + size > _LONGEST:
            yield part
            part, length = [], 0
        part.append(expression)
        length += size
    if part:
        yield part


def _number(text: object) -> float:
    """Values are texts, NaN and infinities included; anything else is not a number either."""
    try:
        return float(str(text))
    except ValueError:
        return math.nan


def _seconds(value: float) -> str:
    return f"{value:.3f}"
