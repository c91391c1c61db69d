"""What the Reporting API answers when it says no, with the place where a person puts it right (stores.md 3)."""

from __future__ import annotations

from typing import Any

from rollout_tui.domain.words import plain_text
from rollout_tui.ports import Denied, Misconfigured, ProviderError, Unreachable

WHO = "Play vitals"
_QUOTED = 240
_NOT_ENABLED = "has not been used in project"
_OTHER_SCOPE = "insufficient authentication scopes"
_ENABLE = (
    "enable “Google Play Developer Reporting API” in the Google Cloud console, APIs & Services, of the project that "
    "owns this account"
)
_GRANT = (
    "grant this account “View app information (read-only)” for the app in the Play Console, Users and permissions; it "
    "can take a day to act"
)


def problem(status: int, body: object, retry_after: float | None) -> ProviderError:
    """The error that an answer stands for; Google's own words are quoted, cut and cleaned."""
    text = _message(body)
    quote = f" (“{plain_text(text, _QUOTED)}”)" if text else ""
    if status == 429:
        return Unreachable(f"{WHO}: asked too often{quote}", "a longer `interval` asks less", retry_after)
    if status >= 500:
        return Unreachable(f"{WHO}: HTTP {status}{quote}", "", retry_after)
    if _NOT_ENABLED in text or status == 404:
        says = "the Reporting API is switched off, or does not know this package"
        return Misconfigured(f"{WHO}: {says}{quote}", f"{_ENABLE}; look at `package`")
    if _OTHER_SCOPE in text:
        return Denied(f"{WHO}: the token is for another API{quote}", "give the token the scope playdeveloperreporting")
    if status == 403:
        return Denied(f"{WHO}: this account may not see the app's vitals{quote}", _GRANT)
    if status == 401:
        return Denied(
            f"{WHO}: Google does not accept the sign-in{quote}", "check the service account's key and this host's clock"
        )
    return Misconfigured(f"{WHO} refused the question: HTTP {status}{quote}", "look at the metrics of this source")


def _message(body: object) -> str:
    error: Any = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, dict):
        return str(error.get("message") or "")
    return error if isinstance(error, str) else ""
