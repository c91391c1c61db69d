"""The numbers that an implementation of the gates must give, from the design's own file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

FILE = Path(__file__).parents[4] / "shared" / "gate-vectors.json"

needed = pytest.mark.skipif(not FILE.is_file(), reason="the vectors are not at hand (../shared/gate-vectors.json)")


def vectors(name: str) -> list[dict[str, Any]]:
    """The vectors of one name; none where the file is absent."""
    if not FILE.is_file():
        return []
    found: list[dict[str, Any]] = json.loads(FILE.read_text())[name]
    return found
