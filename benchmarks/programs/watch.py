"""The real `watch` on a stage whose services do not answer: what a start costs, history and configuration included."""

from __future__ import annotations

import sys
from pathlib import Path

from rollout_tui.cli.watch import run_watch

if __name__ == "__main__":
    sys.exit(run_watch(Path(sys.argv[1]), mouse=False))
