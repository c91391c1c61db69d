"""Who guards a history: one process, known by a lock beside the file. Others read the note in it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from rollout_tui.domain.words import plain_text
from rollout_tui.engine.lockfile import Lockfile

_FOR_ONE, _FOR_GROUP = 0o600, 0o660
_WIDTH = 100


@dataclass(frozen=True, slots=True)
class GuardNote:
    """Who guards: user and host, process, since when (epoch seconds UTC), and the channels that it sends to."""

    by: str
    pid: int
    since: float
    channels: tuple[str, ...] = ()

    def __str__(self) -> str:
        sends = f"sends alerts to {', '.join(self.channels)}" if self.channels else "sends no alerts"
        return f"{self.by}, process {self.pid}, {sends}"

    def text(self) -> str:
        """For the file."""
        return json.dumps(asdict(self))


def guard_lock(history: Path, *, shared: bool) -> Lockfile:
    """The lock of the one guard of a history."""
    return Lockfile(history.with_name(f"{history.name}.guard"), _FOR_GROUP if shared else _FOR_ONE)


def guard_of(history: Path) -> GuardNote | None:
    """Who guards it now; None where nobody does."""
    lock = guard_lock(history, shared=False)
    if not lock.is_held():
        return None
    try:
        raw = json.loads(lock.text())
        channels = tuple(plain_text(str(name), _WIDTH) for name in raw["channels"])
        return GuardNote(plain_text(str(raw["by"]), _WIDTH), int(raw["pid"]), float(raw["since"]), channels)
    except (ValueError, TypeError, KeyError):
        return GuardNote("somebody", 0, 0.0)
