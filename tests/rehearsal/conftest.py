"""Running verbs in this process on what another one serves."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rollout_tui.cli.main import main
from tests.rehearsal.serving import Served

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run_on(monkeypatch, tmp_path, capsys) -> Run:
    """Run a verb on the configuration of a rehearsal, without a terminal: exit code, stdout, stderr."""
    for kind in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind.lower()))

    def call(rehearsal: Served, *arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--config", str(rehearsal.config)])
        told = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, told.out, told.err

    return call
