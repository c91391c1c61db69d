"""The BigQuery export of Crashlytics and Firebase sessions, experimental: crashed sessions of a build, by the hour."""

from __future__ import annotations

from pydantic import BaseModel

from providers.crashlytics_export.options import ExportOptions
from providers.own import own
from rollout_tui.ports import Provider, ProviderContext, Source

_HOUR = 3600.0
_STREAMED_IS_STALE = 2 * _HOUR
_BATCH_IS_STALE = 72 * _HOUR
"""Seconds: the daily export brings a day some time after its end."""


def _open_source(options: BaseModel, context: ProviderContext) -> Source:
    from providers.crashlytics_export.bigquery import SCOPE, BigQuery
    from providers.crashlytics_export.source import ExportSource
    from providers.google_account.signin import sign_in

    options = own(options, ExportOptions)
    bigquery = BigQuery(context.http, options, sign_in(options, SCOPE, context), context.clock)
    return ExportSource(options, bigquery, context.clock, context.name)


PROVIDER = Provider(
    name="crashlytics_export",
    about="Experimental: crashed sessions of a build from the BigQuery export of Crashlytics and Firebase sessions",
    options=ExportOptions,
    open_source=_open_source,
    label="Crashlytics export",
    shared="queries cost money: BigQuery bills the bytes that they read to the project (`most_bytes`, `minutes`)",
    stale_after=lambda options: _STREAMED_IS_STALE if own(options, ExportOptions).streamed else _BATCH_IS_STALE,
)
