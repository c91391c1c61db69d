"""Secrets are references, resolved when they are used: `env:NAME`, `file:PATH`, `keyring:SERVICE/USER`.

No error names more than the reference.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from rollout_tui.ports import Misconfigured

SCHEMES = ("env:", "file:", "keyring:")
REFERENCE = 'a reference to it: "env:NAME", "file:/PATH" or "keyring:SERVICE/USER"'
"""What is expected where a secret is needed."""

_KEYS = re.compile(
    r"(^|_)(token|password|passwd|secret|private_key|api_key|authorization|service_account|credentials)$", re.I
)
"""Names of keys whose values are secrets."""

_VALUES = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY"  # PEM
    r"|\bgh[opsur]_[A-Za-z0-9]{16,}|\bgithub_pat_\w{16,}"  # GitHub
    r"|\bxox[a-z]-[A-Za-z0-9-]{8,}|hooks\.slack\.com/services/\w"  # Slack
    r"|discord(?:app)?\.com/api/webhooks/\w"  # Discord
    r"|\bya29\.[\w-]{8,}|\bAIza[\w-]{20,}"  # Google
    r"|\beyJ[\w-]{10,}\.[\w-]{10,}"  # JSON Web Tokens
    r"|\bglpat-[\w-]{16,}|\bAKIA[A-Z0-9]{12,}|\bglsa_\w{16,}"  # GitLab, AWS, Grafana
    r"|^(?:Bearer|Basic|token) (?=\S*[0-9+/=_])\S{8,}$"  # a whole header
    r"|://[^/@\s:]+:[^/@\s]+@"  # user:password@host
)
"""Shapes that only secrets have."""


_PLACEHOLDER = re.compile(r"\$\w+|\$\{\w+\}")
"""What a provider fills in, such as the `page_token = "$cursor"` of a next page."""


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
    return text.startswith(SCHEMES) and not text.endswith(":")


def may_hold_secret(key: str, value: object) -> bool:
    """Whether a value must not be repeated in a message: by the name of its key, or by its own shape."""
    if isinstance(value, str) and is_reference(value) and not _VALUES.search(value):
        return False
    if isinstance(value, str) and _PLACEHOLDER.fullmatch(value):
        return False
    return bool(_KEYS.search(key)) or (isinstance(value, str) and _VALUES.search(value) is not None)


def redact(text: str) -> str:
    """The text without what has the shape of a secret, for logs."""
    return _VALUES.sub("[secret]", text)


def warning(reference: str) -> str | None:
    """What a careful person should know of a reference: a secret file that everybody on this host can read."""
    if not reference.startswith("file:"):
        return None
    try:
        mode = _path(reference.removeprefix("file:")).stat().st_mode
    except OSError:
        return None
    return f"{reference} can be read by every user of this host; chmod 600 it" if mode & 0o004 else None


def _from_env(name: str) -> str:
    value = os.environ.get(name)
    if value is None:
        raise Misconfigured(f"env:{name} is not set", f"export {name} before starting rollout-tui")
    return value


def _from_file(path: str) -> str:
    try:
        return _path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a text file"
    # Raised outside the handler: what was read must not travel along as the cause.
    raise Misconfigured(f"file:{path} cannot be read: {reason}", "check the path and its permissions")


def _from_keyring(place: str) -> str:
    service, _, user = place.partition("/")
    try:
        import keyring
    except ImportError as error:
        raise Misconfigured(f"keyring:{place} needs the keyring package", "pip install keyring") from error
    try:
        value: str | None = keyring.get_password(service, user)
    except Exception as error:  # noqa: BLE001  each keyring has errors of its own; their texts are not ours to show
        raise Misconfigured(f"keyring:{place} cannot be read: {type(error).__name__}", "unlock the keyring") from None
    if value is None:
        raise Misconfigured(f"keyring:{place} holds nothing", f"keyring set {service} {user}")
    return value


def _path(text: str) -> Path:
    path = Path(text)
    return path.expanduser() if text.startswith("~") else path


_READERS: dict[str, Callable[[str], str]] = {"env": _from_env, "file": _from_file, "keyring": _from_keyring}
