"""What the command line imports before it knows what to do: nothing heavy."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("textual", "rich", "httpx", "plotext", "google.auth", "uvicorn", "starlette", "pydantic", "jwt", "sqlite3")
SCREENS = ("textual", "rich", "plotext", "uvicorn", "starlette")


def imported_by(code: str, *arguments: str) -> set[str]:
    """The modules that a fresh interpreter holds after the code."""
    told = "import sys\ntry:\n    exec(sys.argv.pop(1))\nfinally:\n    print('MODULES', *sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", told, code, *arguments], capture_output=True, text=True, timeout=180, check=False
    )
    return set(done.stderr.partition("MODULES ")[2].split())


def heavy(modules: set[str], names: tuple[str, ...]) -> set[str]:
    return modules & set(names)


RUN = "from rollout_tui.cli.main import main; main()"


def test_importing_the_command_line_imports_nothing_heavy():
    modules = imported_by("import rollout_tui.cli.main")
    assert "click" in modules
    assert heavy(modules, HEAVY) == set()


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["polish"]])
def test_help_and_errors_of_usage_import_no_verb_and_nothing_heavy(arguments):
    modules = imported_by(RUN, *arguments)
    assert "click" in modules
    assert heavy(modules, HEAVY) == set()
    assert not {name for name in modules if name.startswith("rollout_tui.cli.")} - {
        "rollout_tui.cli.main",
        "rollout_tui.cli.options",
        "rollout_tui.cli.entry",
        "rollout_tui.cli.codes",
        "rollout_tui.cli.loading",
    }


def test_completing_a_platform_imports_nothing_heavy(monkeypatch):
    monkeypatch.setenv("_ROLLOUT_TUI_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "rollout-tui pause a")
    monkeypatch.setenv("COMP_CWORD", "2")
    monkeypatch.setenv("ROLLOUT_TUI_CONFIG", "config.example.toml")
    modules = imported_by(RUN)
    assert "tomli" in modules
    assert heavy(modules, HEAVY) == set()


@pytest.mark.parametrize("verb", ["status", "pause", "resume", "promote", "gate", "config", "providers"])
def test_help_of_a_verb_imports_nothing_heavy(verb):
    assert heavy(imported_by(RUN, verb, "--help"), HEAVY) == set()


def test_checking_a_configuration_imports_no_screen_and_no_network():
    modules = imported_by(RUN, "config", "validate", "--config", "config.example.toml")
    assert "pydantic" in modules
    assert heavy(modules, (*SCREENS, "httpx", "google.auth", "jwt")) == set()


def test_status_imports_no_screen():
    modules = imported_by("import rollout_tui.cli.status, rollout_tui.cli.lines, rollout_tui.engine.engine")
    assert heavy(modules, (*SCREENS, "httpx")) == set()


FIRST_FRAME = """
import sys
from rollout_tui.cli import main
from rollout_tui.tui import early, terminal
from rollout_tui.tui.sgr import Depth

def paint_and_end(desk, look):
    print(early._painted(early._rows(desk, look, 120, 40), look, Depth.TRUE))
    sys.exit()

terminal.refusal = lambda: None
early.first_frame = paint_and_end
main([])
"""
AFTER_THE_FIRST_FRAME = (
    *(name for name in HEAVY if name not in ("rich", "sqlite3")),
    *("rich.console", "click", "anyio", "stamina", "cryptography", "providers"),
    *("rollout_tui.tui.app", "rollout_tui.tui.screens", "rollout_tui.tui.widgets", "rollout_tui.config.reading"),
    *(f"rollout_tui.engine.{name}" for name in ("works", "actions", "poller", "rounds", "providers", "http", "upkeep")),
)


def test_the_first_frame_of_a_known_configuration_needs_no_textual_no_network_and_nothing_that_acts(
    monkeypatch, tmp_path
):
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("ROLLOUT_TUI_CONFIG", "config.example.toml")
    assert "pydantic" in imported_by(FIRST_FRAME)  # a new configuration is checked, once
    modules = imported_by(FIRST_FRAME)
    assert "rollout_tui.tui.view.screen" in modules
    assert heavy(modules, AFTER_THE_FIRST_FRAME) == set()
