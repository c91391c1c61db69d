"""The real screens on a real history, opening everything once: how long does each hold up the next refresh or key?

Writes by what was opened: the longest time in milliseconds for which the event loop answered nothing else.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from pathlib import Path

from textual.events import Key
from textual.keys import key_to_character

from rollout_tui.cli.loading import load_settings
from rollout_tui.engine.engine import Engine
from rollout_tui.tui.app import RolloutApp
from rollout_tui.tui.look import Look

_OPENINGS = {
    "help": "question_mark",
    "palette": "ctrl+p",
    "dialog": "p",
    "zoom": "enter",
    "travel": "t",
    "events": "e",
    "runbook": "b",
}
_BEAT = 0.002
_STARTED, _OPEN, _CLOSED = 4.0, 0.8, 0.3
_TURN = 0.0005
"""As `watch` has it."""


class Pulse:
    """The longest time between two beats of the event loop since it was asked last."""

    def __init__(self) -> None:
        self._longest = 0.0

    async def beat(self) -> None:
        """For ever."""
        while True:
            before = time.perf_counter()
            await asyncio.sleep(_BEAT)
            self._longest = max(self._longest, time.perf_counter() - before - _BEAT)

    def longest(self) -> float:
        """In milliseconds; begins anew."""
        longest, self._longest = self._longest, 0.0
        return longest * 1000


async def open_all(app: RolloutApp) -> dict[str, float]:
    """Open and close each, then leave."""
    pulse = Pulse()
    beating = asyncio.create_task(pulse.beat())
    found = {}
    await asyncio.sleep(_STARTED)
    for name, key in _OPENINGS.items():
        pulse.longest()
        app.post_message(Key(key, key_to_character(key)))
        await asyncio.sleep(_OPEN)
        found[name] = pulse.longest()
        app.post_message(Key("escape", None))
        await asyncio.sleep(_CLOSED)
    found["nothing"] = pulse.longest()
    beating.cancel()
    app.exit(0)
    return found


async def run(config: Path) -> dict[str, float]:
    """Show the screens."""
    engine = Engine(load_settings(config))
    engine.load()

    async def begin() -> None:
        gc.freeze()
        sys.setswitchinterval(_TURN)
        await engine.start()

    app = RolloutApp(engine, Look(), begin)
    opening = asyncio.create_task(open_all(app))
    await app.run_async(mouse=False)
    found = await opening
    await engine.close()
    return found


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(json.dumps(asyncio.run(run(Path(sys.argv[1])))), encoding="utf-8")
