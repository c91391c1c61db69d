"""What App Store Connect answers when it says no: one table, by text and code first, by status last (stores.md 4.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rollout_tui.domain.words import plain_text
from rollout_tui.ports import Denied, Misconfigured, ProviderError, Refused, Unreachable

_QUOTED = 240
"""How much of the store's own words an operator is shown."""


class NotFound(ProviderError):
    """No such resource: there is none, it is gone, or it is too young to be read (A13)."""


class AlreadySo(ProviderError):
    """The store says that the change took effect before, or can no longer be made: settled by reading (A6)."""


@dataclass(frozen=True, slots=True)
class _Case:
    """A failure: a part of its code, title or detail (lower case), what it means, and the next step."""

    part: str
    error: type[ProviderError]
    says: str
    remedy: str


_BY_TEXT: tuple[_Case, ...] = (
    _Case("already has this value", AlreadySo, "the store has this value already", ""),
    _Case("in a final state", AlreadySo, "the phased release is over", ""),
    _Case(
        "agreements_missing",
        Denied,
        "an agreement with Apple is missing or has expired",
        "the account holder must sign it in App Store Connect, Business",
    ),
    _Case(
        "another build is in review",
        Refused,
        "another build of this version is in review",
        "wait for it, or withdraw it in App Store Connect",
    ),
    _Case(
        "not in a valid processing state",
        Refused,
        "Apple still processes the build, or it has expired",
        "wait until it is processed; an expired one needs a new build",
    ),
    _Case(
        "cannot create a new version",
        Refused,
        "another version of the app is open",
        "finish or remove it in App Store Connect",
    ),
    _Case("previously used", Refused, "that version number was used before", "take a higher version number"),
    _Case(
        "pre-release build could not be added",
        Refused,
        "the build cannot be changed after the submission",
        "a fix is a new version",
    ),
    _Case(
        "not acceptable for the current resource state",
        Refused,
        "App Store Connect does not allow this in the present state",
        "u reads it again; after a withdrawal it takes some seconds",
    ),
    _Case(
        "not ready to be submitted",
        Refused,
        "the version is not complete yet",
        "complete it in App Store Connect, then submit again",
    ),
    _Case("attachment uploads", Refused, "uploads to the version still run", "wait for them, then submit again"),
    _Case(
        "must provide a value for the attribute",
        Refused,
        "Apple asks for an answer that is missing",
        "answer it in App Store Connect (often the age rating)",
    ),
    _Case("there is no resource of type", NotFound, "App Store Connect does not find it", ""),
    _Case("cannot be found", NotFound, "App Store Connect does not find it", ""),
)
_BY_STATUS: Mapping[int, _Case] = {
    400: _Case("", Misconfigured, "App Store Connect refused the request", "report this"),
    401: _Case(
        "",
        Denied,
        "App Store Connect does not accept the key",
        "check key_id, issuer_id, that the key is not revoked, and this host's clock",
    ),
    403: _Case(
        "",
        Denied,
        "this API key may not do that",
        "give it the role App Manager or Admin in App Store Connect, Users and Access",
    ),
    404: _Case("", NotFound, "App Store Connect does not find it", ""),
    409: _Case("", Refused, "App Store Connect does not allow this in the present state", "u reads it again"),
    422: _Case("", Refused, "App Store Connect cannot work with the request", "report this"),
}


def problem(status: int, body: object, retry_after: float | None = None) -> ProviderError:
    """The error that an answer stands for; the store's own words are quoted, cut and cleaned."""
    texts = _words(body)
    quote = f" (“{plain_text(texts[0], _QUOTED)}”)" if texts else ""
    if status == 429:
        return Unreachable(
            f"App Store Connect: too many requests{quote}",
            "it goes on by itself; pausing is tried all the same",
            retry_after,
        )
    if status >= 500:
        return Unreachable(f"App Store Connect: HTTP {status}{quote}", "", retry_after)
    case = _find(status, " ".join(texts).lower())
    if case is None:
        return Refused(f"App Store Connect: HTTP {status}{quote}")
    return case.error(f"{case.says}{quote}", case.remedy)


def clocks_differ(error: ProviderError, difference: float | None) -> ProviderError:
    """A refused key beside what Apple's clock says; two minutes apart explain it."""
    if difference is None or abs(difference) < 60:
        return error
    way = "behind" if difference > 0 else "ahead of"
    return Denied(
        f"{error.message}; this host's clock is {abs(difference):.0f} s {way} Apple's", "set this host's clock"
    )


def _find(status: int, text: str) -> _Case | None:
    return next((case for case in _BY_TEXT if case.part in text), _BY_STATUS.get(status))


def _words(body: object) -> list[str]:
    """Detail, title and code of each error, the most telling first; a body that is no JSON:API is left out."""
    listed = body.get("errors") if isinstance(body, dict) else None
    found: list[str] = []
    for error in listed if isinstance(listed, list) else ():
        if isinstance(error, dict):
            found.extend(str(error[key]) for key in ("detail", "title", "code") if error.get(key))
            meta = error.get("meta")
            associated = meta.get("associatedErrors") if isinstance(meta, dict) else None
            for errors in associated.values() if isinstance(associated, dict) else ():
                found.extend(_words({"errors": errors}))
    return found
