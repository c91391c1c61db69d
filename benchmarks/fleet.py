"""The real program over 100 configurations with two rollouts each: what it costs while all are polled once a minute.

    python -m benchmarks.fleet [CONFIGURATIONS] [SECONDS]

Services are one rehearsal in real time, in a process of its own.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.programs.many import copies
from benchmarks.terminal import Terminal, open_terminal
from rollout_tui.config import load
from rollout_tui.domain.fleet import Sort, arranged, filtered, fleet_of
from rollout_tui.engine.engine import Engine
from rollout_tui.tui.ink import blank
from rollout_tui.tui.view.fleet import FleetList, FleetScene, fleet_rows

CONFIGURATIONS = 100
_SECONDS = 60.0
_SETTLES = 100.0
"""Seconds until all have begun (engine/engines.py), asked for their past, and been polled twice."""
_PRESSES = 60


def fleet(configurations: int = CONFIGURATIONS, seconds: float = _SECONDS) -> dict[str, Any]:
    """Start the program on that many configurations, and tell what it costs and how fast it answers."""
    serve = [sys.executable, "-m", "rollout_tui", "rehearse", "--serve", "--json", "--speed", "1"]
    with (
        tempfile.TemporaryDirectory(prefix="rollout-fleet-") as folder,
        subprocess.Popen([*serve, "--scenario", "healthy"], stdout=subprocess.PIPE, text=True) as services,  # noqa: S603  our own program
    ):
        try:
            facts = json.loads(services.stdout.readline() if services.stdout is not None else "")
            os.environ.update(facts["env"] | {"XDG_CACHE_HOME": f"{folder}/cache"})
            paths = copies(Path(facts["config"]), configurations, Path(folder))
            for number, path in enumerate(paths):
                text = path.read_text(encoding="utf-8")
                path.write_text(text.replace('name = "acme-connect"', f'name = "app-{number}"', 1), encoding="utf-8")
            options = [part for path in paths for part in ("--config", str(path))]
            told = {"rollouts": 2 * configurations} | in_process(paths[0], 2 * configurations)
            return told | _watched(options, seconds) | _floor()
        finally:
            services.terminate()


def _watched(options: list[str], seconds: float) -> dict[str, float]:
    terminal = open_terminal([sys.executable, "-m", "rollout_tui", "watch", *options])
    try:
        if not terminal.read_until(terminal.started + 60, expect=b"rollouts"):
            raise SystemExit("no frame within 60 s")
        frame = terminal.chunks[-1][0] - terminal.started
        terminal.read_until(time.perf_counter() + _SETTLES)
        cpu, began, wrote = terminal.cpu(), time.perf_counter(), len(terminal.chunks)
        terminal.read_until(began + seconds)
        passed = time.perf_counter() - began
        spent, written = terminal.cpu() - cpu, terminal.written(wrote)
        half = _PRESSES // 2
        delays = sorted(_key_to_paint(terminal, ["\x1b[B"] * half + ["\x1b[A"] * half))
        return {
            "first_frame": frame,
            "cpu": spent / passed,
            "bytes_per_second": written / passed,
            "key_median": statistics.median(delays),
            "key_p95": delays[int(0.95 * len(delays))],
            "memory": terminal.memory(),
            "threads": len(os.listdir(f"/proc/{terminal.pid}/task")),  # noqa: PTH208  /proc
        }
    finally:
        terminal.close()


def _floor() -> dict[str, float]:
    """How fast the smallest program answers on this machine now."""
    terminal = open_terminal([sys.executable, "-m", "benchmarks.programs.floor"])
    try:
        terminal.read_until(terminal.started + 20, expect=b"floor ready")
        terminal.read_until(time.perf_counter() + 1)
        delays = sorted(_key_to_paint(terminal, ["x"] * _PRESSES))
        return {"floor_key_median": statistics.median(delays), "floor_key_p95": delays[int(0.95 * len(delays))]}
    finally:
        terminal.close()


def _key_to_paint(terminal: Terminal, keys: Sequence[str]) -> list[float]:
    delays = []
    for number, key in enumerate(keys):
        terminal.read_until(time.perf_counter() + 0.2 + 0.017 * (number % 9))
        seen, pressed = len(terminal.chunks), time.perf_counter()
        terminal.press(key)
        while len(terminal.chunks) == seen and time.perf_counter() < pressed + 2:
            terminal.read_until(time.perf_counter() + 0.002)
        delays.append(terminal.chunks[seen][0] - pressed)
    return delays


def in_process(config: Path, rollouts: int) -> dict[str, float]:
    """Seconds to sort and filter that many lines after news of one app, and to lay them out."""
    engine = Engine(load(config))
    engine.load()
    one = engine.snapshot
    snapshots = [replace(one, plan=replace(one.plan, app=f"app-{n}")) for n in range(rollouts // 2)]
    fleet_snapshot = fleet_of(snapshots)
    scene = FleetScene(fleet_snapshot, one.at)

    def sort() -> object:
        return filtered(arranged(fleet_of(snapshots).lines, Sort.SOONEST), "app ios")

    def draw() -> object:
        return fleet_rows(scene, FleetList(fleet_snapshot.lines), 120, 40, blank(120))

    return {"sort_and_filter": _median(sort), "draw": _median(draw)}


def _median(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(20):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


if __name__ == "__main__":
    print(json.dumps(fleet(*map(int, sys.argv[1:])), indent=1))
