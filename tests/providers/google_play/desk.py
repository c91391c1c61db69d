"""What the tests of Google Play share: a plan, a clock that never sleeps, a store on a fake Play."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import httpx

from providers.google_play.options import GooglePlayOptions
from providers.google_play.store import GooglePlayStore
from rollout_tui.domain.actions import ActionKind, Change, Intent
from rollout_tui.domain.plan import Phase, RolloutPlan
from rollout_tui.domain.releases import PhaseKind, Platform, ReleaseState
from rollout_tui.ports import ProviderContext
from tests.providers.documents import held_to
from tests.providers.google_play.fake import PACKAGE, FakePlay

NOW = 1_795_443_771.0


def share(phase_id: str, name: str, ratio: str, **more: object) -> Phase:
    """A phase of the shipped plan."""
    return replace(Phase(phase_id, name, PhaseKind.SHARE, (), share=Decimal(ratio), track="production"), **more)


INTERNAL = share("internal", "Internal testing", "0.1")
CLOSED = share("closed", "Closed testing", "0.5")
PRODUCTION = share("production", "Production", "1")
ANDROID = RolloutPlan(
    Platform.ANDROID, "Android", "4.2.0", "4201", (INTERNAL, CLOSED, PRODUCTION), (), "play", (), None
)


@dataclass
class StillClock:
    """Stands still; what would have been slept is written down."""

    time: float = NOW
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@dataclass
class Desk:
    """A store on a fake Play."""

    play: FakePlay
    store: GooglePlayStore
    http: httpx.AsyncClient
    clock: StillClock
    rollout: RolloutPlan = ANDROID

    async def see(self) -> ReleaseState:
        """What a person sees after a full read."""
        return await self.store.read(self.rollout, share=True)

    def plan(self, kind: ActionKind, seen: ReleaseState | None, phase: Phase = CLOSED, **more: object) -> Change:
        return self.store.plan(self.rollout, Intent(kind, phase, **more), seen)

    async def act(self, kind: ActionKind, phase: Phase = CLOSED, **more: object) -> Change:
        """Look, plan, perform; the calls written down are those of the action alone."""
        seen = await self.see()
        change = self.plan(kind, seen, phase, **more)
        self.play.calls.clear()
        await self.store.perform(self.rollout, change, seen)
        return change


def open_desk(play: FakePlay, locks: Path, rollout: RolloutPlan = ANDROID) -> Desk:
    """A desk whose every exchange is held to the vendor's document."""
    http = httpx.AsyncClient(transport=held_to("google_play", httpx.MockTransport(play)))
    clock = StillClock()
    options = GooglePlayOptions(package=PACKAGE, token="env:PLAY_TOKEN")
    context = ProviderContext("play", http, clock, lambda _: "made-up-token")
    return Desk(play, GooglePlayStore(options, context, locks), http, clock, rollout)
