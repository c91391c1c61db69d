"""Confirming an action, or reading why it is not possible (screens.md 11)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from textual.message import Message

from rollout_tui.domain.actions import ActionKind, Proposal, Terms
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.verdicts import Verdict
from rollout_tui.domain.words import plain_percent
from rollout_tui.engine.desk import Desk
from rollout_tui.tui.ink import Row
from rollout_tui.tui.keyguard import KeyClock
from rollout_tui.tui.look import Look
from rollout_tui.tui.screens.dialog import columns
from rollout_tui.tui.screens.guarded import GuardedDialog
from rollout_tui.tui.view.dialogs import DialogState, Stop, blocking_gate, dialog_rows, scrolled, wanted_text
from rollout_tui.tui.view.scene import Scene
from rollout_tui.tui.view.screen import is_too_small

_WIDTH, _WIDE = 76, 86
_PAGE = 5
_PASTED = "pasting does not count: type it key by key"


class OverrideWanted(Message):
    """A gate stands in the way, and a person wants to decide about it."""

    def __init__(self, desk: Desk, platform: Platform, gate: str) -> None:
        super().__init__()
        self.desk = desk
        self.platform = platform
        self.gate = gate


class ConfirmDialog(GuardedDialog[Proposal | None]):
    """Gives the confirmed proposal, or None.

    A pause and a resume are confirmed by `y` or by the button and space; a promotion by typing its target. Enter
    never confirms a pause. What changed since the dialog opened replaces its content and takes the confirmation back.
    """

    def __init__(
        self,
        desk: Desk,
        proposal: Proposal,
        look: Look,
        scene: Callable[[], Scene],
        clock: KeyClock,
        opened_by: str | None,
        changed: str = "",
    ) -> None:
        # The opening key does nothing here, but where a target is typed it is a letter like any other.
        super().__init__(look, clock, opened_by, opened_by if proposal.typed is None else None)
        self._desk = desk
        self._proposal = proposal
        self._scene = scene
        self._state = DialogState(changed=changed)
        self._keys: dict[str, Callable[[], None]] = {
            "escape": self._cancel,
            "tab": lambda: self._move(1),
            "right": lambda: self._move(1),
            "shift+tab": lambda: self._move(-1),
            "left": lambda: self._move(-1),
            "enter": self._enter,
            "up": lambda: self._scroll(-1),
            "down": lambda: self._scroll(1),
            "pageup": lambda: self._scroll(-_PAGE),
            "pagedown": lambda: self._scroll(_PAGE),
        }
        self._letters = {
            "y": self._confirm,
            "space": self._space,
            "q": self._cancel,
            "s": self._other_share,
            "o": self._override,
        }

    @property
    def desk(self) -> Desk:
        """Whose action it is; somebody may look at another app by now."""
        return self._desk

    @property
    def proposal(self) -> Proposal:
        """What is shown."""
        return self._proposal

    def content(self, width: int, height: int) -> Sequence[Row]:
        """The dialog; below 60x16 it fills the window."""
        least = height if is_too_small(width, height) else 0
        return dialog_rows(self._scene(), self._proposal, self._state, self._width(width), height, least=least)

    def refresh_proposal(self) -> None:
        """A new Snapshot: if it changes what a person is about to confirm, show that instead, else only its ages."""
        before, self._proposal = self._proposal, self._proposed(self._proposal.terms)
        if not _same(before, self._proposal):
            self._state = DialogState(changed=f"{_what_changed(before, self._proposal)} Look again.")
            # What is being pressed now was meant for what stood here before.
            self.settle()
        self.draw()

    def _proposed(self, terms: Terms) -> Proposal:
        return self._desk.propose(self._proposal.platform, self._proposal.kind, terms)

    def _override(self) -> None:
        """Where a gate stands in the way, that gate's own form takes this dialog's place."""
        gate = None if self._proposal.possible else blocking_gate(self._proposal)
        if gate is not None:
            self.app.post_message(OverrideWanted(self._desk, self._proposal.platform, gate))
            self.dismiss(None)

    def _other_share(self) -> None:
        """The next share that a person may choose; the focus goes back to Cancel."""
        shares = self._proposal.shares
        if len(shares) < 2 or not self._proposal.possible:
            return
        chosen = self._proposal.terms.share
        place = shares.index(chosen) if chosen in shares else 0
        terms = replace(self._proposal.terms, share=shares[(place + 1) % len(shares)])
        self._proposal = self._proposed(terms)
        self._state = DialogState(changed=self._state.changed)
        self.draw()

    def pressed(self, key: str, character: str | None) -> None:
        """Letters are text where a target is typed; elsewhere they are keys."""
        handler = self._keys.get(key)
        if handler is not None:
            handler()
        elif self._is_typed:
            self._type(key, character)
        elif key in self._letters:
            self._letters[key]()

    def pasted(self) -> None:
        """Refused with a word why."""
        if self._is_typed:
            self._state = replace(self._state, chosen=Stop.FIELD, typed="", refused=_PASTED)
            self.draw()

    @property
    def _is_typed(self) -> bool:
        """Whether there is a field; what cannot be done now has none."""
        return self._proposal.typed is not None and self._proposal.possible

    def _type(self, key: str, character: str | None) -> None:
        if key == "backspace":
            self._state = replace(self._state, chosen=Stop.FIELD, typed=self._state.typed[:-1], refused="")
        elif self._guard.is_burst:
            self._state = replace(self._state, chosen=Stop.FIELD, typed="", refused=_PASTED)
        elif character is not None and character.isprintable():
            wanted = wanted_text(self._proposal, self._state)
            typed = (self._state.typed + character)[: len(wanted)]
            self._state = replace(self._state, chosen=Stop.FIELD, typed=typed, refused="")
        self.draw()

    def _width(self, window: int) -> int:
        return columns(_WIDE if self._proposal.typed is not None else _WIDTH, window)

    def _scroll(self, step: int) -> None:
        width, height = self.app.size
        self._state = scrolled(self._scene(), self._proposal, self._state, self._width(width), height, step)
        self.draw()

    def _move(self, step: int) -> None:
        """The focus goes round: Cancel, the field where there is one, the button."""
        if self._proposal.possible:
            stops = (Stop.CANCEL, Stop.FIELD, Stop.ACT) if self._is_typed else (Stop.CANCEL, Stop.ACT)
            chosen = stops[(stops.index(self._state.chosen) + step) % len(stops)]
            self._state = replace(self._state, chosen=chosen, refused="")
            self.draw()

    def _enter(self) -> None:
        """On Cancel it cancels, in the field it does nothing. On the button it promotes, but never pauses."""
        if self._state.chosen is Stop.CANCEL:
            self._cancel()
        elif self._state.chosen is Stop.ACT and self._is_typed:
            self._confirm()
        elif self._state.chosen is Stop.ACT and self._proposal.possible:
            self._refuse("Enter confirms nothing here: press y, or space on the button")

    def _refuse(self, why: str) -> None:
        self._state = replace(self._state, refused=why)
        self.draw()

    def _space(self) -> None:
        if self._state.chosen is Stop.ACT:
            self._confirm()
        else:
            self._cancel()

    def _confirm(self) -> None:
        if not self._proposal.possible:
            return
        wanted = wanted_text(self._proposal, self._state)
        if self._state.typed != wanted:
            self._refuse(f"off until the field holds {wanted}")
            return
        if self._proposal.typed_again is not None and not self._state.again:
            self._state = DialogState(Stop.FIELD, again=True)
            self.settle()
            self.draw()
            return
        self.dismiss(self._proposal)

    def _cancel(self) -> None:
        self.dismiss(None)


def _same(old: Proposal, new: Proposal) -> bool:
    """Whether a person who read the old one would read the same now, but for ages and moving numbers."""
    if old.possible != new.possible or old.typed != new.typed or _verdicts(old) != _verdicts(new):
        return False
    if not old.possible:
        return _reasons(old) == _reasons(new)
    # A pause is tried whether the store can be read or not.
    unread = new.seen is None and new.kind is ActionKind.PAUSE
    return unread or (_seen(old) == _seen(new) and _difference(old) == _difference(new))


def _reasons(proposal: Proposal) -> list[str]:
    """What stands in the way; a gate by its name, for its verdict is compared beside it."""
    return [obstacle.gate or obstacle.reason for obstacle in proposal.obstacles]


def _seen(proposal: Proposal) -> tuple[object, ...] | None:
    return None if proposal.seen is None else proposal.seen.facts()


def _verdicts(proposal: Proposal) -> list[Verdict]:
    return [result.verdict for result in proposal.gates]


def _difference(proposal: Proposal) -> tuple[object, ...]:
    change = proposal.change
    return () if change is None else (change.headline, change.fields, change.irreversible)


def _what_changed(old: Proposal, new: Proposal) -> str:
    if new.seen is not None and _seen(old) != _seen(new):
        share = "" if new.seen.share is None else f", {plain_percent(new.seen.share)}"
        return f"The store now says {new.seen.word} ({new.seen.status}{share})."
    if old.possible != new.possible:
        return "It is possible now." if new.possible else "It is not possible any more."
    return "The gates changed." if _verdicts(old) != _verdicts(new) else "What it would do has changed."
