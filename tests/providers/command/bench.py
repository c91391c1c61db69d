"""The bench of commands: a shell script that does what a file beside it says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from providers.command import PROVIDER
from rollout_tui.conformance.bench import Bench, Stage
from rollout_tui.conformance.situations import HOSTILE, Situation
from rollout_tui.conformance.subject import CRASHES, NOW

_SCRIPT = """
case $(cat situation) in
  hangs) echo $$ >> pids; printf '{'; touch hanging; exec sleep 600 ;;
  huge) exec yes '[' ;;
  time-out) exec sleep 600 ;;
  echo) env | tr '\\n' ' ' >&2; exit 1 ;;
  fails) cat words >&2; exit 7 ;;
  *) cat words ;;
esac
"""
_FAILING = {
    Situation.UNREACHABLE: "curl: (7) Failed to connect",
    Situation.UNAUTHORIZED: "curl: (22) 401",
    Situation.FORBIDDEN: "curl: (22) 403",
    Situation.BROKEN: "curl: (22) 503",
    Situation.HOSTILE_ERROR: HOSTILE,
}
_PRINTED = {Situation.EMPTY: "", Situation.PAGE: "<html>Please sign in</html>", Situation.TRUNCATED: '{"bad": 3, "to'}
_ODD = {Situation.NAN: "NaN", Situation.INFINITE: "Infinity", Situation.NEGATIVE: "-5", Situation.WORDS: '"many"'}


class CommandBench(Bench):
    """Counts of one build, printed as JSON."""

    provider = PROVIDER
    cannot: ClassVar = {
        Situation.LIMITED: "a program tells nobody how long to wait",
        Situation.REDIRECTED: "a program leads to no other host",
    }

    def stage(self, folder: Path) -> CommandStage:
        """A script in a folder of its own."""
        return CommandStage(folder)


class CommandStage(Stage):
    """The script, and what it does."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        run = {CRASHES.id: {"run": _SCRIPT, "shell": True}}
        env = {"HEALTH_TOKEN": "env:HEALTH_TOKEN"}
        super().__init__({"metrics": run, "env": env, "directory": str(folder), "kill_after": "3s"})
        self.become(Situation.GOOD)

    def become(self, situation: Situation) -> None:
        """Write down what the script does from now on."""
        super().become(situation)
        does = "fails" if situation in _FAILING else situation.value
        (self._folder / "situation").write_text(does)
        (self._folder / "words").write_text(_FAILING.get(situation) or _printed(situation))

    async def reached(self) -> None:
        """Return once the script hangs."""
        while not (self._folder / "hanging").exists():  # noqa: ASYNC110  another process makes the file
            await asyncio.sleep(0.01)

    def left_open(self) -> Sequence[str]:
        """Scripts that still run."""
        pids = self._folder / "pids"
        return [f"process {pid}" for pid in (pids.read_text().split() if pids.exists() else ()) if _runs(pid)]


def _printed(situation: Situation) -> str:
    if situation in _PRINTED:
        return _PRINTED[situation]
    answer = {
        "bad": 3,
        "total": 900,
        "build": "4301" if situation is Situation.OTHER_BUILD else "4201",
        "as_of": NOW - 3600 if situation is Situation.STALE else NOW - 20,
        "note": HOSTILE if situation is Situation.HOSTILE else "",
    }
    text = json.dumps(answer)
    return text.replace("900", _ODD[situation]) if situation in _ODD else text


def _runs(pid: str) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
