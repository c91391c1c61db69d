"""Overriding a gate: a form that is filled in field by field; and answering a sign-off (screens.md 11.11)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from textual.events import Key, Paste

from rollout_tui.domain.releases import Platform
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.verdicts import GateResult
from rollout_tui.domain.waivers import LONGEST_REASON, Field, Wish, is_same
from rollout_tui.domain.words import plain_text
from rollout_tui.engine.desk import Desk
from rollout_tui.tui.ink import Row
from rollout_tui.tui.keyguard import KeyClock
from rollout_tui.tui.look import Look
from rollout_tui.tui.screens.dialog import columns
from rollout_tui.tui.screens.guarded import GuardedDialog
from rollout_tui.tui.view.override import CHOICES, Form, FormState, Stop, form_rows, may_sign, signing_rows
from rollout_tui.tui.view.scene import Scene

_WIDTH, _NARROWER = 86, 76
_NAME = 64
_FIELDS = {Stop.REASON: Field.REASON, Stop.APPROVER: Field.APPROVER, Stop.EXPIRES: Field.EXPIRES}


class GateDialog(GuardedDialog[str | None]):
    """A dialog about one gate; when that gate is gone, so is the dialog."""

    def __init__(
        self, desk: Desk, look: Look, scene: Callable[[], Scene], clock: KeyClock, place: tuple[Platform, str]
    ) -> None:
        self._desk = desk
        self._scene = scene
        self._place = place
        super().__init__(look, clock, "o")

    @property
    def rollout(self) -> Rollout:
        """As it stands now."""
        return self._desk.snapshot.rollout(self._place[0])

    @property
    def result(self) -> GateResult | None:
        """The gate as it stands now; None when the phase has gone on without it."""
        return next((one for one in self.rollout.gates if one.gate.id == self._place[1]), None)


class OverrideForm(GateDialog):
    """Gives "waive" once the form is whole and its button was pressed; `wish` is what was filled in.

    Cancel has the focus at first, and letters typed there are those of the reason. In a field letters are text; a
    reason may be pasted, since it confirms nothing.
    """

    scrolls = False

    def __init__(
        self, desk: Desk, look: Look, scene: Callable[[], Scene], clock: KeyClock, place: tuple[Platform, str]
    ) -> None:
        self._state = FormState(place[1])
        super().__init__(desk, look, scene, clock, place)
        self._keys: dict[str, Callable[[], object]] = {
            "escape": lambda: self.dismiss(None),
            "tab": lambda: self._move(1),
            "shift+tab": lambda: self._move(-1),
            "enter": self._enter,
            "up": lambda: self._choose(-1),
            "down": lambda: self._choose(1),
            "backspace": self._rub_out,
        }

    @property
    def wish(self) -> Wish:
        """What was filled in."""
        return self._state.wish

    def content(self, width: int, height: int) -> Sequence[Row]:
        """The form, or a word that there is nothing to override any more."""
        form = self._form()
        if form is None:
            return []
        return form_rows(self._scene(), form, columns(_WIDTH, width), height)

    def counts(self, event: Key) -> bool:
        """In a field a letter twice in a row is two letters, however fast it was typed."""
        meant = super().counts(event)
        text = self._state.chosen in (Stop.REASON, Stop.APPROVER) and event.is_printable
        return meant or (text and self._guard.is_settled(self._clock.arrived(event)))

    def pressed(self, key: str, character: str | None) -> None:
        """Keys of the form first, then text."""
        if key in self._keys:
            self._keys[key]()
        elif key == "space" and self._state.chosen in (Stop.CANCEL, Stop.ACT):
            self._press()
        elif character is not None and character.isprintable():
            self._type(character)

    def on_paste(self, event: Paste) -> None:
        """Text from elsewhere, on one line."""
        event.stop()
        self._type(plain_text(event.text))

    def _form(self) -> Form | None:
        result, people = self.result, self._desk.people
        if result is None:
            return None
        wrong = people.mistakes(self._place[0], self.wish)
        others = [name for name in people.approvers if not is_same(name, self._desk.actor.person)]
        return Form(self.rollout, result, self._state, wrong, others, people.must_agree)

    def _type(self, text: str) -> None:
        match self._state.chosen:
            case Stop.CANCEL:
                # Whoever types at once means the reason; its first space would cancel, and the rest act behind it.
                self._move(1)
                self._type(text)
            case Stop.REASON:
                self._show(reason=(self._state.reason + text)[:LONGEST_REASON])
            case Stop.APPROVER:
                self._show(approver=(self._state.approver + text)[:_NAME])

    def _rub_out(self) -> None:
        match self._state.chosen:
            case Stop.REASON:
                self._show(reason=self._state.reason[:-1])
            case Stop.APPROVER:
                self._show(approver=self._state.approver[:-1])

    def _choose(self, step: int) -> None:
        """The next of what is offered: a time, or a name."""
        form = self._form()
        if self._state.chosen is Stop.EXPIRES:
            place = CHOICES.index(self._state.hours) + step
            self._show(hours=CHOICES[max(0, min(place, len(CHOICES) - 1))])
        elif self._state.chosen is Stop.APPROVER and form is not None and form.others:
            names = list(form.others)
            place = names.index(self._state.approver) + step if self._state.approver in names else 0
            self._show(approver=names[place % len(names)])
        else:
            self._move(step)

    def _move(self, step: int) -> None:
        """To the next field; what is wrong with the one that was left is said from now on."""
        stops = list(Stop)
        left = self._state.left | ({_FIELDS[self._state.chosen]} if self._state.chosen in _FIELDS else set())
        self._show(chosen=stops[(stops.index(self._state.chosen) + step) % len(stops)], left=left)

    def _enter(self) -> None:
        if self._state.chosen in (Stop.CANCEL, Stop.ACT):
            self._press()
        else:
            self._move(1)

    def _press(self) -> None:
        """The button under the focus; one that is off says under each field why."""
        form = self._form()
        if self._state.chosen is Stop.CANCEL:
            self.dismiss(None)
        elif form is not None and not form.wrong:
            self.dismiss("waive")
        else:
            self._show(left=frozenset(Field))

    def _show(self, **changes: object) -> None:
        self._state = replace(self._state, **changes)  # type: ignore[arg-type]  # FormState's own names
        self.draw()


class SignDialog(GateDialog):
    """Gives "sign" after `y` of somebody who may."""

    def content(self, width: int, _height: int) -> Sequence[Row]:
        """The question, or whom to ask."""
        result = self.result
        if result is None:
            return []
        room = columns(_NARROWER, width)
        return signing_rows(self._scene(), self.rollout, result, self._desk.actor.person, room)

    def pressed(self, key: str, _character: str | None) -> None:
        """One key signs; all that leave, leave."""
        result = self.result
        if key == "y" and result is not None and may_sign(self._scene(), result, self._desk.actor.person):
            self.dismiss("sign")
        elif key in ("escape", "q", "enter"):
            self.dismiss(None)
