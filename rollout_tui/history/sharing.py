"""Whose the file is: its owner's alone (0600), or a group's of this host (0660), where the configuration names one."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from rollout_tui.history.audit import audit_file

_ALONE, _ALONE_FOLDER = 0o600, 0o700
_SHARED, _SHARED_FOLDER = 0o660, 0o2770
"""With the group's id on the folder, the files that SQLite puts beside the history belong to the group as well."""


class NotShared(OSError):
    """The file is another user's, and nothing shares it."""


def make_private(path: Path) -> None:
    """Make folder and file where they are missing, for this user alone. Raises OSError in words."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=_ALONE_FOLDER)
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _ALONE))
    if not _is_mine(path) and not os.access(path, os.R_OK | os.W_OK):
        raise NotShared(0, why_not(path))


def share(path: Path, group: str) -> None:
    """Make folder and file where they are missing, and open what is this user's to the group. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=_ALONE_FOLDER)
    if _is_mine(path.parent):
        _open_to(path.parent, group, _SHARED_FOLDER)
    for file in (path, audit_file(path)):
        with contextlib.suppress(FileExistsError):
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _ALONE))
    for file in path.parent.glob(f"{path.stem}.*"):  # with what is kept beside it
        if file.is_file() and _is_mine(file):
            _open_to(file, group, _SHARED)


def why_not(path: Path) -> str:
    """Why this user cannot use the file, and what would let him."""
    owner = _name(path.stat().st_uid)
    return f"belongs to {owner} and is not shared with you: [history] path and group, read by {owner} first"


def _open_to(path: Path, group: str, mode: int) -> None:
    import grp

    try:
        number = grp.getgrnam(group).gr_gid
    except KeyError:
        raise NotShared(0, f"this host has no group {group}") from None
    about = path.stat()
    if about.st_gid != number:
        os.chown(path, -1, number)
    if stat.S_IMODE(about.st_mode) != mode or about.st_gid != number:
        path.chmod(mode)


def _is_mine(path: Path) -> bool:
    with contextlib.suppress(OSError):
        return path.stat().st_uid == os.geteuid()
    return False


def _name(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"
