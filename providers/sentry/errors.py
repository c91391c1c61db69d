"""What Sentry answers when it says no, with the place where a person puts it right (stores.md 7)."""

from __future__ import annotations

from typing import Any

from providers.wire import Answer
from rollout_tui.domain.words import plain_text
from rollout_tui.ports import Denied, Misconfigured, ProviderError, Unreachable

WHO = "Sentry"
PROXY = "is the address right, and no proxy or login page in between?"
_QUOTED = 200


def problem(answer: Answer) -> ProviderError:
    """The error that an answer stands for; Sentry's own words are quoted, cut and cleaned."""
    said = _detail(answer.json)
    quote = f" (“{plain_text(said, _QUOTED)}”)" if said else ""
    match answer.status:
        case 401:
            return Denied(f"{WHO} does not accept the token{quote}", "make a new token with org:read; look at `region`")
        case 403:
            return Denied(f"{WHO}: the token may not read this{quote}", "give the token org:read and event:read")
        case 404:
            return Misconfigured(
                f"{WHO} does not know the organization or project{quote}", "look at `organization`, `project`, `region`"
            )
        case 429:
            return Unreachable(f"{WHO}: asked too often{quote}", "a longer `interval` asks less", answer.retry_after)
        case status if status >= 500:
            return Unreachable(f"{WHO}: HTTP {status}{quote}", "", answer.retry_after)
        case status if status < 400:
            return Misconfigured(f"{WHO}: the address was moved; redirects are not followed", "set the new address")
        case status:
            return Misconfigured(f"{WHO} refused the question: HTTP {status}{quote}", "look at this source's options")


def _detail(body: Any) -> str:
    detail = body.get("detail") if isinstance(body, dict) else None
    if isinstance(detail, dict):
        detail = detail.get("message")
    return detail if isinstance(detail, str) else ""
