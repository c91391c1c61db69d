"""What the screens and the command line need from the engine: look, listen, ask for an action."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from rollout_tui.domain.actions import USUAL, ActionKind, Actor, Outcome, Proposal, Terms
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.snapshot import Snapshot
from rollout_tui.ports import Clock

if TYPE_CHECKING:
    from rollout_tui.engine.past import Past
    from rollout_tui.engine.travel import Traveller


class Desk(Protocol):
    """The engine as its users see it. All methods belong to the event loop's thread."""

    @property
    def clock(self) -> Clock:
        """The clock by which ages are told."""
        ...

    @property
    def actor(self) -> Actor:
        """Who sits at this desk."""
        ...

    @property
    def read_only(self) -> str | None:
        """Why no action is possible at this desk ("started with --read-only by jkim"), or None."""
        ...

    @property
    def snapshot(self) -> Snapshot:
        """The newest picture; from history until the first answers arrive."""
        ...

    def listen(self, on_snapshot: Callable[[Snapshot], None]) -> Callable[[], None]:
        """Call back with every new Snapshot (bursts coalesce). Returns a function that ends it."""
        ...

    def read_now(self, platform: Platform | None = None) -> None:
        """Poll everything again now, committed share included."""
        ...

    def propose(self, platform: Platform, kind: ActionKind, terms: Terms = USUAL) -> Proposal:
        """What the action would do on these terms, from what is known now; no call is made, nothing waits."""
        ...

    @property
    def past(self) -> Past:
        """What is stored, for pages that look back; every answer is awaited."""
        ...

    def traveller(self) -> Traveller:
        """Somebody who rebuilds past moments from history; closed by whoever asked."""
        ...

    async def perform(self, proposal: Proposal) -> Outcome:
        """Carry out a confirmed proposal: re-read, journal, change, read back, journal.

        Never raises for what a store does; the Outcome says it. Progress appears in the Snapshot (`Rollout.running`).
        """
        ...
