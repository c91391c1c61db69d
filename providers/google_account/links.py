"""Links that Google's services answer with."""

from __future__ import annotations

from urllib.parse import urlsplit

from rollout_tui.domain.words import plain_text


def link(value: object) -> str:
    """An https address of Google's, nothing else: a person may follow it. Empty for anything other."""
    text = plain_text(value, 500) if isinstance(value, str) else ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme == "https" and (parts.hostname or "").endswith(".google.com") else ""
