"""The app's telemetry as an exporter, for a real Prometheus; and its outages, on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rollout_tui.rehearsal.changes import ChangeLog, log_route
from rollout_tui.rehearsal.clock import RehearsalClock
from rollout_tui.rehearsal.faults import Faults
from rollout_tui.rehearsal.telemetry import Telemetry

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response


def make_app(telemetry: Telemetry, clock: RehearsalClock, faults: Faults) -> Starlette:
    """`/metrics`; `POST /_rehearsal/down` and `/_rehearsal/up` end and begin the rehearsed Prometheus's scrapes."""
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse, PlainTextResponse
    from starlette.routing import Route

    async def metrics(_request: Request) -> Response:
        return PlainTextResponse(telemetry.exposition(clock.now()), media_type="text/plain; version=0.0.4")

    async def down(_request: Request) -> Response:
        telemetry.scrapes.down_from(clock.now())
        return JSONResponse({"ok": True})

    async def up(_request: Request) -> Response:
        telemetry.scrapes.back_at(clock.now())
        return JSONResponse({"ok": True})

    app = Starlette(
        routes=[
            Route("/metrics", metrics),
            Route("/_rehearsal/down", down, methods=["POST"]),
            Route("/_rehearsal/up", up, methods=["POST"]),
            log_route("exporter", ChangeLog()),  # nothing here can be changed: always empty
            *faults.routes(),
        ]
    )
    faults.guard(app)
    return app
