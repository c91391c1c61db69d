"""Places of its own for a program that is started, and the services before which it runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.rehearsal.serving import Served, served


@pytest.fixture
def private_places(monkeypatch, tmp_path):
    """No test reads or writes the user's own files."""
    for kind in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind.lower()))


@pytest.fixture(scope="module")
def watched(tmp_path_factory) -> Iterator[Served]:
    """Services for the tests that only look."""
    with served(tmp_path_factory.mktemp("rehearsal"), "ios-phased", 1.0, "--history", "60") as serving:
        yield serving


@pytest.fixture
def rehearsal(tmp_path) -> Iterator[Served]:
    """Services of its own for a test that changes them."""
    with served(tmp_path, "ios-phased", 60.0, "--history", "60") as serving:
        yield serving
