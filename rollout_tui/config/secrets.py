"""Secrets are references, resolved when they are used: `env:NAME`, `file:PATH`, `keyring:SERVICE/USER`.

No error names more than the reference.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from rollout_tui.ports import Misconfigured

SCHEMES = ("env:", "file:", "keyring:")


def resolve(reference: str) -> str:
    """The secret's value. Raises Misconfigured with the reference, never with what it holds."""
    scheme, _, rest = reference.partition(":")
    reader = _READERS.get(scheme)
    if reader is None or not rest:
        raise Misconfigured("a secret must be a reference: env:NAME, file:PATH or keyring:SERVICE/USER")
    value = reader(rest)
    if not value:
        raise Misconfigured(f"{reference} is empty", "set it, or point to another place")
    return value


def is_reference(text: str) -> bool:
    """Whether the text has the shape of a reference."""
    return text.startswith(SCHEMES)


def _from_env(name: str) -> str:
    value = os.environ.get(name)
    if value is None:
        raise Misconfigured(f"env:{name} is not set", f"export {name} before starting rollout-tui")
    return value


def _from_file(path: str) -> str:
    try:
        return Path(path).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not a text file"
        raise Misconfigured(f"file:{path} cannot be read: {reason}", "check the path and its permissions") from error


def _from_keyring(place: str) -> str:
    service, _, user = place.partition("/")
    try:
        import keyring
    except ImportError as error:
        raise Misconfigured(f"keyring:{place} needs the keyring package", "pip install keyring") from error
    value: str | None = keyring.get_password(service, user)
    if value is None:
        raise Misconfigured(f"keyring:{place} holds nothing", f"keyring set {service} {user}")
    return value


_READERS: dict[str, Callable[[str], str]] = {"env": _from_env, "file": _from_file, "keyring": _from_keyring}
