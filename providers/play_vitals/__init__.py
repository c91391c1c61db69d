"""Android vitals by the Play Developer Reporting API: shares of users by version code, and crash groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel

from providers.own import own
from providers.play_vitals.options import PlayVitalsOptions
from rollout_tui.ports import Investigator, Provider, ProviderContext, Source

if TYPE_CHECKING:
    from providers.play_vitals.api import VitalsApi

_DAY = 86400.0
_DAILY_IS_STALE = 3 * _DAY
"""Seconds: a day is given out a day or two after its end, so that up to two days are normal (stores.md 3)."""
_HOURLY_IS_STALE = _DAY / 2


def _open_source(options: BaseModel, context: ProviderContext) -> Source:
    from providers.play_vitals.source import PlayVitalsSource

    options = own(options, PlayVitalsOptions)
    return PlayVitalsSource(options, _api(options, context), context.clock, context.name)


def _open_investigator(options: BaseModel, context: ProviderContext) -> Investigator:
    from providers.play_vitals.investigator import PlayVitalsInvestigator

    return PlayVitalsInvestigator(_api(own(options, PlayVitalsOptions), context), context.clock, context.name)


def _api(options: PlayVitalsOptions, context: ProviderContext) -> VitalsApi:
    from providers.google_account.signin import sign_in
    from providers.play_vitals.api import SCOPE, Turns, VitalsApi

    signed_in = sign_in(options, SCOPE, context)
    return VitalsApi(context.http, options.base_url, options.package, signed_in, Turns(context.clock))


def _stale_after(options: BaseModel) -> float:
    """How old the slowest of the metrics may be, seconds."""
    metrics = own(options, PlayVitalsOptions).metrics.values()
    return _DAILY_IS_STALE if any(metric.period == "daily" for metric in metrics) else _HOURLY_IS_STALE


PROVIDER = Provider(
    name="play_vitals",
    about="Android vitals: shares of users with crashes or ANRs by version code, a day late; crash groups",
    options=PlayVitalsOptions,
    open_source=_open_source,
    open_investigator=_open_investigator,
    label="Play vitals",
    shared="the queries of a minute belong to the Google Cloud project",
    stale_after=_stale_after,
)
