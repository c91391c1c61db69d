"""Prometheus and what speaks its query API (Mimir, Thanos, VictoriaMetrics): counts, means, bare values."""

from __future__ import annotations

from pydantic import BaseModel

from providers.own import own
from providers.prometheus.options import PrometheusOptions
from providers.tls import http_of
from rollout_tui.ports import Provider, ProviderContext, Source

_LABEL = "Prometheus"


def _open(options: BaseModel, context: ProviderContext) -> Source:
    """Open the source. Raises Misconfigured for a secret that cannot be read."""
    from providers.prometheus.client import PrometheusClient
    from providers.prometheus.source import PrometheusSource

    options = own(options, PrometheusOptions)
    who = _LABEL if context.name == "prometheus" else f"{_LABEL} “{context.name}”"
    client = PrometheusClient(http_of(options.tls, context), options.url, _headers(options, context), who)
    return PrometheusSource(options, client, context.clock, context.name)


def _headers(options: PrometheusOptions, context: ProviderContext) -> dict[str, str]:
    headers = {name: context.secret(reference) for name, reference in options.headers.items()}
    if options.tenant is not None:
        headers[options.tenant_header] = options.tenant
    if options.token is not None:
        headers["Authorization"] = f"Bearer {context.secret(options.token)}"
    if options.username is not None and options.password is not None:
        from base64 import b64encode

        pair = f"{options.username}:{context.secret(options.password)}"
        headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    return headers


PROVIDER = Provider(
    name="prometheus",
    about="Counts, means and values from a Prometheus-compatible server",
    options=PrometheusOptions,
    open_source=_open,
    label=_LABEL,
)
