"""What the Crashlytics API answers when it says no, with the place where a person puts it right (stores.md 6)."""

from __future__ import annotations

from providers.google_account.calls import said
from providers.wire import Answer
from rollout_tui.domain.words import plain_text
from rollout_tui.ports import Denied, Misconfigured, ProviderError, Unreachable

WHO = "Crashlytics"
_QUOTED = 240


def problem(answer: Answer) -> ProviderError:
    """The error that an answer stands for; Google's own words are quoted, cut and cleaned."""
    text, status = said(answer.json), answer.status
    quote = f" (“{plain_text(text, _QUOTED)}”)" if text else ""
    if status == 429:
        return Unreachable(f"{WHO}: asked too often{quote}", "a longer `interval` asks less", answer.retry_after)
    if status >= 500:
        return Unreachable(f"{WHO}: HTTP {status}{quote}", "", answer.retry_after)
    if "has not been used in project" in text:
        return Misconfigured(
            f"{WHO}: its API is switched off{quote}", "enable “Firebase Crashlytics API” in the project"
        )
    if status == 401:
        return Denied(
            f"{WHO}: Google does not accept the sign-in{quote}", "check the account's key and this host's clock"
        )
    if status == 403:
        return Denied(
            f"{WHO}: this account may not read the reports{quote}",
            "grant it “Firebase Crashlytics Viewer” in the project",
        )
    if status == 404:
        return Misconfigured(
            f"{WHO} does not know the app{quote}", "look at `apps`: Firebase console, project settings"
        )
    fix = "its API is v1alpha and may have changed: take another source, or a newer version of this program"
    return Misconfigured(f"{WHO} refused the question: HTTP {status}{quote}", fix)
