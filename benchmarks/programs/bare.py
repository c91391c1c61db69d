"""The bare script: the libraries and the requests of `check`, those of one server one after the other."""

from __future__ import annotations

import asyncio
import json
import sys
from itertools import groupby
from pathlib import Path
from typing import Any

import click  # noqa: F401  what `check` imports of other people's work, this imports too
import httpx
import jwt  # noqa: F401
import pydantic  # noqa: F401
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: F401


async def run(made: list[dict[str, Any]]) -> None:
    """Make them."""

    def host(request: dict[str, Any]) -> str:
        return httpx.URL(request["url"]).netloc.decode()

    async with httpx.AsyncClient() as client:

        async def in_turn(requests: list[dict[str, Any]]) -> None:
            for one in requests:
                await client.request(
                    one["method"], one["url"], headers=one["headers"], content=one["body"].encode("latin-1")
                )

        await asyncio.gather(*(in_turn(list(group)) for _, group in groupby(sorted(made, key=host), key=host)))


if __name__ == "__main__":
    asyncio.run(run(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
