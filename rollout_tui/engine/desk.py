"""What the screens and the command line need from the engine: look, listen, ask for an action."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from threading import Event
from typing import TYPE_CHECKING, Protocol

from rollout_tui.domain.actions import USUAL, ActionKind, Actor, Outcome, Proposal, Terms
from rollout_tui.domain.investigation import Inquired
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.requests import Said
from rollout_tui.domain.runbook import RunbookStanding
from rollout_tui.domain.snapshot import Rollout, Snapshot
from rollout_tui.domain.waivers import Field, Wish
from rollout_tui.ports import Clock

if TYPE_CHECKING:
    from rollout_tui.engine.past import Past
    from rollout_tui.engine.travel import Traveller


class People(Protocol):
    """What people decide about gates: overrides and sign-offs."""

    @property
    def approvers(self) -> Sequence[str]:
        """Who may approve an override."""
        ...

    @property
    def must_agree(self) -> bool:
        """Whether the approver of an override must say so himself before it is in force."""
        ...

    def mistakes(self, platform: Platform, wish: Wish) -> Mapping[Field, str]:
        """What is wrong with an override as it is wished for now, by field."""
        ...

    async def waive(self, platform: Platform, wish: Wish) -> Said:
        """Override a gate, or ask for it. Never raises; what could not be kept was not given."""
        ...

    async def sign(self, platform: Platform, gate: str, by: str, note: str) -> Said:
        """Answer a sign-off gate."""
        ...


class Alarms(Protocol):
    """What a person says to an alarm. Never raises; what could not be kept was not said."""

    async def acknowledge(self, platform: Platform) -> Said:
        """All that stands there now was seen: nobody is told of it again until it gets worse."""
        ...

    async def stop(self, platform: Platform) -> Said:
        """No automatic pause for what stands there now."""
        ...


class Inquiry(Protocol):
    """What is wrong with a build, asked when a person looks. Never raises."""

    async def ask(self, plan: RolloutPlan, since: float) -> Sequence[Inquired]:
        """What each source and store knows of this build since then (epoch seconds UTC)."""
        ...

    async def log(self, plan: RolloutPlan, section: str, log: str) -> str:
        """The whole text behind a `log`, or in words why it cannot be had."""
        ...


class Runbooks(Protocol):
    """The rollback procedures and their ticks."""

    async def standing(self, rollout: Rollout) -> RunbookStanding:
        """What is done now."""
        ...

    async def tick(self, rollout: Rollout, check_id: str, note: str = "", *, taken_back: bool = False) -> Said:
        """A person says that a check is done, or takes that back. What could not be kept did not happen."""
        ...

    async def note(self, rollout: Rollout, text: str) -> Said:
        """A line of a person's own in the timeline, with name and time. What could not be kept was not written."""
        ...


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

    def guarded_by(self) -> str | None:
        """Who guards this history now, without any screen; None: nobody does."""
        ...

    async def rest(self, until: Event) -> None:
        """Leave history alone until then, since this process stops: returns once nothing locks it, within a second."""
        ...

    def traveller(self) -> Traveller:
        """Somebody who rebuilds past moments from history; closed by whoever asked."""
        ...

    @property
    def runbooks(self) -> Runbooks:
        """The rollback procedures and their ticks."""
        ...

    @property
    def inquiry(self) -> Inquiry:
        """Who tells what is wrong with a build."""
        ...

    @property
    def people(self) -> People:
        """What people decide about gates."""
        ...

    @property
    def alarms(self) -> Alarms:
        """What a person says to an alarm."""
        ...

    async def perform(self, proposal: Proposal) -> Outcome:
        """Carry out a confirmed proposal: re-read, journal, change, read back, journal.

        Never raises for what a store does; the Outcome says it. Progress appears in the Snapshot (`Rollout.running`).
        """
        ...
