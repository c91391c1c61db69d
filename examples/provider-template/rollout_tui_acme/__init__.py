"""Readings from Acme's counting service. Imported at every start: what is heavy is imported in `_open`."""

from __future__ import annotations

from pydantic import BaseModel

from rollout_tui.ports import Misconfigured, Provider, ProviderContext, Source
from rollout_tui_acme.options import AcmeOptions


def _open(options: BaseModel, context: ProviderContext) -> Source:
    from rollout_tui_acme.source import AcmeSource

    if not isinstance(options, AcmeOptions):
        raise Misconfigured("these are no options of acme")
    return AcmeSource(options, context, context.secret(options.token))


PROVIDER = Provider(
    name="acme",
    about="Counts from Acme's counting service",
    options=AcmeOptions,
    open_source=_open,
    label="Acme",
    shared="the service allows 600 requests a minute for all tools together",
)
