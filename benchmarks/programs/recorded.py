"""`check`, writing down every request that it makes: what a bare script has to make as well."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import httpx

from rollout_tui.cli.main import main

_made: list[dict[str, Any]] = []


async def _noted(request: httpx.Request) -> None:
    body = (await request.aread()).decode("latin-1")
    headers = {key: value for key, value in request.headers.items() if key not in ("host", "content-length")}
    _made.append({"method": request.method, "url": str(request.url), "headers": headers, "body": body})


_init = httpx.AsyncClient.__init__


def _with_hook(self: httpx.AsyncClient, *arguments: Any, **settings: Any) -> None:
    hooks = settings.pop("event_hooks", {})
    noted = {**hooks, "request": [*hooks.get("request", ()), _noted]}
    _init(self, *arguments, event_hooks=noted, **settings)


if __name__ == "__main__":
    httpx.AsyncClient.__init__ = _with_hook  # type: ignore[method-assign]  # for this program alone
    try:
        main(["check", "--config", sys.argv[1]])
    finally:
        Path(sys.argv[2]).write_text(json.dumps(_made), encoding="utf-8")
