"""Google's own client (google-api-python-client) on the rehearsed services, over a real socket."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rehearsal.serving import Served


def signed_in(rehearsal: Served, api: str, version: str, service: str) -> Any:
    """The client of an API of Google's with the token that was announced, to be closed; skips where it is missing."""
    discovery = pytest.importorskip("googleapiclient.discovery", reason="the test extra brings Google's client")
    credentials = pytest.importorskip("google.oauth2.credentials")
    return discovery.build(
        api,
        version,
        credentials=credentials.Credentials(token=rehearsal.facts["google_token"]),
        static_discovery=True,
        cache_discovery=False,
        client_options={"api_endpoint": rehearsal.url(service)},
    )
