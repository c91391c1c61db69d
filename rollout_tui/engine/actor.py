"""Who sits at this desk."""

from __future__ import annotations

import getpass
import os
import socket

from rollout_tui.domain.actions import Actor
from rollout_tui.domain.words import plain_text


def this_actor() -> Actor:
    """The OS user, this host, and the address that an SSH session came from."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = f"uid {os.getuid()}"
    origin = os.environ.get("SSH_CONNECTION", "").split(" ")[0]
    return Actor(plain_text(user, 32), plain_text(socket.gethostname().split(".")[0], 32), plain_text(origin, 45))
