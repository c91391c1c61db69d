"""`status --watch`: everything once, then a line for each fact that changed and for each thing that happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

from rollout_tui.cli.lines import Said, event_lines, snapshot_lines, standing_lines
from rollout_tui.domain.events import Event
from rollout_tui.domain.snapshot import Snapshot

_MUCH = 1.25
"""By how much a value that is beyond its target must have grown or fallen to be news again."""


class Following:
    """Of one app; `of` stands before each of its lines."""

    def __init__(self, say: Callable[[str], object], zone: tzinfo, of: str = "") -> None:
        self._say = say
        self._zone = zone
        self._of = of
        self._facts: frozenset[str] | None = None
        self._sizes: dict[str, float] = {}
        """Of each fact that has one the size that was told last."""
        self._events: frozenset[Event] = frozenset()

    def tell(self, snapshot: Snapshot) -> None:
        """What is new since the last one: of events all that it holds, in the order in which they happened."""
        standing = standing_lines(snapshot, self._zone)
        if self._facts is None:
            news = snapshot_lines(snapshot, self._zone)
        else:
            happened = [event for event in reversed(snapshot.events) if event not in self._events]
            news = [line.text for line in standing if line.fact not in self._facts or self._has_moved(line)]
            news += event_lines(happened, self._zone)
        for text in news:
            self._say(f"{self._of}{text}")
        for line in standing:
            if line.size is not None and (line.fact not in self._sizes or self._has_moved(line)):
                self._sizes[line.fact] = line.size
        self._sizes = {line.fact: self._sizes[line.fact] for line in standing if line.fact in self._sizes}
        self._facts = frozenset(line.fact for line in standing)
        self._events = frozenset(snapshot.events)

    def _has_moved(self, line: Said) -> bool:
        """Whether its size is another one than when it was told; the last digit of a number is no news."""
        before = self._sizes.get(line.fact)
        if before is None or line.size is None:
            return False
        return line.size > before * _MUCH or line.size * _MUCH < before
