"""The bench of the file source: a file that something appends to, and what else may stand in it."""

from __future__ import annotations

from pathlib import Path

from providers.file import PROVIDER
from rollout_tui.conformance.bench import Bench, Stage
from rollout_tui.conformance.situations import CHANGE, HOSTILE, WITHOUT_ANSWER, Situation
from rollout_tui.conformance.subject import CONNECT_TIME, CRASHES, NOW

HEADER = "time,build,crashed,sessions,seconds,connects"
_ODD = {
    Situation.NAN: "NaN",
    Situation.INFINITE: "inf",
    Situation.NEGATIVE: "-5",
    Situation.WORDS: "many",
}
_PLAYED = (Situation.UNREACHABLE, Situation.PAGE)
_SILENT = (*(each for each in WITHOUT_ANSWER if each not in _PLAYED), *CHANGE, Situation.HANGS)


def _text(situation: Situation) -> str:
    if situation is Situation.PAGE:
        return "<!doctype html>\n<html>Sign in</html>\n"
    newest = NOW - 3600 if situation is Situation.STALE else NOW - 10
    build = "4200" if situation is Situation.OTHER_BUILD else "4201"
    many = _ODD.get(situation, "900")
    times = [newest - 600 * number for number in range(43, -1, -1)]
    rows = [] if situation is Situation.EMPTY else [f"{at},{build},1,{many},3600,880" for at in times]
    beside = [HOSTILE.replace("\n", " ")] if situation is Situation.HOSTILE else []
    return "\n".join([HEADER, *rows, *beside, ""])


class _Written(Stage):
    """A file in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "health.csv"
        super().__init__(
            {
                "path": str(self._path),
                "rows": "intervals",
                "metrics": {
                    CRASHES.id: {"bad": "crashed", "total": "sessions"},
                    CONNECT_TIME.id: {"sum": "seconds", "count": "connects"},
                },
            }
        )
        self.become(Situation.GOOD)

    def become(self, situation: Situation) -> None:
        """Another file stands there now."""
        super().become(situation)
        if situation is Situation.UNREACHABLE:
            self._path.unlink(missing_ok=True)
            return
        fresh = self._path.with_suffix(".new")
        fresh.write_text(_text(situation), encoding="utf-8")
        fresh.replace(self._path)


class FileBench(Bench):
    """Counts and a mean by intervals."""

    provider = PROVIDER
    metrics = (CRASHES, CONNECT_TIME)
    cannot = dict.fromkeys(_SILENT, "a file is on this host")

    def stage(self, folder: Path) -> Stage:
        """The file."""
        return _Written(folder)
