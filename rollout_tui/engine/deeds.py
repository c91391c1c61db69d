"""What people decided, for the audit log: who, what, why, and on which verdicts."""

from __future__ import annotations

from dataclasses import dataclass

from rollout_tui.domain.actions import Actor
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.history.audit import Deed


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the log, before it is known on what it rests."""

    kind: str
    at: float
    what: str
    why: str = ""
    ref: str = ""

    def deed(self, who: Actor, rollout: Rollout, **more: str) -> Deed:
        """The line, with the state of the store and the verdicts of that moment."""
        plan, state, gates = rollout.plan, rollout.store.state, rollout.gates
        place = (plan.platform, plan.version, plan.build)
        return Deed(
            self.kind, self.at, who, *place, self.what, self.why, self.ref, before=state, verdicts=gates, more=more
        )
