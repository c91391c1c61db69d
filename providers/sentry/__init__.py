"""Sentry release health: crash-free sessions and users by release with counts, adoption, and the release's issues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel

from providers.own import own
from providers.sentry.options import SentryOptions
from rollout_tui.ports import Investigator, Provider, ProviderContext, Source

if TYPE_CHECKING:
    from providers.sentry.api import SentryApi

_STALE = 7200.0
"""Seconds: sessions come by the hour, and a quiet release may have none for most of one."""


def _open_source(options: BaseModel, context: ProviderContext) -> Source:
    from providers.sentry.source import SentrySource

    options = own(options, SentryOptions)
    return SentrySource(options, _api(options, context), context.clock, context.name)


def _open_investigator(options: BaseModel, context: ProviderContext) -> Investigator:
    from providers.sentry.investigator import SentryInvestigator

    options = own(options, SentryOptions)
    return SentryInvestigator(options, _api(options, context), context.clock, context.name)


def _api(options: SentryOptions, context: ProviderContext) -> SentryApi:
    from providers.sentry.api import SentryApi

    token = context.secret(options.token).strip()
    return SentryApi(context.http, options.address, options.organization, token)


PROVIDER = Provider(
    name="sentry",
    about="Sentry release health: crash-free sessions and users by release with counts, adoption, issues",
    options=SentryOptions,
    open_source=_open_source,
    open_investigator=_open_investigator,
    label="Sentry",
    shared="the rate of requests belongs to the organization's token",
    stale_after=lambda _options: _STALE,
)
