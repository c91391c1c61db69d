"""What people and other tools may do to an app at Google Play from outside: plain values, for scenarios and tests."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConsoleChange:
    """One thing that somebody does; fields that are None leave all as it is.

    With `build`, that release gets `status` and `fraction`; a build that no release of `track` holds becomes a new
    release there. The rest: `in_review` (a review of other changes runs), `send_by_hand` (changes wait for a person),
    `send`, `managed` (publishing), `review_takes` (seconds), `approves`, `publish`; `account` is what stands against
    our account (`play_account.DENIALS`, or "" for nothing); `list_closed`, `bad_past` (the full release before violates
    policy), `draft_app`; `same_edit` (seconds in which two inserts give one edit), `busy` (seconds in which commits
    meet another change); `losses` take our edits at the named steps in the named shapes; `quota` (queries a minute,
    and how many of them others use).
    """

    track: str = "production"
    build: str | None = None
    status: str | None = None
    fraction: float | None = None
    name: str | None = None
    in_review: bool | None = None
    send_by_hand: bool | None = None
    send: bool = False
    managed: bool | None = None
    review_takes: float | None = None
    approves: bool | None = None
    publish: bool = False
    account: str | None = None
    list_closed: bool | None = None
    bad_past: bool | None = None
    draft_app: bool | None = None
    same_edit: float | None = None
    busy: float | None = None
    losses: tuple[tuple[str, str], ...] = ()
    quota: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Cue:
    """A change that comes by itself, `hours` after the rehearsal's start."""

    hours: float
    change: ConsoleChange
