"""Whether this program may change a store at all: the flag, then the user's profile, then the file."""

from __future__ import annotations

from collections.abc import Mapping

from rollout_tui.config.settings import Settings

VARIABLE = "ROLLOUT_TUI_READ_ONLY"
"""For a shell profile: 1 forbids changes to whoever has it, 0 allows them whatever the file says."""
_MAY = frozenset({"0", "false", "no"})


def why_read_only(flag: str | None, profile: Mapping[str, str], settings: Settings) -> str | None:
    """The reason for people, or None where stores may be changed. What is no clear permission is none."""
    if flag is not None:
        return flag
    written = profile.get(VARIABLE, "").strip()
    if written:
        return None if written.lower() in _MAY else f"{VARIABLE}={written} in the environment"
    return f"read_only = true in {settings.path}" if settings.actions.read_only else None
