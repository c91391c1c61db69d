"""The one table of keys: bindings, footer, help and documentation are made from it."""

from __future__ import annotations

from dataclasses import dataclass

from rollout_tui.domain.actions import ActionKind


@dataclass(frozen=True, slots=True)
class KeyAction:
    """A thing that a key does. `acts` names the store action that it opens; `group` orders the help."""

    id: str
    keys: tuple[str, ...]
    shown: str
    label: str
    about: str
    group: str
    acts: ActionKind | None = None


ACTIONS: tuple[KeyAction, ...] = (
    KeyAction("pause", ("p",), "p", "Pause", "Pause the focused platform", "ACT (asks first)", ActionKind.PAUSE),
    KeyAction("resume", ("r",), "r", "Resume", "Resume: for a false alarm only", "ACT (asks first)", ActionKind.RESUME),
    KeyAction("promote", ("n",), "n", "Promote", "Promote to the next phase", "ACT (asks first)", ActionKind.PROMOTE),
    KeyAction("next_pane", ("tab", "right"), "tab", "Other pane", "Other pane (1 and 2 go there)", "LOOK"),
    KeyAction("previous_pane", ("shift+tab", "left"), "shift+tab", "Other pane", "Other pane, backwards", "LOOK"),
    KeyAction("first_pane", ("1",), "1", "First pane", "First pane", "LOOK"),
    KeyAction("second_pane", ("2",), "2", "Second pane", "Second pane", "LOOK"),
    KeyAction("down", ("down",), "↓", "Next", "Next metric or gate", "LOOK"),
    KeyAction("up", ("up",), "↑", "Previous", "Previous metric or gate", "LOOK"),
    KeyAction("read_now", ("u",), "u", "Read now", "Read stores and sources again now", "VIEW"),
    KeyAction("repaint", ("ctrl+l",), "ctrl+l", "Repaint", "Repaint the whole screen", "VIEW"),
    KeyAction("palette", ("ctrl+p",), "ctrl+p", "Palette", "Command palette", "VIEW"),
    KeyAction("help", ("question_mark",), "?", "Help", "This page", "VIEW"),
    KeyAction("quit", ("q", "ctrl+c"), "q", "Quit", "Quit; the stores go on as they are", "VIEW"),
)

FOOTER = ("pause", "resume", "promote", "next_pane", "read_now", "help", "quit")
"""What the footer names, at most seven."""

BY_ID = {action.id: action for action in ACTIONS}
