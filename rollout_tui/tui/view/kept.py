"""Rows that were drawn for the same scene before: a move of the focus lays out nothing but its marks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from rollout_tui.tui.ink import Row

if TYPE_CHECKING:
    from rollout_tui.tui.view.scene import Scene

P = ParamSpec("P")


class Kept:
    """Remembers what views made for one scene; where the focus stands makes no other scene.

    Only for views that do not look at the focus. Another Snapshot, another moment, another look: all is drawn anew.
    """

    def __init__(self) -> None:
        self._scene: Scene | None = None
        self._rows: dict[tuple[object, ...], Sequence[Row]] = {}

    def rows(
        self, draw: Callable[Concatenate[Scene, P], Sequence[Row]], scene: Scene, *args: P.args, **settings: P.kwargs
    ) -> Sequence[Row]:
        """What `draw(scene, ...)` makes. The arguments are parts of the scene's Snapshot, or sizes."""
        if not self._is_same(scene):
            self._scene = scene
            self._rows.clear()
        # Parts live as long as the Snapshot, which is held here: their identities stay theirs.
        key = (draw, *(arg if isinstance(arg, int) else id(arg) for arg in args), *settings.items())
        if key not in self._rows:
            self._rows[key] = draw(scene, *args, **settings)
        return self._rows[key]

    def _is_same(self, scene: Scene) -> bool:
        known = self._scene
        if known is None or known.snapshot is not scene.snapshot or known.now != scene.now:
            return False
        return replace(known, snapshot=scene.snapshot, focus=scene.focus) == scene
