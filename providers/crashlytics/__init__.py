"""Firebase Crashlytics by its v1alpha reports, experimental: crash-free sessions and users of a version, its issues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel

from providers.crashlytics.options import CrashlyticsOptions
from providers.own import own
from rollout_tui.ports import Investigator, Provider, ProviderContext, Source

if TYPE_CHECKING:
    from providers.crashlytics.api import CrashlyticsApi

_STALE = 7200.0
"""Seconds. Crashlytics does not say how new its newest session is; a version without any for so long is silent."""


def _open_source(options: BaseModel, context: ProviderContext) -> Source:
    from providers.crashlytics.source import CrashlyticsSource

    options = own(options, CrashlyticsOptions)
    return CrashlyticsSource(options, _api(options, context), context.clock, context.name)


def _open_investigator(options: BaseModel, context: ProviderContext) -> Investigator:
    from providers.crashlytics.investigator import CrashlyticsInvestigator

    options = own(options, CrashlyticsOptions)
    return CrashlyticsInvestigator(options, _api(options, context), context.clock, context.name)


def _api(options: CrashlyticsOptions, context: ProviderContext) -> CrashlyticsApi:
    from providers.crashlytics.api import SCOPE, CrashlyticsApi
    from providers.google_account.signin import sign_in

    return CrashlyticsApi(context.http, options.base_url, sign_in(options, SCOPE, context))


PROVIDER = Provider(
    name="crashlytics",
    about="Experimental: Firebase Crashlytics by its v1alpha reports: crash-free sessions and users, issues",
    options=CrashlyticsOptions,
    open_source=_open_source,
    open_investigator=_open_investigator,
    label="Crashlytics",
    shared="experimental: Google may change this API (v1alpha) without notice; its quota is the Cloud project's",
    stale_after=lambda _options: _STALE,
)
