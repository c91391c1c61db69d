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
    _open_to(path.parent, group, _SHARED_FOLDER)
    for file in (path, audit_file(path)):
        with contextlib.suppress(FileExistsError):
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _ALONE))
    for file in path.parent.glob(f"{path.stem}.*"):  # with what is kept beside it
        _open_to(file, group, _SHARED)


def why_not(path: Path) -> str:
    """Why this user cannot use the file, and what would let him."""
    owner = _name(path.stat().st_uid)
    return f"belongs to {owner} and is not shared with you: [history] path and group, read by {owner} first"


def _open_to(path: Path, group: str, mode: int) -> None:
    """Give it to the group where it is this user's. What a link leads to, that others may have put there, is not."""
    import grp

    try:
        number = grp.getgrnam(group).gr_gid
    except KeyError:
        raise NotShared(0, f"this host has no group {group}") from None
    with contextlib.suppress(FileNotFoundError):
        if _can_be_given(path.stat(follow_symlinks=mode == _SHARED_FOLDER)):
            file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | (os.O_NOFOLLOW if mode == _SHARED else os.O_DIRECTORY))
            try:
                _give(file, number, mode)
            finally:
                os.close(file)


def _give(file: int, group: int, mode: int) -> None:
    about = os.fstat(file)
    if not _can_be_given(about):
        return
    if about.st_gid != group:
        os.fchown(file, -1, group)
    if stat.S_IMODE(about.st_mode) != mode or about.st_gid != group:
        os.fchmod(file, mode)


def _can_be_given(about: os.stat_result) -> bool:
    """A folder, or a file with no other name, of this user."""
    own = stat.S_ISDIR(about.st_mode) or (stat.S_ISREG(about.st_mode) and about.st_nlink == 1)
    return own and about.st_uid == os.geteuid()


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
