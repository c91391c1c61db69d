"""Prometheus and what speaks its query API (Mimir, Thanos, VictoriaMetrics): counts, means, bare values."""

from __future__ import annotations

from pydantic import BaseModel

from providers.prometheus.options import PrometheusOptions
from rollout_tui.ports import Provider, ProviderContext, Source


def _open(options: BaseModel, context: ProviderContext) -> Source:
    """Open the source. Raises Misconfigured for a secret that cannot be read."""
    from providers.prometheus.client import PrometheusClient
    from providers.prometheus.source import PrometheusSource

    if not isinstance(options, PrometheusOptions):
        raise TypeError("options of another provider")
    headers = {name: context.secret(reference) for name, reference in options.headers.items()}
    if options.token is not None:
        headers["Authorization"] = f"Bearer {context.secret(options.token)}"
    client = PrometheusClient(context.http, options.url, headers, context.name)
    return PrometheusSource(options, client, context.clock, context.name)


PROVIDER = Provider(
    name="prometheus",
    about="Counts, means and values from a Prometheus-compatible server",
    options=PrometheusOptions,
    open_source=_open,
    label="Prometheus",
)
