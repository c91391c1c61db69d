"""How edits are lost: another tool of the account, a person in the console, age; one failure in several shapes (G3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rollout_tui.rehearsal.stores.play_bodies import PlayError

_DELETED = "This Edit has been deleted."
_SHAPES: Mapping[str, tuple[int, str, str]] = {
    "precondition": (400, "FAILED_PRECONDITION", "editDeleted"),
    "argument": (400, "INVALID_ARGUMENT", "badRequest"),
    "gone": (410, "FAILED_PRECONDITION", "editDeleted"),
}
SHAPES = tuple(_SHAPES)
"""The shapes of "This Edit has been deleted." """


@dataclass(frozen=True, slots=True)
class Loss:
    """The next time that a call of this name is made (`track`, `update`, `validate`, `commit`), every edit is lost."""

    step: str
    shape: str = SHAPES[0]


def deleted(shape: str) -> PlayError:
    """An edit that something else invalidated."""
    code, status, reason = _SHAPES[shape]
    return PlayError(code, status, _DELETED, reason)


def expired() -> PlayError:
    """An edit that grew too old."""
    message = "This edit has expired, please create a new Edit."
    return PlayError(400, "FAILED_PRECONDITION", message, "editExpired")


def committed() -> PlayError:
    """An edit whose commit arrived."""
    return PlayError(400, "FAILED_PRECONDITION", "This Edit has already been successfully committed.")


def busy() -> PlayError:
    """Somebody changes the app at this moment (G6)."""
    return PlayError(409, "ABORTED", "Concurrent update of the application; try again.", "concurrentUpdate")
