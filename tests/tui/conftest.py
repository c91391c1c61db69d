"""What holds for every test of the screen."""

from __future__ import annotations

import pytest

from rollout_tui.tui import notices


@pytest.fixture(autouse=True)
def _a_notice_stands_until_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long a busy machine takes to look: its five seconds are the wall's."""
    monkeypatch.setattr(notices, "_NOTICE", 3600.0)
