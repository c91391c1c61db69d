"""A Crashlytics that is written out by hand, for the client of its tests."""

from __future__ import annotations

import httpx
import pytest

from tests.providers.crashlytics.desk import Canned, held


@pytest.fixture
def canned() -> Canned:
    return Canned()


@pytest.fixture
def transport(canned: Canned) -> httpx.AsyncBaseTransport:
    return held(canned)
