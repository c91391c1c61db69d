"""A few laps with fixed seeds; `make soak` walks for an hour."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rehearsal.serving import served
from tests.soak.walk import WARM, walk


async def test_random_safe_keys_on_all_pages_break_nothing_and_leave_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(tmp_path, "crash-spike", 10.0, "--history", "60") as serving:
        for name, value in serving.facts["env"].items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)  # incident reports are written there
        walked = await walk(serving.config, seed=5, laps=WARM + 1)
        assert serving.commits() == []
    pages = {"MainScreen", "ZoomPage", "TravelPage", "EventsPage", "InvestigatePage", "RunbookPage"}
    assert walked.seen.keys() >= pages | {"HelpDialog", "PaletteDialog", "ConfirmDialog"}
