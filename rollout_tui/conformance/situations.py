"""What an outside system may do, good and bad. A bench plays the data; the line's failures are the suite's."""

from __future__ import annotations

from enum import StrEnum

HOSTILE = "\x1b[2J\x1b]0;owned\x07[bold red]evil[/] \u202egnp.exe\u200b\r\n\x9b31m"
"""Text that would steer a terminal, hide words, or pass for markup."""


class Situation(StrEnum):
    """How the outside system behaves from now on."""

    GOOD = "good"
    """Fresh answers about this build; a store that runs; some open bugs; some crash groups."""
    EMPTY = "empty"
    """It answers, and holds nothing."""
    OTHER_BUILD = "other build"
    """It holds the same of another build or version alone."""
    STALE = "stale"
    """The newest data about this build is older than `stale_after`."""
    NAN = "NaN"
    INFINITE = "infinite"
    NEGATIVE = "negative"
    WORDS = "words"
    """A text stands where a number should."""
    HOSTILE = "hostile text"
    """As GOOD, with HOSTILE in every text that it makes up itself: titles, labels, messages."""
    PAUSED_BY_ANOTHER = "paused by another"
    """A store: as GOOD, but somebody has paused the release meanwhile."""
    MOVED_BY_ANOTHER = "moved by another"
    """A store: as GOOD, but somebody has changed the share meanwhile."""

    PAGE = "web page"
    """A login page of a proxy, with status 200."""
    TRUNCATED = "truncated"
    """The good answer, cut in the middle."""
    HUGE = "huge"
    """An answer without end."""
    TIME_OUT = "time-out"
    UNREACHABLE = "unreachable"
    UNAUTHORIZED = "401"
    FORBIDDEN = "403"
    LIMITED = "429"
    """Too many requests, with `Retry-After: 30`."""
    BROKEN = "503"
    REDIRECTED = "redirected"
    """To another host."""
    ECHO = "echo"
    """An error that repeats everything that was sent to it."""
    HOSTILE_ERROR = "hostile error"
    """An error whose words are HOSTILE."""
    HANGS = "hangs"
    """An answer that begins and never ends."""

    CHANGE_LOST = "change lost"
    """A store takes the change, and its answer is lost."""
    CHANGE_BROKEN = "change broken"
    """A store answers the change with HTTP 503."""
    CHANGE_UNSENT = "change unsent"
    """The connection breaks before the change is sent."""


WITHOUT_ANSWER = (
    Situation.PAGE,
    Situation.TRUNCATED,
    Situation.HUGE,
    Situation.TIME_OUT,
    Situation.UNREACHABLE,
    Situation.UNAUTHORIZED,
    Situation.FORBIDDEN,
    Situation.LIMITED,
    Situation.BROKEN,
    Situation.REDIRECTED,
    Situation.ECHO,
    Situation.HOSTILE_ERROR,
)
"""Those in which nothing was answered at all."""
UNUSABLE = (Situation.NAN, Situation.INFINITE, Situation.NEGATIVE, Situation.WORDS)
"""Those in which the numbers are none."""
CHANGE = (Situation.CHANGE_LOST, Situation.CHANGE_BROKEN, Situation.CHANGE_UNSENT)
"""Those in which only the change goes wrong."""
