"""Actions that change a store: what is proposed, what a person confirms, how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from rollout_tui.domain.plan import Phase
from rollout_tui.domain.releases import Platform, ReleaseState, StateWord
from rollout_tui.domain.verdicts import GateResult
from rollout_tui.domain.words import sentence, told_by_hand


class ActionKind(StrEnum):
    """The verbs. What each does at a store, the store says (stores.md 1)."""

    PAUSE = "pause"
    RESUME = "resume"
    PROMOTE = "promote"
    RESTART = "restart"
    """A new build begins at the first phase."""
    REMOVE = "remove from sale"
    """Nobody gets the app any more. No kind of pause: a step of the rollback runbook, for stores that can (A8)."""


GOES_OUT = frozenset({ActionKind.PROMOTE, ActionKind.RESTART})
"""Actions by which more people get a build: the dangerous direction, confirmed by typing."""


@dataclass(frozen=True, slots=True)
class Consent:
    """A side effect that a store asked about before it would go on. Nothing was changed.

    `id` is its provider's own word ("cancel-review"), `question` says in a sentence or two what going on would do.
    """

    id: str
    question: str


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms a person wants an action: at another share (ratio 0..1) than usual, and what they consented to."""

    share: Decimal | None = None
    allowed: tuple[str, ...] = ()

    def allowing(self, consent: Consent) -> Terms:
        """The same, with one side effect more that is allowed."""
        return Terms(self.share, (*self.allowed, consent.id))


USUAL = Terms()
"""The plan's own share, and no side effect allowed that a store asks about."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What a person wants of a store: the verb, the phase it ends in, and the share to write (ratio 0..1) if any.

    `allowed` are the ids of the side effects that the person consented to.
    """

    kind: ActionKind
    phase: Phase
    share: Decimal | None = None
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the store shows once a change took effect; None fields are not looked at."""

    word: StateWord | None = None
    status: str | None = None
    share: Decimal | None = None

    def met_by(self, state: ReleaseState) -> bool:
        """Whether the state that was read back shows the change."""
        return (
            (self.word is None or state.word is self.word)
            and (self.status is None or state.status == self.status)
            and (self.share is None or state.share == self.share)
        )


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One line of the exact difference at the store: `state: inProgress -> halted`; without `before`, what stays."""

    name: str
    before: str
    after: str

    def told(self, arrow: str) -> str:
        """Both sides with that arrow between them."""
        return f"{self.before} {arrow} {self.after}" if self.before else self.after


@dataclass(frozen=True, slots=True)
class Change:
    """An action in the store's own terms, planned by the store's provider.

    `headline` is one sentence with the store's word ("Google Play: production release 4.2.0 (4201) becomes halted.").
    `effects` say what else the call does, and what it does not. `way_back` how to undo it. `arguments` are the
    provider's own, kept in the journal so that an open intent can be settled by another process.
    """

    store: str
    headline: str
    fields: tuple[FieldChange, ...]
    effects: tuple[str, ...]
    way_back: str
    expects: Expectation
    irreversible: bool = False
    arguments: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One reason why an action is not possible now, and what would settle it.

    `gate` names the gate that it is about: its numbers move with every reading, and it stays the same reason.
    """

    reason: str
    remedy: str
    gate: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """An action that a person can look at and confirm, or the reasons why not.

    `seen` is the store's state that the person is shown (None: the store could not be read; a pause is tried all the
    same). `typed` is the text that confirms a promotion (`android 100`); None where `y` confirms. Where there
    is a `typed_again`, that is typed after it in a second step: what ends something for good. `terms` are what it
    was asked for with, `shares` the other shares (ratio 0..1) that a person may choose instead.
    """

    id: str
    platform: Platform
    kind: ActionKind
    title: str
    seen: ReleaseState | None
    change: Change | None
    target: Phase | None = None
    because: str = ""
    obstacles: tuple[Obstacle, ...] = ()
    gates: tuple[GateResult, ...] = ()
    typed: str | None = None
    typed_again: str | None = None
    terms: Terms = USUAL
    shares: tuple[Decimal, ...] = ()
    second: str = ""
    """Whom it needs a second yes of and how that is given, or who gave it; empty where nobody is asked."""
    waiting: str = ""
    """What it costs not to do it now, in words (cost.py); empty where that is not known."""
    by_hand: str = ""
    """Where a person does it in the store's console; empty for all but a pause, and where that is not known."""
    reaches: str = ""
    """Who gets the build by it, in words (reach.py); empty for what takes it away."""

    @property
    def possible(self) -> bool:
        """Whether it can be confirmed at all."""
        return self.change is not None and not self.obstacles

    @property
    def share(self) -> Decimal | None:
        """The share that it writes (ratio 0..1): a chosen one, else that of the phase it leads to; None where none."""
        if self.terms.share is not None or self.target is None or self.kind not in GOES_OUT:
            return self.terms.share
        return self.target.share


class Step(StrEnum):
    """Where an action stands between confirmation and outcome."""

    JOURNALLED = "intent written"
    ACCEPTED = "accepted by the store"
    READING_BACK = "reading back"


class Ending(StrEnum):
    """How an action ended."""

    DONE = "done"
    """The store shows it."""
    ALREADY = "already so"
    """It had taken effect before; nothing was changed."""
    DIFFERS = "store differs"
    """The store no longer is what the person saw; nothing was changed."""
    REFUSED = "refused"
    """The store or the program said no; nothing was changed."""
    ASKED = "second person asked"
    """It needs somebody else's yes first; nothing was changed."""
    UNCONFIRMED = "not confirmed"
    """Accepted or perhaps accepted, but the store does not show it yet."""


_DONE = {
    ActionKind.PAUSE: "paused",
    ActionKind.RESUME: "resumed",
    ActionKind.PROMOTE: "promoted",
    ActionKind.RESTART: "restarted",
    ActionKind.REMOVE: "removed from sale",
}
_ENDED = {
    Ending.DONE: "{done}",
    Ending.ALREADY: "{done} already",
    Ending.DIFFERS: "not {done}, the store is not as it was seen",
    Ending.REFUSED: "not {done}, refused",
    Ending.ASKED: "not {done} yet, a second person is asked",
    Ending.UNCONFIRMED: "not confirmed that it is {done}",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one action: in one sentence, with what the store said last."""

    proposal: str
    platform: Platform
    kind: ActionKind
    ending: Ending
    message: str
    at: float
    state: ReleaseState | None = None
    journalled: bool = True
    """False when history could not be written: a pause is performed all the same and says so."""
    consent: Consent | None = None
    """What the store asks before it would do it; the same proposal on those terms goes on."""
    by_hand: str = ""
    """Where a person pauses in the store's console: of a pause that the store did not take, or does not show."""

    @property
    def said(self) -> str:
        """What was said last, by the store or by the program: `Google Play shows it: halted.`"""
        return f"{sentence(self.message)}{told_by_hand(self.by_hand)}"

    @property
    def told(self) -> str:
        """The same with how it ended: `Paused. Google Play shows it: halted.`"""
        ended = _ENDED[self.ending].format(done=_DONE[self.kind])
        return f"{sentence(ended)} {self.said}".strip()


@dataclass(frozen=True, slots=True)
class Running:
    """An action under way, for the pane: steps that are behind it, and since when it runs (epoch seconds UTC)."""

    proposal: Proposal
    steps: tuple[Step, ...]
    started: float
    deadline: float


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, from where: the OS user and the host (with the SSH origin where there is one), and in which process.

    `login` is who signed in to the host, where that is another user (sudo, su).
    """

    user: str
    host: str
    origin: str = ""
    uid: int | None = None
    pid: int | None = None
    login: str = ""

    @property
    def person(self) -> str:
        """Who decides: whoever signed in, also where sudo or su made another user of him."""
        return self.login or self.user

    def __str__(self) -> str:
        return f"{self.user}@{self.host}"
