"""The one table of keys: bindings, footer, help and palette are made from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo

from rollout_tui.domain.actions import ActionKind, Obstacle
from rollout_tui.domain.obstacles import obstacles
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class KeyAction:
    """A thing that a key does. `acts` names the store action that it opens, and so what it needs.

    `group` orders the help. `told` is False where another line of the help tells the key. Without keys it is found in
    the palette alone, as `shown` says. `main_only`: on other pages that
    key may mean something else; all others act alike everywhere.
    """

    id: str
    keys: tuple[str, ...]
    shown: str
    label: str
    about: str
    group: str
    acts: ActionKind | None = None
    told: bool = True
    main_only: bool = False


ACTIONS: tuple[KeyAction, ...] = (
    KeyAction("pause", ("p",), "p", "Pause", "Pause the focused platform", "ACT (asks first)", ActionKind.PAUSE),
    KeyAction("resume", ("r",), "r", "Resume", "Resume: for a false alarm only", "ACT (asks first)", ActionKind.RESUME),
    KeyAction("promote", ("n",), "n", "Promote", "Promote to the next phase", "ACT (asks first)", ActionKind.PROMOTE),
    KeyAction(
        "restart", (), "ctrl+p", "Restart", "A new build begins at phase 1", "ACT (asks first)", ActionKind.RESTART
    ),
    KeyAction("override", ("o",), "o", "Override", "Override or sign the focused gate", "ACT (asks first)"),
    KeyAction("runbook", ("b",), "b", "Runbook", "Rollback runbook", "ACT (asks first)"),
    KeyAction("zoom", ("enter",), "enter", "Zoom", "Zoom the focused metric or gate", "LOOK", main_only=True),
    KeyAction("travel", ("t",), "t", "Past", "Travel in time", "LOOK"),
    KeyAction("investigate", ("i",), "i", "Investigate", "Investigate: crashes and feedback", "LOOK"),
    KeyAction("events", ("e",), "e", "Events", "All events", "LOOK"),
    KeyAction("filter", ("slash",), "/", "Filter", "Filter the events, or the fleet", "LOOK"),
    KeyAction("fleet", ("f",), "f", "Fleet", "All rollouts, worst first", "LOOK", main_only=True),
    KeyAction(
        "next_pane", ("tab", "right"), "tab", "Other pane", "Other pane (1 and 2 go there)", "LOOK", main_only=True
    ),
    KeyAction(
        "previous_pane", ("shift+tab", "left"), "shift+tab", "Pane before", "The pane before", "LOOK", main_only=True
    ),
    KeyAction("first_pane", ("1",), "1", "First pane", "First pane", "LOOK", told=False, main_only=True),
    KeyAction("second_pane", ("2",), "2", "Second pane", "Second pane", "LOOK", told=False, main_only=True),
    KeyAction("down", ("down",), "↑ ↓", "Next", "Next metric or gate", "LOOK", main_only=True),
    KeyAction("up", ("up",), "↑", "Previous", "Previous metric or gate", "LOOK", told=False, main_only=True),
    KeyAction(
        "shorter",
        ("left_square_bracket",),
        "[ ]",
        "Window",
        "Chart window: 1 h, 6 h, 24 h, phase",
        "LOOK",
        main_only=True,
    ),
    KeyAction(
        "longer", ("right_square_bracket",), "]", "Longer", "Longer chart window", "LOOK", told=False, main_only=True
    ),
    KeyAction("freeze", ("space",), "space", "Freeze", "Freeze the view; data go on", "VIEW", main_only=True),
    KeyAction("read_now", ("u",), "u", "Read now", "Read stores and sources again now", "VIEW"),
    KeyAction("acknowledge", ("a",), "a", "Acknowledge", "Acknowledge what stands", "VIEW"),
    KeyAction("repaint", ("ctrl+l",), "ctrl+l", "Repaint", "Repaint the whole screen", "VIEW"),
    KeyAction("palette", ("ctrl+p",), "ctrl+p", "Palette", "Command palette", "VIEW"),
    KeyAction("help", ("question_mark",), "?", "Help", "Keys, symbols, how to read a chart", "VIEW"),
    KeyAction("suspend", ("ctrl+z",), "ctrl+z", "Shell", "To the shell; fg comes back here", "VIEW"),
    KeyAction("quit", ("q", "ctrl+c"), "q", "Quit", "Quit; the stores go on as they are", "VIEW"),
)

BACK = KeyAction("back", (), "esc", "Back", "Back to the main screen", "VIEW", told=False)
"""How every page is left; no key of the main screen."""

BY_ID = {action.id: action for action in ACTIONS}

FOOTER = ("pause", "resume", "promote", "override", "next_pane", "help", "quit")
"""What the footer names, at most seven."""

FOOTER_OF_ONE = tuple("fleet" if name == "next_pane" else name for name in FOOTER)
"""What it names where the main screen is that of one app among several."""

FOOTER_ALWAYS = frozenset({"pause", "help", "quit", "back", "travel_now", "travel_quit"})
"""What it names in the narrowest window too, and beside every notice."""


def opening(kind: ActionKind) -> KeyAction:
    """The action that opens the dialog of that kind."""
    return next(action for action in ACTIONS if action.acts is kind)


def opening_key(kind: ActionKind) -> str | None:
    """The key that opens that dialog; None where there is none, as for a step of the runbook."""
    return next((key for action in ACTIONS if action.acts is kind for key in action.keys), None)


def reasons_against(
    snapshot: Snapshot, platform: Platform, read_only: str | None, zone: tzinfo = UTC
) -> Mapping[str, str]:
    """Why keys cannot act on that platform now, by action id.

    By the rules alone: asking the store's own plan would open it before the first frame.
    """
    rollout = snapshot.rollout(platform)
    found = {
        action.id: obstacles(action.acts, rollout, snapshot.at, read_only, zone)
        for action in ACTIONS
        if action.acts is not None
    }
    reasons = {name: _short(against) for name, against in found.items() if against}
    people = ("override", "acknowledge")
    return reasons if read_only is None else reasons | dict.fromkeys(people, f"read-only: {read_only}")


def _short(against: Sequence[Obstacle]) -> str:
    first = against[0].reason
    return first if len(against) == 1 else f"{first} and {len(against) - 1} more"
