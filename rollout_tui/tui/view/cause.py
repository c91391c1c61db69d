"""Why something is not known, in as many words as there is room for: the cause is not what is cut."""

from __future__ import annotations

import re

from rollout_tui.domain.cells import cells
from rollout_tui.domain.words import plain_text

_KIND = re.compile(r" \(\w+\)$")
"""What kind of failure it was, for those who look into it: ` (ConnectError)`."""
_SILENT = re.compile(r"(.+?) (?:cannot be reached|gave no answer in time)$")
_STALE = re.compile(r"STALE, (.+) old$")
_NONE = re.compile(r".+? has (no \w+)((?: for| of) build [^\s:]+)?")
_NO_MORE = re.compile(r".+? has had (nothing for .+?) of ")
"""What is asked for stands after these, and is long: an expression."""


def cause_forms(reason: str) -> tuple[str, ...]:
    """`Prometheus cannot be reached (ConnectError)` down to `no answer`, `Sentry: HTTP 503` to `HTTP 503`."""
    whole = plain_text(reason)
    plain = _KIND.sub("", whole)
    silent, stale = _SILENT.match(plain), _STALE.match(plain)
    if silent is not None:
        return whole, plain, f"{silent[1]}: no answer", "no answer"
    if stale is not None:
        return whole, f"STALE {stale[1]}", "STALE"
    none, no_more = _NONE.match(plain), _NO_MORE.match(plain)
    if none is not None:
        return whole, plain, f"{none[1]}{none[2] or ''}", none[1]
    if no_more is not None:
        return whole, plain, no_more[1]
    _, named, rest = plain.partition(": ")
    return (whole, plain, rest) if named else (whole, plain)


def cause(reason: str, room: int) -> str:
    """The longest form that fits whole; the shortest is cut where not even that does."""
    forms = cause_forms(reason)
    return next((form for form in forms if cells(form) <= room), plain_text(forms[-1], max(0, room)))
