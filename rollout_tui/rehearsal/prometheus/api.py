"""The HTTP API: /api/v1/query, query_range and the few others that clients ask, in the vendor's shapes."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rollout_tui.rehearsal.changes import ChangeLog, log_route
from rollout_tui.rehearsal.clock import RehearsalClock
from rollout_tui.rehearsal.faults import Faults
from rollout_tui.rehearsal.prometheus.evaluate import Element, Range, Value, evaluate, is_range
from rollout_tui.rehearsal.prometheus.syntax import Node, PromError, Text, parse
from rollout_tui.rehearsal.telemetry import Labels, Telemetry

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

_MOST_POINTS = 11_000
_STATUS = {"bad_data": 400, "execution": 422, "timeout": 503}
Handler = Callable[["Request"], Any]


def make_app(telemetry: Telemetry, clock: RehearsalClock, faults: Faults) -> Starlette:
    """The service."""
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse, PlainTextResponse
    from starlette.routing import Route

    async def query(request: Request) -> Response:
        form = await _parameters(request)
        return _answer(lambda: _instant(form, telemetry, clock))

    async def query_range(request: Request) -> Response:
        form = await _parameters(request)
        return _answer(lambda: _over_range(form, telemetry))

    async def ready(_request: Request) -> Response:
        return PlainTextResponse("Prometheus Server is Ready.\n")

    async def buildinfo(_request: Request) -> Response:
        info = {
            "version": "2.42.0",
            "revision": "rehearsal",
            "branch": "",
            "buildUser": "",
            "buildDate": "",
            "goVersion": "",
        }
        return JSONResponse({"status": "success", "data": info})

    async def labels(_request: Request) -> Response:
        names = sorted({key for series in telemetry.series for key in series.labels})
        return JSONResponse({"status": "success", "data": names})

    async def unknown(_request: Request, _error: Exception) -> Response:
        return PlainTextResponse("404 page not found\n", 404)

    def _answer(work: Callable[[], dict[str, Any]]) -> Response:
        try:
            return JSONResponse({"status": "success", "data": work()})
        except PromError as error:
            body = {"status": "error", "errorType": error.kind, "error": str(error)}
            return JSONResponse(body, _STATUS[error.kind])

    app = Starlette(
        routes=[
            Route("/api/v1/query", query, methods=["GET", "POST"]),
            Route("/api/v1/query_range", query_range, methods=["GET", "POST"]),
            Route("/api/v1/labels", labels, methods=["GET", "POST"]),
            Route("/api/v1/status/buildinfo", buildinfo),
            Route("/-/ready", ready),
            log_route("prometheus", ChangeLog()),  # nothing here can be changed: always empty
            *faults.routes(),
        ],
        exception_handlers={404: unknown},
    )
    faults.guard(app)
    return app


async def _parameters(request: Request) -> dict[str, str]:
    values = dict(request.query_params)
    if request.method == "POST":
        from urllib.parse import parse_qsl

        values |= dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
    return values


def _instant(form: dict[str, str], telemetry: Telemetry, clock: RehearsalClock) -> dict[str, Any]:
    at = _time(form.get("time"), "time", clock.now())
    _check_timeout(form)
    return _shaped(evaluate(parse(form.get("query", "")), telemetry, at), at)


def _over_range(form: dict[str, str], telemetry: Telemetry) -> dict[str, Any]:
    start, end = _time(form.get("start"), "start"), _time(form.get("end"), "end")
    step = _duration(form.get("step", ""), "step")
    _check_timeout(form)
    if end < start:
        raise PromError('invalid parameter "end": end timestamp must not be before start time')
    if step <= 0:
        raise PromError(
            'invalid parameter "step": zero or negative query resolution step widths are not accepted. '
            "Try a positive integer"
        )
    if (end - start) / step > _MOST_POINTS:
        raise PromError(
            "exceeded maximum resolution of 11,000 points per timeseries. "
            "Try decreasing the query resolution (?step=XX)"
        )
    node = parse(form.get("query", ""))
    if is_range(node) or isinstance(node, Text):
        kind = "string" if isinstance(node, Text) else "range vector"
        raise PromError(
            f'invalid parameter "query": invalid expression type "{kind}" for range query, '
            "must be Scalar or instant Vector"
        )
    return {"resultType": "matrix", "result": _matrix(node, telemetry, start, end, step)}


def _matrix(node: Node, telemetry: Telemetry, start: float, end: float, step: float) -> list[dict[str, Any]]:
    lines: dict[tuple[tuple[str, str], ...], tuple[Labels, list[list[Any]]]] = {}
    number = 0
    while (at := start + number * step) <= end:
        value = evaluate(node, telemetry, at)
        elements = [Element({}, value, at)] if isinstance(value, float) else value
        for item in elements:
            if isinstance(item, Element):
                key = tuple(sorted(item.labels.items()))
                lines.setdefault(key, (item.labels, []))[1].append([at, _text(item.value)])
        number += 1
    return [{"metric": labels, "values": values} for labels, values in lines.values()]


def _shaped(value: Value, at: float) -> dict[str, Any]:
    if isinstance(value, float):
        return {"resultType": "scalar", "result": [at, _text(value)]}
    if isinstance(value, str):
        return {"resultType": "string", "result": [at, value]}
    if value and isinstance(value[0], Range):
        rows = [
            {"metric": item.labels, "values": [[time, _text(number)] for time, number in item.samples]}
            for item in value
            if isinstance(item, Range)
        ]
        return {"resultType": "matrix", "result": rows}
    elements = [item for item in value if isinstance(item, Element)]
    return {
        "resultType": "vector",
        "result": [{"metric": item.labels, "value": [at, _text(item.value)]} for item in elements],
    }


def _text(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return format(Decimal(repr(value)).normalize(), "f")


def _time(text: str | None, name: str, default: float | None = None) -> float:
    if text is None or text == "":
        if default is not None:
            return default
        raise PromError(f'invalid parameter "{name}": cannot parse "" to a valid timestamp')
    try:
        return _finite(text)
    except ValueError:
        from datetime import datetime

        try:
            return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
        except ValueError:
            raise PromError(f'invalid parameter "{name}": cannot parse "{text}" to a valid timestamp') from None


def _check_timeout(form: dict[str, str]) -> None:
    if "timeout" in form:
        _duration(form["timeout"], "timeout")


def _duration(text: str, name: str) -> float:
    try:
        return _finite(text)
    except ValueError:
        parts = re.findall(r"(\d+)(ms|[smhd])", text)
        if not parts or "".join(a + b for a, b in parts) != text:
            raise PromError(f'invalid parameter "{name}": cannot parse "{text}" to a valid duration') from None
        scale = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
        return sum(float(number) * scale[unit] for number, unit in parts)


def _finite(text: str) -> float:
    """A number that a clock could show. Raises ValueError."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value
