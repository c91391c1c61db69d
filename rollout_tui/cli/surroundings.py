"""What a checkup says of this host: configuration, secrets, history, terminal, versions."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from rollout_tui.domain.checkup import Grade, Remark

if TYPE_CHECKING:
    from rollout_tui.config.reading import Loaded
    from rollout_tui.config.settings import Settings

_LITTLE = 200 * 1024 * 1024
"""Bytes of free disk below which history may soon not be written."""
_LEAST = (60, 16)


def surroundings(loaded: Loaded, environment: Mapping[str, str]) -> Iterator[Remark]:
    """Every remark about this host."""
    settings = loaded.settings
    yield from _configuration(loaded)
    yield from _history(settings)
    yield from _guard(settings)
    yield from _terminal(environment)
    yield Remark("program", Grade.NOTE, _versions())


def _configuration(loaded: Loaded) -> Iterator[Remark]:
    from rollout_tui.config.show import warnings

    path = loaded.settings.path
    told = warnings(loaded)
    for warning in told:
        text, _, fix = warning.partition("; ")
        yield Remark("secrets", Grade.PROBLEM, text, fix or "set it, or point the reference to another place")
    mode = path.stat().st_mode
    if mode & 0o002:
        text = f"{path} can be changed by every user of this host, who would decide what is promoted"
        yield Remark("configuration", Grade.PROBLEM, text, f"chmod o-w {path}")
    yield Remark("configuration", Grade.OK, f"{path} is in order")


def _history(settings: Settings) -> Iterator[Remark]:
    from rollout_tui.history import History, HistoryError

    path = settings.history.path
    folder = next(one for one in (path.parent, *path.parent.parents) if one.exists())
    if not os.access(folder, os.W_OK):
        yield Remark("history", Grade.PROBLEM, f"{folder} cannot be written", "only pausing works without a journal")
        return
    if path.exists():
        try:
            History.reader(path).close()
        except HistoryError as error:
            yield Remark("history", Grade.PROBLEM, f"{path}: {error}", "move the file away; a new one is begun")
            return
    free = shutil.disk_usage(folder).free
    if free < _LITTLE:
        yield Remark("history", Grade.WARNING, f"{free // 1024 // 1024} MiB are free beside {path}", "make room")
        return
    yield Remark("history", Grade.OK, f"{path} can be written")


def _guard(settings: Settings) -> Iterator[Remark]:
    """Whoever configured alerts or an automatic pause must know that nothing is sent or paused without a guard."""
    from rollout_tui.engine.guardnote import guard_of

    runs = guard_of(settings.history.path)
    waits = [f"{len(settings.alerts.channels)} alert channels"] if settings.alerts.channels else []
    waits += ["an automatic pause"] if settings.actions.automatic else []
    if runs is not None:
        yield Remark("guard", Grade.OK, f"runs: {runs}")
    elif waits:
        text = f"{' and '.join(waits)} configured, and no guard runs: nothing is sent, nothing pauses by itself"
        yield Remark("guard", Grade.WARNING, text, "start it: rollout-tui guard (docs/guard.md has a systemd unit)")


def _terminal(environment: Mapping[str, str]) -> Iterator[Remark]:
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    if encoding != "utf8":
        text = f"the locale writes {sys.stdout.encoding or 'nothing known'}: ASCII symbols are used"
        yield Remark("terminal", Grade.NOTE, text, "export LC_ALL=C.UTF-8 for the symbols")
    if not sys.stdout.isatty():
        return
    size = shutil.get_terminal_size()
    if size.columns < _LEAST[0] or size.lines < _LEAST[1]:
        text = f"{size.columns}x{size.lines} is below 60x16: only NEXT and a line a platform fit"
        yield Remark("terminal", Grade.NOTE, text, "enlarge the window, 120x40 shows all")
    if environment.get("TERM", "dumb") == "dumb":
        yield Remark("terminal", Grade.WARNING, "TERM is dumb: watch cannot draw", "use `status --watch`")


def _versions() -> str:
    from importlib.metadata import version

    return (
        f"rollout-tui {version('rollout-tui')}, textual {version('textual')}, Python {platform.python_version()} on "
        f"{platform.system()}"
    )
