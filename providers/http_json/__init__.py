"""Any JSON API as a source or tracker: requests by templates, values by JMESPath."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel

from providers.http_json.options import HttpJsonOptions, secret_texts
from providers.own import own
from rollout_tui.ports import Misconfigured, Provider, ProviderContext, Source, Tracker

if TYPE_CHECKING:
    from providers.http_json.client import JsonClient
    from providers.references import Secrets


def _open_source(options: BaseModel, context: ProviderContext) -> Source:
    """Open the source. Raises Misconfigured for a section without metrics, or a secret that cannot be read."""
    from providers.http_json.source import JsonSource

    options = own(options, HttpJsonOptions)
    if options.metrics is None:
        raise Misconfigured(f"{context.name} has no metrics", "a source needs `metrics`, a tracker `bugs`")
    client, secrets = _client(options, context)
    return JsonSource(options, client, secrets, context.clock, context.name)


def _open_tracker(options: BaseModel, context: ProviderContext) -> Tracker:
    """Open the tracker. Raises Misconfigured for a section without bugs, or a secret that cannot be read."""
    from providers.http_json.tracker import JsonTracker

    options = own(options, HttpJsonOptions)
    if options.bugs is None:
        raise Misconfigured(f"{context.name} has no bugs", "a tracker needs `bugs`, a source `metrics`")
    client, secrets = _client(options, context)
    return JsonTracker(options.request(), options, options.bugs, client, secrets, context.clock)


def _client(options: HttpJsonOptions, context: ProviderContext) -> tuple[JsonClient, Secrets]:
    from base64 import b64encode

    from providers.http_json.client import JsonClient
    from providers.http_json.requests import Credentials
    from providers.references import Secrets

    secrets = Secrets(context.secret)
    headers = {name: secrets.of(reference) for name, reference in secret_texts(options.headers).items()}
    if options.token is not None:
        headers["Authorization"] = f"Bearer {secrets.of(options.token)}"
    if options.username is not None and options.password is not None:
        pair = b64encode(f"{options.username}:{secrets.of(options.password)}".encode()).decode()
        secrets.also(pair)
        headers["Authorization"] = f"Basic {pair}"
    query = {name: secrets.of(reference) for name, reference in secret_texts(options.query).items()}
    credentials = Credentials(headers, query)
    return JsonClient(context.http, context.clock, credentials, secrets, context.name), secrets


PROVIDER = Provider(
    name="http_json",
    about="Any JSON API: numbers, or bugs of a tracker, picked by JMESPath",
    options=HttpJsonOptions,
    open_source=_open_source,
    open_tracker=_open_tracker,
    shared="the API's rate limit belongs to its credentials",
)
