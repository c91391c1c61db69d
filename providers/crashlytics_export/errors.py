"""What BigQuery answers when it says no, with the place where a person puts it right."""

from __future__ import annotations

from typing import Any

from providers.google_account.calls import said
from providers.wire import Answer
from rollout_tui.domain.words import plain_text
from rollout_tui.ports import Denied, Misconfigured, ProviderError, Unreachable

WHO = "Crashlytics export"
_QUOTED = 240
_BUSY = frozenset({"rateLimitExceeded", "quotaExceeded", "backendError", "jobRateLimitExceeded"})


def problem(answer: Answer) -> ProviderError:
    """The error that an answer stands for; Google's own words are quoted, cut and cleaned."""
    text, status, reason = said(answer.json), answer.status, _reason(answer.json)
    quote = f" (“{plain_text(text, _QUOTED)}”)" if text else ""
    if status == 429 or reason in _BUSY:
        return Unreachable(f"{WHO}: BigQuery is asked too often{quote}", "more `minutes` ask less", answer.retry_after)
    if status >= 500:
        return Unreachable(f"{WHO}: HTTP {status}{quote}", "", answer.retry_after)
    if reason == "bytesBilledLimitExceeded" or "bytes billed" in text:
        fix = "raise `most_bytes` if that is worth its price; nothing was billed"
        return Misconfigured(f"{WHO}: the query would cost more than is allowed{quote}", fix)
    if status == 401:
        return Denied(
            f"{WHO}: Google does not accept the sign-in{quote}", "check the account's key and this host's clock"
        )
    if "has not been used in project" in text:
        return Misconfigured(f"{WHO}: BigQuery is switched off{quote}", "enable “BigQuery API” in the project")
    if status == 403:
        fix = "grant the account “BigQuery Job User” in the project and “BigQuery Data Viewer” on both datasets"
        return Denied(f"{WHO}: this account may not read the export{quote}", fix)
    if status == 404:
        fix = (
            "Firebase console, Integrations, BigQuery: export Crashlytics with sessions, and stream it or set "
            "`streamed = false`; look at `apps`, `project` and `location`"
        )
        return Misconfigured(f"{WHO}: a table is not there{quote}", fix)
    return Misconfigured(f"{WHO}: BigQuery refused the query: HTTP {status}{quote}", "look at this source's options")


def _reason(body: Any) -> str:
    error = body.get("error") if isinstance(body, dict) else None
    listed = error.get("errors") if isinstance(error, dict) else None
    first = listed[0] if isinstance(listed, list) and listed else None
    return str(first.get("reason", "")) if isinstance(first, dict) else ""
