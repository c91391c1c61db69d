"""The window title: it carries the worst state of all that is watched."""

from __future__ import annotations

from rollout_tui.domain.fleet import title_of
from rollout_tui.domain.severity import Severity, worst
from rollout_tui.engine.fleet import Fleet


def worst_of(fleet: Fleet) -> tuple[Severity, str]:
    """The worst severity, and the title: `CRITICAL acme-connect 4.2.0`."""
    snapshots = [desk.snapshot for desk in fleet.desks]
    severity = worst(rollout.severity for snapshot in snapshots for rollout in snapshot.rollouts)
    return severity, f"{severity} {snapshots[0].title if len(snapshots) == 1 else title_of(snapshots)}"
