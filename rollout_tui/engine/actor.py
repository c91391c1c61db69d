"""Who sits at this desk, as the system knows it: no variable of the environment can name another user."""

from __future__ import annotations

import os
import pwd
import socket
from pathlib import Path

from rollout_tui.domain.actions import Actor
from rollout_tui.domain.words import plain_text

_NOBODY = 2**32 - 1
"""The login user of what nobody signed in to start."""


def this_actor() -> Actor:
    """The OS user by the real user id, this host, and the address that an SSH session came from."""
    uid = os.getuid()
    login = _login()
    return Actor(
        _name(uid),
        plain_text(socket.gethostname().split(".")[0], 32),
        plain_text(os.environ.get("SSH_CONNECTION", "").split(" ")[0], 45),
        uid,
        os.getpid(),
        "" if login is None or login == uid else _name(login),
    )


def _name(uid: int) -> str:
    try:
        return plain_text(pwd.getpwuid(uid).pw_name, 32)
    except KeyError:
        return f"uid {uid}"


def _login() -> int | None:
    """Who signed in, which sudo and su do not change; None where the system does not tell."""
    try:
        uid = int(Path("/proc/self/loginuid").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return None if uid == _NOBODY else uid
