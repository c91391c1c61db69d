"""Random safe keys and sizes on the real program against rehearsed services: nothing breaks, nothing is left behind.

Keys go wherever a person's would, on every page and into every dialog; only what would end the program, change a store
or override a gate is left out. After each lap the walk returns to the main screen, and whatever lives there then must
be what lived there after the first laps.
"""

from __future__ import annotations

import asyncio
import logging
import math
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field, replace
from pathlib import Path
from typing import Any

from textual.events import Key
from textual.keys import key_to_character
from textual.pilot import Pilot

from rollout_tui.cli.loading import load_settings
from rollout_tui.engine.engine import Engine
from rollout_tui.tui.app import RolloutApp
from rollout_tui.tui.look import Look
from rollout_tui.tui.screens.dialog import Dialog
from rollout_tui.tui.screens.help import HelpDialog
from rollout_tui.tui.screens.palette import PaletteDialog
from rollout_tui.tui.view.palette import matching
from tests.rehearsal.serving import PATIENCE

ON_EACH = 4
"""Random keys after each page or dialog that was opened from the main screen."""
WARM = 2
"""Laps after which nothing new may live on."""
_REMEMBERED = 100
_LEAVES = ("q", "ctrl+c")
_CONFIRMS = ("y", "space", "enter")
_PAGES = ("t", "e", "i", "b", "f", "slash", "enter", "p", "r", "n", "o", "ctrl+p", "question_mark")
_MOVES = ("up", "down", "left", "right", "tab", "shift+tab", "shift+left", "shift+right", "pageup", "pagedown", "home")
_OTHERS = ("end", "escape", "enter", "space", "backspace", "ctrl+l", "left_square_bracket", "right_square_bracket")
_LETTERS = (
    *"abcdefghijklmnoprstuvwxyz0123456789",
    "slash",
    "comma",
    "full_stop",
    "less_than_sign",
    "greater_than_sign",
)
_SIZES = ((1, 1), (20, 5), (60, 16), (80, 24), (100, 30), (120, 40), (200, 60), (300, 100))


@dataclass(frozen=True, slots=True)
class Alive:
    """What lives while the main screen stands alone."""

    screens: int
    widgets: int
    tasks: int
    threads: int
    files: int

    def more_than(self, other: Alive) -> bool:
        """Whether anything became more, but for the two timers that a notice and an undo have for a while."""
        before = replace(other, tasks=other.tasks + 2)
        return any(mine > theirs for mine, theirs in zip(astuple(self), astuple(before), strict=True))

    def least(self, other: Alive) -> Alive:
        """The lesser of each."""
        return Alive(*map(min, astuple(self), astuple(other)))


@dataclass(slots=True)
class Walked:
    """What a walk came to."""

    keys: int = 0
    laps: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    """How often each screen stood there after a key."""
    alive: Alive | None = None
    memory: list[float] = field(default_factory=list)
    """MiB after each lap."""


class Walk:
    """One walk over one app. `errors` are mistakes that the program kept to itself."""

    def __init__(self, app: RolloutApp, pilot: Pilot[int], draw: random.Random) -> None:
        self._app = app
        self._pilot = pilot
        self._draw = draw
        self._baseline: Alive | None = None
        self.errors: list[str] = []
        self.walked = Walked()
        self._last: list[str] = []

    async def lap(self) -> None:
        """Every page and dialog in some order, with random keys there; fails where something broke or was left."""
        for page in self._draw.sample(_PAGES, len(_PAGES)):
            await self._press(page)
            for _ in range(ON_EACH):
                await self._one()
            await self._home()
        self.walked.laps += 1
        self.walked.alive = alive = await self._settled()
        self.walked.memory.append(_memory())
        assert not self.errors, f"{self.errors[0]}\nlast keys: {self._last}"
        if self.walked.laps <= WARM:
            self._baseline = alive if self._baseline is None else alive.least(self._baseline)
        assert self._baseline is not None
        left = f"{alive} instead of {self._baseline}: {_names()}\nlast keys: {self._last}"
        assert not alive.more_than(self._baseline), left

    async def _one(self) -> None:
        screen = self._app.screen
        if self._draw.random() < 0.03:
            size = self._draw.choice(_SIZES)
            self._last.append(f"{size[0]}x{size[1]}")
            await self._pilot.resize_terminal(*size)
            return
        key = self._key()
        if not _is_safe(key, screen):
            return
        await self._press(key)
        if self._draw.random() < 0.3:
            await asyncio.sleep(self._draw.uniform(0.0, 0.05))
        assert self._app.return_code is None, f"it ended; last keys: {self._last}"

    async def _press(self, key: str) -> None:
        """Type it, and go on once the screen has taken it: a person does not wait for what follows from it."""
        self._last = [*self._last[-_REMEMBERED:], key]
        self._app.post_message(Key(key, key_to_character(key)))
        for pump in (self._app, self._app.screen):
            taken = asyncio.Event()
            pump.call_later(taken.set)
            while not await _is_set(taken) and pump.is_running:
                pass  # a screen that the key has closed takes nothing more
        self.walked.keys += 1
        self.walked.seen[type(self._app.screen).__name__] += 1

    def _key(self) -> str:
        if isinstance(self._app.screen, Dialog) and self._draw.random() < 0.1:
            return "escape"
        kinds = (_PAGES, _MOVES, _OTHERS, _LETTERS)
        return self._draw.choice(self._draw.choices(kinds, (4, 4, 3, 2))[0])

    async def _home(self) -> None:
        """Out of all fields, dialogs and pages, with the picture moving."""
        deadline = time.monotonic() + PATIENCE
        while len(self._app.screen_stack) > 2 or self._app.screen is not self._app._main:
            assert time.monotonic() < deadline, f"there is no way out of {self._app.screen}; last keys: {self._last}"
            await self._press("escape")
        if self._app._main.is_frozen:
            await self._press("space")
        assert self._app.screen.is_running, f"a screen stands there that is not alive; last keys: {self._last}"

    async def _settled(self) -> Alive:
        """What lives once nothing of the lap is still being put away."""
        await asyncio.sleep(0.2)
        deadline = time.monotonic() + PATIENCE
        while self._baseline is not None and self._alive().more_than(self._baseline) and time.monotonic() < deadline:
            await self._pilot.pause(0.05)
        return self._alive()

    def _alive(self) -> Alive:
        app = self._app
        return Alive(len(app.screen_stack), len(app._registry), len(_tasks()), len(_threads()), len(_files()))


async def _is_set(event: asyncio.Event) -> bool:
    """Whether it is set soon."""
    try:
        await asyncio.wait_for(event.wait(), 0.05)
    except TimeoutError:
        return False
    return True


def _is_safe(key: str, screen: object) -> bool:
    """Whether the key ends nothing, changes no store and overrides no gate."""
    if key in _LEAVES:
        return False
    if isinstance(screen, PaletteDialog):
        found = matching(screen._typed)
        return key != "enter" or not found or found[screen._chosen].id != "quit"
    return not isinstance(screen, Dialog) or isinstance(screen, HelpDialog) or key not in _CONFIRMS


def _tasks() -> list[str]:
    """Tasks of screens and of what they asked for; a poll comes and goes as it likes."""
    return [name for task in asyncio.all_tasks() if "engine." not in (name := _of(task)) and "httpx" not in name]


def _of(task: asyncio.Task[Any]) -> str:
    frame = getattr(task.get_coro(), "cr_code", None)
    module = "" if frame is None else Path(frame.co_filename).as_posix().replace("/", ".")
    return f"{module} {task.get_name()} {getattr(task.get_coro(), '__qualname__', '')}"


def _threads() -> list[str]:
    """Threads but those of the loop's own pool, which has a size that it grows to."""
    return [thread.name for thread in threading.enumerate() if not thread.name.startswith("asyncio_")]


def _files() -> list[str]:
    """Open files; connections come and go with the polls."""
    found = []
    for entry in Path("/proc/self/fd").iterdir():
        try:
            target = str(entry.readlink())
        except OSError:
            continue
        if target.startswith("/") and not target.startswith("/dev/"):
            found.append(target)
    return found


def _names() -> str:
    return "\n".join(sorted([*_tasks(), *_threads(), *_files()]))


def _memory() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextmanager
def _mistakes_noted(errors: list[str]) -> Iterator[None]:
    """What is logged as an error, and what a task raised that nobody waited for."""

    class Note(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            errors.append(self.format(record))

    note = Note(logging.ERROR)
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: errors.append(f"{context['message']}: {context.get('exception')!r}"))
    logging.getLogger().addHandler(note)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(note)
        loop.set_exception_handler(None)


async def walk(config: Path, seed: int, seconds: float = math.inf, laps: float = math.inf) -> Walked:
    """Walk for that long and that many laps at the most. Raises AssertionError in words, or what the program raised."""
    engine = Engine(load_settings(config))
    engine.load()
    app = RolloutApp(engine, Look(rehearsal="soak"), engine.start)
    deadline = time.monotonic() + seconds
    try:
        async with app.run_test(size=(120, 40)) as pilot:
            walking = Walk(app, pilot, random.Random(seed))
            with _mistakes_noted(walking.errors):
                while time.monotonic() < deadline and walking.walked.laps < laps:
                    await walking.lap()
            return walking.walked
    finally:
        await engine.close()
