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
        [sys.executable, "-c", told, code, *arguments], capture_output=True, text=True, timeout=60, check=False
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
    }


@pytest.mark.parametrize("verb", ["status", "pause", "resume", "promote", "gate", "config"])
def test_help_of_a_verb_imports_nothing_heavy(verb):
    assert heavy(imported_by(RUN, verb, "--help"), HEAVY) == set()


def test_checking_a_configuration_imports_no_screen_and_no_network():
    modules = imported_by(RUN, "config", "validate", "--config", "config.example.toml")
    assert "pydantic" in modules
    assert heavy(modules, (*SCREENS, "httpx", "google.auth", "jwt")) == set()


def test_status_imports_no_screen():
    modules = imported_by("import rollout_tui.cli.status, rollout_tui.cli.lines, rollout_tui.engine.engine")
    assert heavy(modules, (*SCREENS, "httpx")) == set()
