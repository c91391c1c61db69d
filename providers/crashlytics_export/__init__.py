"""The BigQuery export of Crashlytics and Firebase sessions, experimental: crashed sessions of a build, by the hour."""

from __future__ import annotations

from pydantic import BaseModel

from providers.crashlytics_export.options import ExportOptions
from rollout_tui.ports import Misconfigured, Provider, ProviderContext, Source

_HOUR = 3600.0
_STREAMED_IS_STALE = 2 * _HOUR
_BATCH_IS_STALE = 72 * _HOUR
"""Seconds: the daily export brings a day some time after its end."""


def _open_source(options: BaseModel, context: ProviderContext) -> Source:
    from providers.crashlytics_export.bigquery import SCOPE, BigQuery
    from providers.crashlytics_export.source import ExportSource
    from providers.google_account.signin import sign_in

    own = _own(options)
    bigquery = BigQuery(context.http, own, sign_in(own, SCOPE, context), context.clock)
    return ExportSource(own, bigquery, context.clock, context.name)


def _own(options: BaseModel) -> ExportOptions:
    if not isinstance(options, ExportOptions):
        raise Misconfigured("these are no options of crashlytics_export")
    return options


PROVIDER = Provider(
    name="crashlytics_export",
    about="Experimental: crashed sessions of a build from the BigQuery export of Crashlytics and Firebase sessions",
    options=ExportOptions,
    open_source=_open_source,
    label="Crashlytics export",
    shared="queries cost money: BigQuery bills the bytes that they read to the project (`most_bytes`, `minutes`)",
    stale_after=lambda options: _STREAMED_IS_STALE if _own(options).streamed else _BATCH_IS_STALE,
)
