"""What Google's token endpoints answer when they say no, in words that say what to do (stores.md G23)."""

from __future__ import annotations

from dataclasses import dataclass

from rollout_tui.domain.words import plain_text, span
from rollout_tui.ports import Denied

_QUOTED = 160
_CLOCK_OFF = 60.0
"""Seconds from which on a difference of clocks is worth a word."""


@dataclass(frozen=True, slots=True)
class _Case:
    """`part` is looked for in what the endpoint said, in lower case."""

    part: str
    says: str
    remedy: str


_SET_CLOCK = "set this host's clock (timedatectl set-ntp true, or chronyc makestep)"
_CASES = (
    _Case("reasonable timeframe", "Google does not accept this host's time", _SET_CLOCK),
    _Case("short-lived token", "Google does not accept this host's time", _SET_CLOCK),
    _Case(
        "invalid jwt signature",
        "Google does not know this key: it was revoked, or it is not this account's",
        "make a new JSON key in Google Cloud, IAM, Service accounts, Keys; put it in the place of this one",
    ),
    _Case(
        "account not found",
        "the service account was deleted",
        "look at `client_email` in the key file; make a key of an account that exists",
    ),
    _Case("account_disabled", "the service account is disabled", "enable it in Google Cloud, IAM, Service accounts"),
    _Case("disabled_client", "the service account is disabled", "enable it in Google Cloud, IAM, Service accounts"),
    _Case(
        "invalid_scope",
        "this account may not ask for that access",
        "use a service account of the project in which the API is enabled",
    ),
    _Case(
        "unauthorized_client",
        "this account may not ask for that access",
        "use a service account's key, not one with delegation",
    ),
    _Case(
        "subject token",
        "Google does not accept this host's workload identity",
        "look at the pool's provider: issuer, audience and attribute condition",
    ),
    _Case(
        "invalid_target",
        "Google does not know this workload identity pool",
        "look at `audience` in the credential configuration",
    ),
)
_ELSE = _Case("", "Google does not accept the sign-in", "check that the key is not revoked, and this host's clock")


def refusal(said: str, clock_difference: float | None) -> Denied:
    """The error for what Google said. `clock_difference` is this host's time minus Google's, in seconds, if known."""
    text = said.lower()
    case = next((case for case in _CASES if case.part in text), _ELSE)
    return Denied(f"{case.says}{_clock(clock_difference)} (“{plain_text(said, _QUOTED)}”)", case.remedy)


def _clock(difference: float | None) -> str:
    if difference is None or abs(difference) < _CLOCK_OFF:
        return ""
    return f"; its clock is {span(abs(difference))} {'ahead of' if difference > 0 else 'behind'} Google's"
