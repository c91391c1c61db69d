"""Prometheus's query API: several expressions in one call, each told apart by a label of ours."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from providers import wire
from rollout_tui.domain.words import plain_text
from rollout_tui.ports import Denied, Misconfigured, ProviderError, Unreachable

if TYPE_CHECKING:
    import httpx

TAG = "rollout_tui_query"
"""The label that says to which expression an element belongs."""
_ADDRESS = 4000
"""Characters of a query that still is asked by GET, so that every proxy takes the address; a longer one is posted."""
_QUERY = 12_000
"""Characters of a query that is posted; VictoriaMetrics takes 16 KiB, others more."""
_WRAPPING = len(f'label_replace(, "{TAG}", "100", "", "") or ')
_NO_POST = (405, 501)
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


class _NoPost(Exception):
    """The server, or a proxy before it, takes no POST."""


class PrometheusClient:
    """One server. `who` names it in messages."""

    def __init__(self, http: httpx.AsyncClient, url: str, headers: Mapping[str, str], who: str) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._headers = headers
        self.refused: dict[str, BadQuery] = {}
        """What it does not take, and why; asked apart from all others."""
        self._posts = True
        self.who = who

    async def instant(self, expressions: Sequence[str], at: float) -> Answers:
        """Each expression's value at a time. Raises ProviderError where nothing at all can be asked."""
        return await self._ask("/api/v1/query", expressions, {"time": _seconds(at)})

    async def over(self, expressions: Sequence[str], start: float, end: float, step: float) -> Answers:
        """Each expression's values from `start` to `end`. Raises likewise."""
        times = {"start": _seconds(start), "end": _seconds(end), "step": _seconds(step)}
        return await self._ask("/api/v1/query_range", expressions, times)

    async def what_it_is(self) -> str:
        """The server's version in its own words; empty where it does not say. Raises ProviderError."""
        url = f"{self._url}/api/v1/status/buildinfo"
        answer = await wire.get(self._http, url, who=self.who, headers=self._headers)
        data = answer.json.get("data") if isinstance(answer.json, dict) else None
        return plain_text(str(data.get("version", "")), 60) if isinstance(data, dict) else ""

    async def _ask(self, path: str, expressions: Sequence[str], times: Mapping[str, str]) -> Answers:
        """In few calls. An expression that was refused once is asked alone from then on, so that it spoils no other."""
        unique = list(dict.fromkeys(expressions))
        together = [text for text in unique if text not in self.refused]
        answers: Answers = {}
        try:
            for part in [*self._parts(together), *([text] for text in unique if text in self.refused)]:
                answers |= await self._part(path, part, times)
        except _NoPost:
            self._posts = False
            return await self._ask(path, expressions, times)
        return answers

    async def _part(self, path: str, part: list[str], times: Mapping[str, str]) -> Answers:
        """In one call; where the server refuses it, in halves, until what it refuses stands alone."""
        try:
            answers = await self._together(path, part, times)
        except BadQuery as error:
            if len(part) > 1:
                middle = len(part) // 2
                return await self._part(path, part[:middle], times) | await self._part(path, part[middle:], times)
            (expression,) = part
            told = BadQuery(f"{error.message}, in {plain_text(expression, 120)}", error.remedy)
            self.refused[expression] = told
            return {expression: told}
        for expression in part:
            self.refused.pop(expression, None)
        return answers

    async def _together(self, path: str, expressions: Sequence[str], times: Mapping[str, str]) -> Answers:
        tagged = (f'label_replace({text}, "{TAG}", "{n}", "", "")' for n, text in enumerate(expressions))
        answer = await self._get(path, {"query": " or ".join(tagged), **times})
        self._check(answer)
        found: dict[int, list[Series]] = {number: [] for number in range(len(expressions))}
        native: set[int] = set()
        try:
            for number, item, labels in _items(answer.json):
                if "histogram" in item or "histograms" in item:
                    native.add(number)
                else:
                    found[number].append(Series(labels, tuple(_points(item))))
        except (KeyError, TypeError, ValueError):
            raise Unreachable(f"{self.who} answered with something that is no query result", _PROXY) from None
        return {text: self._native() if n in native else found[n] for n, text in enumerate(expressions)}

    async def _get(self, path: str, query: Mapping[str, str]) -> wire.Answer:
        """A question; a long one as a form, where the server takes that."""
        url = f"{self._url}{path}"
        if len(quote(query["query"])) <= _ADDRESS or not self._posts:
            return await wire.get(self._http, url, who=self.who, params=query, headers=self._headers)
        answer = await wire.get(self._http, url, who=self.who, form=query, headers=self._headers)
        if answer.status in _NO_POST:
            raise _NoPost
        return answer

    def _native(self) -> Misconfigured:
        return Misconfigured(
            f"{self.who}: these series are native histograms, whose buckets have no counters of their own",
            "name classic buckets, or counters; histogram_fraction() in `value` gives a value without counts",
        )

    def _parts(self, expressions: Sequence[str]) -> Iterator[list[str]]:
        """As many together as one call takes."""
        part: list[str] = []
        length = 0
        for expression in expressions:
            size = _WRAPPING + len(expression) if self._posts else len(quote(" " * _WRAPPING + expression))
            if part and length + size > (_QUERY if self._posts else _ADDRESS):
                yield part
                part, length = [], 0
            part.append(expression)
            length += size
        if part:
            yield part

    def _check(self, answer: wire.Answer) -> None:
        """Raises BadQuery with Prometheus's own words, or what the status means.

        Data that the server itself calls incomplete are none: failures may be what is missing.
        """
        body = answer.json if isinstance(answer.json, dict) else {}
        words = plain_text(str(body.get("error", "")), 200)
        if words and answer.status in (400, 422):
            raise BadQuery(f"{self.who}: {words}", "mend the query in the configuration")
        if words and (answer.status >= 500 or answer.status < 300):
            raise Unreachable(f"{self.who}: {words}", retry_after=answer.retry_after)
        if answer.status == 401 and "no org id" in answer.text:
            raise Denied(f"{self.who}: no org id", "set tenant to the id of the tenant that holds these metrics")
        wire.raise_for_status(answer, self.who)
        said = body.get("warnings")
        beside = said if isinstance(said, list) else [said] if said else []
        warnings = [str(text) for text in beside if not str(text).startswith(_HINT)]
        for text in warnings:
            if text.startswith(_ABOUT_QUERY):
                raise BadQuery(f"{self.who}: {plain_text(text, 200)}", "mend the query in the configuration")
        if warnings or body.get("isPartial") is True:
            why = f": {plain_text(warnings[0], 200)}" if warnings else ""
            raise Unreachable(f"{self.who} gave only a part of the data{why}", "see that all of its stores are up")


_HINT = "PromQL info"
_ABOUT_QUERY = "PromQL warning"


def _items(body: wire.Json) -> Iterator[tuple[int, Mapping[str, Any], Labels]]:
    """Elements with the number of their expression and their labels. Raises KeyError, TypeError, ValueError."""
    if body["status"] != "success" or body["data"]["resultType"] not in ("vector", "matrix"):
        raise ValueError("no vector, no matrix")
    for item in body["data"]["result"]:
        labels: dict[str, str] = dict(item["metric"])
        number = int(labels.pop(TAG))
        labels.pop("__name__", None)
        yield number, item, tuple(sorted(labels.items()))


def _points(item: Mapping[str, Any]) -> Iterator[tuple[float, float]]:
    pairs: list[Any] = item["values"] if "values" in item else [item["value"]]
    return ((float(at), _number(text)) for at, text in pairs)


def _number(text: object) -> float:
    """Values are texts, NaN and infinities included; anything else is not a number either."""
    try:
        return float(str(text))
    except ValueError:
        return math.nan


def _seconds(value: float) -> str:
    return f"{value:.3f}"
