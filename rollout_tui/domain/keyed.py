"""What advice says of keys, and how the same is said where there are none, or where none acts any more."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rollout_tui.domain.releases import Platform


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase that names a key, as the sentences of urgent.py and its neighbours have it.

    `command` says the same on a command line, `past` where it cannot be done any more: there the phrase goes.
    """

    said: str
    command: str
    past: str = ""


_PHRASES = (
    Phrase(" To stop that: a, then y.", " To stop that: rollout-tui guard --stop {platform}."),
    Phrase(" To pause now: p, then y.", " To pause now: rollout-tui pause {platform}."),
    Phrase(" To pause: press p, then y.", " To pause: rollout-tui pause {platform}."),
    Phrase("; a stops that", "; rollout-tui guard --stop {platform} stops that"),
    Phrase(" To pause all the same: press p, then y.", " To pause all the same: rollout-tui pause {platform}."),
    Phrase(" To try again: press p, then y.", " To try again: rollout-tui pause {platform}."),
    Phrase(": press p, then y", ": rollout-tui pause {platform}"),
    Phrase(
        "p withdraws it from review; once approved, n stays off.",
        "rollout-tui pause {platform} withdraws it from review; once approved, do not promote it.",
    ),
    Phrase(" Resume, for a false alarm only: press r.", " For a false alarm only: rollout-tui resume {platform}."),
    Phrase(": press i", ""),
    Phrase(" Press u to read again, or run", " Run", " Run"),
    Phrase(": press u, or run", ": run", ": run"),
    Phrase("; press n", "; rollout-tui promote {platform}"),
    Phrase(": press n", ": rollout-tui promote {platform}"),
    Phrase("; n stays off", "; do not promote it"),
    Phrase("Restart (ctrl+p) begins it", "rollout-tui restart {platform} begins it", "A restart begins it"),
    Phrase("; u reads the store again", "; status reads the store again"),
)
"""In this order: a phrase that holds another one stands before it."""
_VERBS = {
    "p": "rollout-tui pause {platform}",
    "r": "rollout-tui resume {platform}",
    "n": "rollout-tui promote {platform}",
    "u": "rollout-tui status",
}
_DOES = re.compile(
    r"(?:^|(?<=[:;,] )|(?<=\())([prnu])"
    r"(?= (?:adds|cancels|goes|halts|pauses|reads|removes|resumes|submits|takes|then|tries|withdraws)\b)"
)
"""A key at the beginning of a clause that says what it does, as stores tell the way back."""
_ASIDE = re.compile(r" \([prn]\)(?= )")
_ACTS = re.compile(r"(?<=press )(?=[pnri]\b)|(?<=: )(?=[pa], then y)|\b(?=p withdraws\b)|\b(?=a stops\b)")
"""Just before a key that acts on what has the focus."""


def with_commands(text: str, platform: Platform) -> str:
    """The advice with commands for keys."""
    for phrase in _PHRASES:
        text = text.replace(phrase.said, phrase.command.format(platform=platform.value))
    text = _DOES.sub(lambda key: _VERBS[key[1]].format(platform=platform.value), text)
    return _ASIDE.sub("", text)


def without_keys(text: str) -> str:
    """What was to be done, where no key does it any more."""
    for phrase in _PHRASES:
        text = text.replace(phrase.said, phrase.past)
    return text.strip()


def with_way(text: str, way: str) -> str:
    """The advice where something else has the focus: the keys that lead there come first, `press 1, then p, then y`."""
    return _ACTS.sub(f"{way}, then ", text)
