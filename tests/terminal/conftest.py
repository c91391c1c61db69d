"""Places of its own for a program that is started."""

from __future__ import annotations

import pytest


@pytest.fixture
def private_places(monkeypatch, tmp_path):
    """No test reads or writes the user's own files."""
    for kind in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind.lower()))
