"""A desk over a recording from another host: its last moment is the present, and nothing can be acted on."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, NoReturn
from zoneinfo import ZoneInfo

from rollout_tui.domain.actions import USUAL, ActionKind, Change, Ending, Intent, Outcome, Proposal, Terms
from rollout_tui.domain.investigation import Inquired
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.releases import Platform, ReleaseState
from rollout_tui.domain.requests import Said
from rollout_tui.domain.waivers import Field, Wish
from rollout_tui.domain.words import day_and_time, plain_text
from rollout_tui.engine.actor import this_actor
from rollout_tui.engine.archive import Archive
from rollout_tui.engine.past import Past
from rollout_tui.engine.proposals import propose
from rollout_tui.engine.runbooks import Runbooks
from rollout_tui.engine.travel import Record, Traveller, traveller_of
from rollout_tui.history import HistoryError
from rollout_tui.history.recording import open_recording
from rollout_tui.ports import Impossible

if TYPE_CHECKING:
    from rollout_tui.config.settings import Settings
    from rollout_tui.domain.snapshot import Snapshot


class StandingClock:
    """The recording's last moment, for ever."""

    def __init__(self, moment: float) -> None:
        self._moment = moment

    def now(self) -> float:
        """Epoch seconds UTC."""
        return self._moment

    async def sleep(self, _seconds: float) -> NoReturn:
        """Nothing waits for what will not come."""
        raise RuntimeError("time stands still in a recording")


class Nobody:
    """Decides nothing: what was recorded is over."""

    approvers: Sequence[str] = ()
    must_agree = False

    def __init__(self, told: str) -> None:
        self._told = told

    def mistakes(self, _platform: Platform, _wish: Wish) -> Mapping[Field, str]:
        """Why there is nothing to override."""
        return {Field.GATE: self._told}

    async def waive(self, _platform: Platform, _wish: Wish) -> Said:
        """Refused."""
        return Said(False, self._told)

    async def sign(self, _platform: Platform, _gate: str, _by: str, _note: str) -> Said:
        """Refused."""
        return Said(False, self._told)


class Unheard:
    """Nobody alerts of what is over."""

    def __init__(self, told: str) -> None:
        self._told = told

    async def acknowledge(self, _platform: Platform) -> Said:
        """Refused."""
        return Said(False, self._told)

    async def stop(self, _platform: Platform) -> Said:
        """Refused."""
        return Said(False, self._told)


class Silence:
    """Nobody is asked about what is over."""

    def __init__(self, told: str) -> None:
        self._told = told

    async def ask(self, _plan: RolloutPlan, _since: float) -> Sequence[Inquired]:
        """That nobody can be asked."""
        return [Inquired("", "recording", problem=self._told)]

    async def log(self, _plan: RolloutPlan, _section: str, _log: str) -> str:
        """The same."""
        return self._told


class Replay:
    """A `Desk` (see desk.py) that plans and performs nothing."""

    def __init__(
        self, path: Path, facts: Mapping[str, str], settings: Settings, record: Record, snapshot: Snapshot
    ) -> None:
        told = _told(facts, settings)
        self._path = path
        self.settings = settings
        self.host = _host(facts)
        self.record = record
        self.clock = StandingClock(record.last)
        self.actor = this_actor()
        self.read_only = told
        self.snapshot = snapshot
        self._archive = Archive(settings.history.path)
        self.past = Past(self._archive, is_recording=True)
        self.people = Nobody(told)
        self.alarms = Unheard(told)
        self.inquiry = Silence(told)
        self.runbooks = Runbooks(settings.runbooks, self._archive, self.clock, self.actor, told, lambda _event: None)

    def listen(self, _on_snapshot: Callable[[Snapshot], None]) -> Callable[[], None]:
        """Nothing new ever comes."""
        return lambda: None

    def read_now(self, _platform: Platform | None = None) -> None:
        """There is nobody to ask."""

    def traveller(self) -> Traveller:
        """Who rebuilds its moments."""
        return traveller_of(self.settings, self.snapshot.poll_interval, self._path)

    def propose(self, platform: Platform, kind: ActionKind, terms: Terms = USUAL) -> Proposal:
        """Why it cannot be done."""
        rollout, zone = self.snapshot.rollout(platform), ZoneInfo(self.settings.ui.timezone)
        return propose(kind, rollout, terms, self.clock.now(), _nothing, read_only=self.read_only, zone=zone)

    async def perform(self, proposal: Proposal) -> Outcome:
        """Refused, whoever asks."""
        return Outcome(proposal.id, proposal.platform, proposal.kind, Ending.REFUSED, self.read_only, self.clock.now())

    def guarded_by(self) -> str | None:
        """Nobody: it is over."""
        return None

    async def rest(self, _until: Event) -> None:
        """Nobody else waits for a private copy."""

    async def close(self) -> None:
        """Close the copy."""
        await self._archive.close()


async def open_replay(path: Path, folder: Path, read: Callable[[Path, str], Settings]) -> Replay:
    """The recording at `path`, by way of a private copy in `folder`; `read` makes settings of its configuration.

    Raises HistoryError in one sentence.
    """
    copy, facts = open_recording(path, folder)
    settings = read(path, facts.get("config", ""))
    settings = replace(settings, history=replace(settings.history, path=copy))
    interval = min((section.interval for section in settings.sources.values()), default=60.0)
    traveller = traveller_of(settings, interval, path)
    try:
        record = await traveller.record()
        if record is None:
            raise HistoryError(f"{path}: nothing was recorded of {settings.plan.app} {settings.plan.version}")
        snapshot = await traveller.at(record.last)
    finally:
        await traveller.close()
    return Replay(path, facts, settings, record, snapshot)


def _host(facts: Mapping[str, str]) -> str:
    return plain_text(facts.get("host", ""), 40).strip() or "another host"


def _told(facts: Mapping[str, str], settings: Settings) -> str:
    with contextlib.suppress(ValueError, OverflowError, OSError):  # no time that a calendar has
        when = day_and_time(float(facts.get("at", "")), ZoneInfo(settings.ui.timezone))
        return f"this is a recording of {_host(facts)}, exported {when}"
    return f"this is a recording of {_host(facts)}"


def _nothing(_intent: Intent, _seen: ReleaseState | None) -> Change:
    raise Impossible("a recording has no store", "start `rollout-tui` on the release host")
