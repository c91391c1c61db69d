"""Keys of a person's own, beside the table's: every key that a text names goes on working.

A text such as "press p, then y" must be true for whoever is woken, so a key map adds keys and takes none away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

from rollout_tui.tui.actions import ACTIONS

_NEVER = frozenset({"ctrl+a", "ctrl+b", "ctrl+s", "ctrl+z", "escape", "ctrl+c"})
"""Keys of tmux, screen and the terminal, the way to the shell, and the way out."""
PAGE_KEYS = frozenset(
    {
        *("up", "down", "left", "right", "pageup", "pagedown", "home", "end", "tab", "enter", "space"),
        *("shift+left", "shift+right", "1", "2", "3", "slash", "comma", "full_stop", "c", "g", "s", "t", "w", "x", "y"),
        *("left_square_bracket", "right_square_bracket", "less_than_sign", "greater_than_sign", "backspace", "u"),
    }
)
"""Keys that mean something of their own on some page."""


def problems(wanted: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """What is wrong with a key map, a sentence each, with the key of the configuration."""
    known = {action.id: action for action in ACTIONS}
    taken = {key: action.id for action in ACTIONS for key in action.keys}
    for action_id, keys in wanted.items():
        if action_id not in known:
            near = get_close_matches(action_id, known, 1)
            hint = f'; did you mean "{near[0]}"?' if near else "; `rollout-tui keys` lists them"
            yield f'ui.keys: there is no action "{action_id}"{hint}'
            continue
        for key in keys:
            if key in _NEVER:
                yield f'ui.keys.{action_id}: "{key}" belongs to the terminal or leaves a page; it cannot be bound'
            elif key in taken:
                yield f'ui.keys.{action_id}: "{key}" is bound to {taken[key]} already'
            elif key in PAGE_KEYS and not known[action_id].main_only:
                yield f'ui.keys.{action_id}: "{key}" means something of its own on another page'
            else:
                taken[key] = action_id


def aliases(wanted: Mapping[str, Sequence[str]]) -> Mapping[str, str]:
    """Each added key, and the key of the table that it stands for."""
    first = {action.id: action.keys[0] for action in ACTIONS if action.keys}
    return {key: first[action_id] for action_id, keys in wanted.items() if action_id in first for key in keys}
