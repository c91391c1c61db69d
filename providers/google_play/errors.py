"""What Play answers when it says no: one table, matched by text first, then reason, then status (stores.md 2.3, G3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from providers.google_play.consents import CANCEL_REVIEW, NOT_SENT
from rollout_tui.domain.words import plain_text
from rollout_tui.ports import Denied, Misconfigured, NeedsConsent, ProviderError, Refused, Unreachable

_QUOTED = 240
"""How much of the store's own words an operator is shown."""


class ReviewRunning(NeedsConsent):
    """A review is running; a commit would cancel it, and a person has not allowed that (G16)."""

    def __init__(self, message: str, _remedy: str = "") -> None:
        super().__init__(message, CANCEL_REVIEW)


class NotSentByItself(NeedsConsent):
    """Play commits it only without sending it for review, and a person has not allowed that (G15)."""

    def __init__(self, message: str, _remedy: str = "") -> None:
        super().__init__(message, NOT_SENT)


class EditLost(ProviderError):
    """The edit is gone: another edit, a commit, a console change or its age took it. Nothing was changed."""


class EditCommitted(ProviderError):
    """The edit was committed before: a commit whose answer was lost did arrive."""


class OneCompleted(Refused):
    """The track would hold two completed releases: the one that served before must give way."""


class Concurrent(ProviderError):
    """Somebody changes the same app at the same moment. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class _Case:
    """A failure: a part of its text (lower case) or its reason, what it means, and the next step."""

    part: str
    error: type[ProviderError]
    says: str
    remedy: str


_LIBRARY = "https://console.cloud.google.com/apis/library/androidpublisher.googleapis.com?project={project}"
_PROJECT = re.compile(r"project[ =](\d+)")

_BY_TEXT: tuple[_Case, ...] = (
    _Case("already been successfully committed", EditCommitted, "the edit was committed before", "read it back"),
    _Case("edit has been deleted", EditLost, "another edit or a change in the Play Console took our edit", ""),
    _Case("edit has expired", EditLost, "our edit grew too old", ""),
    _Case("edit not found", EditLost, "our edit is gone", ""),
    _Case(
        "set the query parameter changesnotsentforreview",
        NotSentByItself,
        "Google Play cannot send this change for review by itself, in the app's present state",
        "",
    ),
    _Case(
        "changesnotsentforreview must not be set",
        Refused,
        "Google Play sends changes for review by itself again and refuses to commit this one unsent",
        "act again: it goes out at once then",
    ),
    _Case(
        "user fraction must be lower than one",
        Refused,
        "Google Play refused the share: 100 % is a status of its own",
        "promote to 100 % instead",
    ),
    _Case("must not have fraction", Refused, "Google Play refused a share on this status", "report this"),
    _Case("must have fraction", Refused, "Google Play wants a share with this status", "report this"),
    _Case(
        "fully released can not be staged",
        Refused,
        "a completed release cannot go back to a share",
        "p halts it where an earlier full release can take over; a fix is a new build",
    ),
    _Case(
        "first release on a track cannot be staged",
        Refused,
        "the first release on a track cannot be staged",
        "release it to everyone, or use another track",
    ),
    _Case(
        "status draft may be created on draft app",
        Refused,
        "this app was never published",
        "finish its first publication in the Play Console",
    ),
    _Case(
        "only one completed release is allowed",
        OneCompleted,
        "the track would hold two completed releases",
        "look at the track in the Play Console; the plan's build may be the wrong one",
    ),
    _Case(
        "cannot halt release",
        Refused,
        "Google Play finds no running release to halt",
        "u reads the store again",
    ),
    _Case(
        "does not allow any existing users to upgrade",
        Refused,
        "no existing user could upgrade to these version codes",
        "compare the release's version codes with those that are live",
    ),
    _Case(
        "foreground service permissions",
        Refused,
        "a declaration is missing in the Play Console",
        "answer it under Policy > App content",
    ),
    _Case(
        "exact alarm", Refused, "a declaration is missing in the Play Console", "answer it under Policy > App content"
    ),
    _Case(
        "advertising id",
        Refused,
        "a declaration is missing in the Play Console",
        "answer it under Policy > App content",
    ),
    _Case(
        "issues with your account",
        Refused,
        "Google holds this developer account back",
        "open the Play Console: its inbox says why",
    ),
    _Case("targeting no countries", Refused, "the release targets no country", "choose countries in the Play Console"),
    _Case(
        "has not been used in project",
        Denied,
        "the Google Play Android Developer API is switched off in this account's project",
        f"enable it: {_LIBRARY}",
    ),
    _Case(
        "has not been linked in the google play developer console",
        Denied,
        "this account's project is not linked to the developer account",
        "invite the service account in the Play Console, Users and permissions",
    ),
    _Case(
        "developer distribution agreement",
        Denied,
        "the developer account's owner has not accepted the latest agreement",
        "the owner accepts it in the Play Console: it asks at sign-in",
    ),
    _Case(
        "tos_not_accepted",
        Denied,
        "terms of Google Play were not accepted for this app or account",
        "the account's owner accepts them in the Play Console: its inbox and Policy status say which",
    ),
    _Case(
        "insufficient authentication scopes",
        Denied,
        "this sign-in does not carry the right to publish",
        "the token needs the scope https://www.googleapis.com/auth/androidpublisher",
    ),
    _Case(
        "package not found",
        Misconfigured,
        "Google Play knows no such package",
        "look at `package` in the configuration, and at the account's access to this app",
    ),
    _Case(
        "version codes could not be found",
        Misconfigured,
        "Google Play does not have that version code",
        "look at `build` in the configuration: it must be uploaded already",
    ),
    _Case(
        "track not found",
        Misconfigured,
        "Google Play knows no such track",
        "look at `track` in the configuration",
    ),
    _Case(
        "in review",
        ReviewRunning,
        "a review is running at Google, and committing now would cancel it",
        "",
    ),
)
_BY_REASON: tuple[_Case, ...] = (
    _Case("editdeleted", EditLost, "another edit or a change in the Play Console took our edit", ""),
    _Case("editexpired", EditLost, "our edit grew too old", ""),
    _Case(
        "developerddanotaccepted",
        Denied,
        "the developer account's owner has not accepted the latest agreement",
        "the owner accepts it in the Play Console: it asks at sign-in",
    ),
    _Case(
        "projectnotlinked",
        Denied,
        "this account's project is not linked to the developer account",
        "invite the service account in the Play Console, Users and permissions",
    ),
    _Case("concurrentupdate", Concurrent, "somebody changes this app at the same moment", ""),
    _Case("changesinreview", ReviewRunning, "a review is running at Google", ""),
    _Case(
        "userinsufficientpermission",
        Denied,
        "this account may not do that",
        "grant it “Release to production” (and “View app information”) in the Play Console, Users and permissions",
    ),
    _Case(
        "releasesrollouttracknotallowed",
        Misconfigured,
        "the track “rollout” is of an older API",
        'write track = "production"',
    ),
)
_BY_STATUS: Mapping[int, _Case] = {
    400: _Case("", Refused, "Google Play refused the request", ""),
    401: _Case(
        "", Denied, "Google does not accept the sign-in", "check the service account's key and this host's clock"
    ),
    403: _Case(
        "",
        Denied,
        "this account may not do that",
        "grant it access to this app in the Play Console, Users and permissions",
    ),
    404: _Case(
        "", Misconfigured, "Google Play does not find it", "look at `package`, `track` and `build` in the configuration"
    ),
    409: _Case("", Concurrent, "somebody changes this app at the same moment", ""),
    410: _Case("", EditLost, "our edit is gone", ""),
    412: _Case("", Concurrent, "somebody changes this app at the same moment", ""),
}


def problem(status: int, body: object, retry_after: float | None = None) -> ProviderError:
    """The error that an answer stands for; the store's own words are quoted, cut and cleaned."""
    text, reasons = _words(body)
    case = _find(status, text.lower(), [reason.lower() for reason in reasons])
    quote = f" (“{plain_text(text, _QUOTED)}”)" if text else ""
    if 300 <= status < 400:
        return Misconfigured(f"Google Play: HTTP {status}, the address was moved", "look at `base_url`")
    if case is None:
        kind = f"HTTP {status}"
        if status == 429 or status >= 500:
            return Unreachable(f"Google Play: {kind}{quote}", "", retry_after)
        return Refused(f"Google Play refused the request: {kind}{quote}")
    return case.error(f"{case.says}{quote}", _led_to(case.remedy, text))


def _led_to(remedy: str, text: str) -> str:
    """The remedy, its link leading to the project that Google named; without one the console asks."""
    project = _PROJECT.search(text)
    return remedy.replace("?project={project}", f"?project={project[1]}" if project else "")


def _find(status: int, text: str, reasons: list[str]) -> _Case | None:
    if status == 429 or status >= 500:
        return None
    for case in _BY_TEXT:
        if case.part in text:
            return case
    for case in _BY_REASON:
        if case.part in reasons:
            return case
    return _BY_STATUS.get(status)


def _words(body: object) -> tuple[str, list[str]]:
    """Message and reasons of Google's error shape; a body that is none of it is quoted as it stands."""
    error: Any = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, str):
        return error, []
    if not isinstance(error, dict):
        return (body if isinstance(body, str) else ""), []
    listed = error.get("errors")
    items = [item for item in (listed if isinstance(listed, list) else ()) if isinstance(item, dict)]
    return str(error.get("message") or ""), [str(item["reason"]) for item in items if "reason" in item]
