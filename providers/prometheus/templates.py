"""Filling build, version, platform and window into a query, so that no value can break out of its quotes."""

from __future__ import annotations

from string import Template

from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.ports import Misconfigured


def fill(text: str, rollout: RolloutPlan, window: float | None = None) -> str:
    """The query with its placeholders filled in. Raises Misconfigured for a placeholder that nobody knows."""
    values = {
        "platform": _escaped(rollout.platform.value),
        "build": _escaped(rollout.build),
        "version": _escaped(rollout.version),
    }
    if window is not None:
        values["window"] = f"{max(1, round(window))}s"
    try:
        return Template(text).substitute(values)
    except (KeyError, ValueError) as error:
        known = ", ".join(f"${name}" for name in values)
        raise Misconfigured(f"query “{text:.80}”: unknown placeholder {error}", f"known are {known}") from None


def _escaped(value: str) -> str:
    """Everything but plain characters as hexadecimal escapes, which both kinds of quotes take."""
    plain = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+/ ()")
    return "".join(c if c in plain else "".join(f"\\x{byte:02x}" for byte in c.encode()) for c in value)
