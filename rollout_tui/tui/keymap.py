"""Keys of a person's own, beside the table's: every key that a text names goes on working.

A text such as "press p, then y" must be true for whoever is woken, so a key map adds keys and takes none away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

from rollout_tui.domain.words import plain_text
from rollout_tui.tui.actions import ACTIONS

_MODIFIERS = frozenset({"ctrl", "shift", "alt", "super", "hyper", "meta"})
_NEVER = frozenset({"ctrl+a", "ctrl+b", "ctrl+s", "ctrl+z", "escape", "ctrl+c"})
"""Keys of tmux, screen and the terminal, the way to the shell, and the way out."""
_ARRIVES_AS = {"ctrl+h": "backspace", "ctrl+i": "tab", "ctrl+m": "enter"} | dict.fromkeys(
    ("ctrl+[", "ctrl+left_square_bracket"), "escape"
)
"""The same byte, whichever of both is pressed."""
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
        for written in keys:
            key = _as_pressed(written)
            why = _why_not(written) or _in_the_way(key, taken, main_only=known[action_id].main_only)
            if why is not None:
                yield f'ui.keys.{action_id}: "{plain_text(written, 40)}" {why}'
            else:
                taken[key] = action_id


def _in_the_way(key: str, taken: Mapping[str, str], *, main_only: bool) -> str | None:
    """What keeps a key from being added."""
    if key in _NEVER:
        return "belongs to the terminal or leaves a page; it cannot be bound"
    if key in taken:
        return f"is bound to {taken[key]} already"
    return "means something of its own on another page" if key in PAGE_KEYS and not main_only else None


def _why_not(written: str) -> str | None:
    """What is wrong with the name of a key; None: a terminal can send it."""
    from textual.keys import Keys, key_to_character

    *modifiers, name = [written] if len(written) == 1 else written.rsplit("+", written.count("+"))
    known = [key.value for key in Keys if not key.value.startswith("<")]
    names = {key.rpartition("+")[2] for key in known}
    is_one = name in names or (len(name) == 1 and name.isprintable()) or key_to_character(name) is not None
    if is_one and _MODIFIERS.issuperset(modifiers):
        arrives = (
            name.upper() if modifiers == ["shift"] and len(name) == 1 and name.isalpha() else _ARRIVES_AS.get(written)
        )
        return None if arrives is None else f'arrives from the terminal as "{arrives}"; write another key'
    near = get_close_matches(written.lower(), known, 1)
    hint = f'did you mean "{near[0]}"?' if near else 'write a character such as "j", or a name such as "f9" or "ctrl+x"'
    return f"is no key; {hint}"


def _as_pressed(written: str) -> str:
    """The name under which a key arrives: a character such as "?" has one too."""
    from textual.keys import _character_to_key

    return _character_to_key(written) if len(written) == 1 else written


def aliases(wanted: Mapping[str, Sequence[str]]) -> Mapping[str, str]:
    """Each added key, and the key of the table that it stands for."""
    first = {action.id: action.keys[0] for action in ACTIONS if action.keys}
    return {_as_pressed(key): first[action] for action, keys in wanted.items() if action in first for key in keys}
