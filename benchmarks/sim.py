"""`make sim`: the rule in simulated phases, beside what it promises; exit 1 where a figure is outside.

Every phase has a seed of its own, so that the figures do not depend on how the work is spread over processes.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from benchmarks.cells import CELLS, Cell, Figure, Row, summarize
from benchmarks.phases import Outcome, run_phase

_CHUNK = 25
_HEADER = ("cell", "false FAIL / allowed", "false PASS / allowed", "decided / at least", "ratio / table", "median time")
_WIDTHS = (26, 30, 30, 20, 24, 12)


def phase_outcomes(cell: Cell, seed: int, numbers: range) -> list[Outcome]:
    """Some phases of a cell."""
    return [run_phase(cell.story, f"{seed}/{cell.name}/{number}", to_the_end=cell.stays) for number in numbers]


def simulate(cells: tuple[Cell, ...], *, phases: int, seed: int, workers: int) -> list[Row]:
    """All cells, spread over processes."""
    chunks = [range(begin, min(phases, begin + _CHUNK)) for begin in range(0, phases, _CHUNK)]
    with ProcessPoolExecutor(workers) as pool:
        running = [[pool.submit(phase_outcomes, cell, seed, chunk) for chunk in chunks] for cell in cells]
        rows = []
        for cell, parts in zip(cells, running, strict=True):
            row = summarize(cell, [outcome for part in parts for outcome in part.result()])
            print(line(row), flush=True)
            rows.append(row)
    return rows


def line(row: Row) -> str:
    """A row of the table for people."""
    figures = [_told(figure) for figure in (row.false_fail, row.false_pass, row.decided, row.ratio)]
    columns = [row.cell.name, *figures, _duration(row.median_time)]
    text = "  ".join(column.ljust(width) for column, width in zip(columns, _WIDTHS, strict=True))
    turned = "" if row.turned.held else f"  {row.turned.text} away from FAIL"
    return f"{text.rstrip()}{turned}{'' if row.held else '  OUTSIDE'}"


def _told(figure: Figure) -> str:
    return f"{figure.text} / {figure.allowed}" if figure.allowed else figure.text


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    return f"{seconds / 60:.0f} min" if seconds < 4 * 3600 else f"{seconds / 3600:.1f} h"


def main() -> None:
    """Simulate, tell, and say whether everything is inside."""
    parser = argparse.ArgumentParser(prog="make sim", description="Simulate the rule that decides gates.")
    parser.add_argument("--phases", type=int, default=500, help="phases a cell (default 500)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same phases (default 1)")
    parser.add_argument(
        "--cells", nargs="*", default=[], metavar="TEXT", help="only cells whose name holds one of these"
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes (default: one a core)")
    asked = parser.parse_args()
    cells = tuple(cell for cell in CELLS if not asked.cells or any(text in cell.name for text in asked.cells))
    if asked.phases < 1 or asked.workers < 1 or not cells:
        parser.error(
            "nothing to simulate: at least one phase, one process and one of the cells " + str([c.name for c in CELLS])
        )
    began = time.monotonic()
    print(f"{asked.phases} phases a cell, seed {asked.seed}, limit 0.5 %, alpha = beta = 1 %, 24 h")
    print("  ".join(name.ljust(width) for name, width in zip(_HEADER, _WIDTHS, strict=True)).rstrip(), flush=True)
    rows = simulate(cells, phases=asked.phases, seed=asked.seed, workers=asked.workers)
    outside = [row.cell.name for row in rows if not row.held]
    told = "everything inside" if not outside else f"OUTSIDE: {', '.join(outside)}"
    print(f"{told} ({time.monotonic() - began:.0f} s)")
    sys.exit(1 if outside else 0)


if __name__ == "__main__":
    main()
