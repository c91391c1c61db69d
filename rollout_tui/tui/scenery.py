"""From the desk to the scene that the views look at."""

from __future__ import annotations

from rollout_tui.domain.severity import rank
from rollout_tui.domain.snapshot import Snapshot
from rollout_tui.engine.desk import Desk
from rollout_tui.tui.look import Look
from rollout_tui.tui.view.kept import Kept
from rollout_tui.tui.view.scene import Focus, Scene


def scene_of(desk: Desk, look: Look, focus: Focus, kept: Kept | None = None) -> Scene:
    """What the views look at, now; `kept` holds the rows of the scene before."""
    return Scene(
        snapshot=desk.snapshot,
        now=desk.clock.now(),
        focus=focus,
        who=str(desk.actor),
        read_only=desk.read_only is not None,
        rehearsal=look.rehearsal,
        recording=look.recording,
        zone=look.zone,
        ascii_only=look.ascii_only,
        kept=Kept() if kept is None else kept,
    )


def first_focus(snapshot: Snapshot) -> Focus:
    """The pane that needs a look first has the focus at the start; later it never moves by itself."""
    severities = [rank(rollout.severity) for rollout in snapshot.rollouts]
    return Focus(pane=severities.index(max(severities)))
