"""What a provider implements, and the frozen values that cross the border.

A provider is found through the entry-point group `rollout_tui.providers`; each entry point is a `Provider`. Its module
is imported at start to read `options`, so it must be light: httpx, google-auth and the like belong inside `open_*`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from rollout_tui.domain.actions import Change, Consent, Intent
from rollout_tui.domain.checkup import Remark
from rollout_tui.domain.investigation import Investigation
from rollout_tui.domain.metrics import Metric
from rollout_tui.domain.plan import BugScope, Phase, RolloutPlan
from rollout_tui.domain.readings import Answer, Reading, Scope, Window
from rollout_tui.domain.releases import ReleaseState
from rollout_tui.domain.requests import Approval
from rollout_tui.domain.verdicts import BugCount

if TYPE_CHECKING:
    import httpx
    from pydantic import BaseModel

ENTRY_POINTS = "rollout_tui.providers"
"""The entry-point group; `[project.entry-points."rollout_tui.providers"]` in a third party's pyproject.toml."""

OBSERVED_SHARE = "observed_share"
"""Metric id under which a source gives the share of sessions that run this build: bad = this build, total = all."""


class Clock(Protocol):
    """Time, injected. A rehearsal's runs faster than the wall's."""

    def now(self) -> float:
        """Epoch seconds UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait that many of this clock's seconds."""
        ...


# --- errors ------------------------------------------------------------------------------------------------------


class ProviderError(Exception):
    """An outside system did not do what was asked. `message` is for the operator: plain, cut, without secrets.

    `remedy` is the next step ("grant “Release to production” to this account in the Play Console").
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class Unreachable(ProviderError):
    """No answer, or a server's failure (5xx, 429): waiting may cure it. `retry_after` in seconds where it was said."""

    def __init__(self, message: str, remedy: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, remedy)
        self.retry_after = retry_after


class ShareHeld(Unreachable):
    """Another process of this host stands in the way of reading the share, for a moment: ask for it again soon.

    `shown` is the store's answer without it; it may hold the share that was read before.
    """

    def __init__(self, message: str, remedy: str, shown: ReleaseState) -> None:
        super().__init__(message, remedy)
        self.shown = shown


class Denied(ProviderError):
    """Credentials or permissions: waiting cures nothing; a person must act."""


class Misconfigured(ProviderError):
    """The configuration is wrong: unknown package, a query that does not parse, a file that is missing."""


class Refused(ProviderError):
    """The store said no to a change; nothing was changed."""


class NeedsConsent(Refused):
    """The store would do it only with a side effect that the person has not allowed; nothing was changed."""

    def __init__(self, message: str, consent: Consent) -> None:
        super().__init__(message, consent.question)
        self.consent = consent


class StateDiffers(ProviderError):
    """The store no longer is what the person saw; nothing was changed. `now` is what it is."""

    def __init__(self, message: str, now: ReleaseState) -> None:
        super().__init__(message)
        self.now = now


class OutcomeUnknown(ProviderError):
    """A change was sent and no answer came: it may have taken effect. Settled by reading, never by repeating."""


class Impossible(ProviderError):
    """This action cannot be planned from this state, and why."""


# --- what a provider gets ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TlsIdentity:
    """Whom a provider trusts on its TLS lines, and as whom it shows itself: paths of PEM files.

    Without a `ca` the usual authorities are trusted, with one it alone is.
    """

    ca: str | None = None
    certificate: str | None = None
    private_key: str | None = None
    password: str | None = field(default=None, repr=False)
    """Opens the private key."""


def no_own_tls(_identity: TlsIdentity) -> httpx.AsyncClient:
    """Where nobody opens clients for TLS identities. Raises Misconfigured."""
    raise Misconfigured("TLS with an own certificate or CA is not to be had here")


@dataclass(frozen=True, slots=True)
class ProviderContext:
    """What the engine hands to a provider when it opens it.

    `name` is its section in the configuration ("prometheus", "play"). `secret` resolves a reference (`env:NAME`,
    `file:PATH`) to its value and raises Misconfigured with words that do not hold it. `http_as` is for a provider that
    needs TLS of its own: the engine keeps one client for each identity. It raises Misconfigured for unusable files.
    """

    name: str
    http: httpx.AsyncClient
    clock: Clock
    secret: Callable[[str], str]
    http_as: Callable[[TlsIdentity], httpx.AsyncClient] = no_own_tls


# --- what a provider gives ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Query:
    """One question to a source: this metric of this build over this window. Times epoch seconds UTC.

    `stale_after` is how old the newest data may be (seconds) to count as fresh.
    """

    metric: Metric
    scope: Scope
    rollout: RolloutPlan
    window: Window
    stale_after: float


class Source(Protocol):
    """Gives readings."""

    async def read(self, queries: Sequence[Query]) -> Sequence[Answer]:
        """One answer per query, in order. No data is a `NoReading` with its reason, never an exception.

        Raises ProviderError only where nothing at all can be asked (the server is unreachable).
        """
        ...

    async def back_fill(self, query: Query, step: float) -> Sequence[Reading]:
        """What the source remembers of the past: a reading per `step` seconds over the query's window, oldest first.

        For the RECENT scope each covers the metric's own window before its time; for the PHASE scope all since the
        query's start, as a poll at that time would have. `window.end` is its time. Empty without a memory.
        """
        ...

    def metrics(self) -> frozenset[str]:
        """Ids of the metrics that this source is configured to give."""
        ...

    async def close(self) -> None:
        """Release what it holds (not the shared HTTP client)."""
        ...


class Store(Protocol):
    """Controls a release."""

    @property
    def label(self) -> str:
        """The store's own name for people: "Google Play", "App Store"."""
        ...

    async def read(self, rollout: RolloutPlan, *, share: bool) -> ReleaseState:
        """What the store says of this build now. `share` asks for the committed share even where that costs an edit.

        Raises ProviderError; ShareHeld, with the rest of the answer, where the share alone must wait.
        """
        ...

    def plan(self, rollout: RolloutPlan, intent: Intent, seen: ReleaseState | None) -> Change:
        """What the action would do, in the store's words; no call is made. `seen` None: the store cannot be read.

        Raises Impossible with reason and remedy.
        """
        ...

    async def perform(self, rollout: RolloutPlan, change: Change, seen: ReleaseState | None) -> None:
        """Re-read, compare with `seen` (skipped when None), change. Returns when the store accepted it.

        Raises StateDiffers, Refused, NeedsConsent, OutcomeUnknown, Unreachable (surely not sent), Denied. Never
        retries the change.
        """
        ...

    async def close(self) -> None:
        """Release what it holds."""
        ...


@runtime_checkable
class RemovesFromSale(Protocol):
    """A store that can take an app away from everybody. Beside `Store` and no part of it: it is no kind of pause."""

    def plan_removal(self, rollout: RolloutPlan, seen: ReleaseState) -> Change:
        """What that would do, with its consequences for this version; no call is made. Raises Impossible."""
        ...

    async def remove_from_sale(self, rollout: RolloutPlan, change: Change, seen: ReleaseState | None) -> None:
        """Re-read, compare with `seen`, remove. Raises as `Store.perform` does.

        Where it takes several calls and stops between them it raises OutcomeUnknown; done again it goes on.
        """
        ...


class Tracker(Protocol):
    """Counts blocking bugs."""

    async def count(self, rollout: RolloutPlan, scope: BugScope, since: float | None) -> BugCount:
        """Open bugs of that scope for this version; `since` bounds NEW (epoch seconds). Raises ProviderError."""
        ...

    async def close(self) -> None:
        """Release what it holds."""
        ...


class Investigator(Protocol):
    """Tells what is wrong with a build: asked when a person looks, never by a poll."""

    async def investigate(self, rollout: RolloutPlan, since: float) -> Investigation:
        """Crash groups and feedback of this build since then (epoch seconds UTC). Raises ProviderError."""
        ...

    async def log(self, rollout: RolloutPlan, log: str) -> str:
        """The whole text behind a `log` of a group or of feedback of that rollout, as it came. Raises ProviderError."""
        ...

    async def close(self) -> None:
        """Release what it holds."""
        ...


@runtime_checkable
class Examined(Protocol):
    """A store, source or tracker that knows more to look at than its reads show; asked by `doctor` alone."""

    async def examine(self, rollouts: Sequence[RolloutPlan]) -> Sequence[Remark]:
        """Harmless looks, each with its remark and fix. Raises ProviderError."""
        ...


@runtime_checkable
class Approver(Protocol):
    """A tracker on which people may say yes to a request for a second person."""

    async def approvals(self, rollout: RolloutPlan, since: float) -> Sequence[Approval]:
        """What was said on the release's pull request since then (epoch seconds), by people who may.

        Empty where none is configured. Raises ProviderError.
        """
        ...


@runtime_checkable
class Notes(Protocol):
    """A tracker that keeps the release notes: the reason of an override goes there (rollout-plan.md 9.6)."""

    async def write_notes(self, rollout: RolloutPlan, text: str) -> str | None:
        """Put the text into our own section of the notes, and leave all else; returns where, None where that is off.

        Raises ProviderError.
        """
        ...


@dataclass(frozen=True, slots=True)
class Provider:
    """An entry point: what this provider can be, and its options.

    `options` is a pydantic model of the keys that its section may hold (without `provider` and `interval`). The
    openers take validated options and raise Misconfigured.
    """

    name: str
    about: str
    options: type[BaseModel]
    open_source: Callable[[BaseModel, ProviderContext], Source] | None = None
    open_store: Callable[[BaseModel, ProviderContext], Store] | None = None
    open_tracker: Callable[[BaseModel, ProviderContext], Tracker] | None = None
    open_investigator: Callable[[BaseModel, ProviderContext], Investigator] | None = None
    """Beside a source or store: opened with the same section's options."""
    shared: str = ""
    """What of it this program shares with other tools, and what it does to them; a sentence for `doctor`."""
    share_costs: str = ""
    """Stores: what reading the committed share costs beside a usual look; empty where it comes with it."""
    controls: Callable[[BaseModel], str] | None = None
    """Stores: the app and the address of the service, as one text: whoever has the same acts on the same releases."""
    label: str = ""
    """Name for people: "Google Play"."""
    by_hand: Callable[[BaseModel, RolloutPlan, Phase], str] | None = None
    """Stores: where a person pauses that phase in the store's console: "Play Console: Production > Halt rollout".

    The console first, then the way to the button. It is shown where the store cannot be read or did not take a pause.
    """
    stale_after: Callable[[BaseModel], float] | None = None
    """How old data of those options may be, seconds, where the section says nothing; None: three intervals.

    For what is late by design, such as figures that are given out by the day.
    """
