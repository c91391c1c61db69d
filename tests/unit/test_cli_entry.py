"""Where the program begins: with nothing to parse it watches at once, and ends as it ends behind a parsed verb."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from rollout_tui import __version__
from rollout_tui.cli.entry import main


@pytest.fixture
def watching(monkeypatch) -> Callable[[object], None]:
    """Put something in the place of the screen: an exit code, or an exception."""

    def install(ending: object) -> None:
        def run_watch() -> object:
            if isinstance(ending, BaseException):
                raise ending
            return ending

        monkeypatch.setattr("rollout_tui.cli.watching.run_watch", run_watch)

    return install


def code_of(arguments: list[str] | None) -> object:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return ended.value.code


@pytest.mark.parametrize("arguments", [[], ["watch"]])
def test_nothing_to_parse_is_watch(watching, arguments):
    watching(7)
    assert code_of(arguments) == 7


def test_it_takes_the_processs_own_arguments(watching, monkeypatch):
    watching(7)
    monkeypatch.setattr(sys, "argv", ["rollout-tui", "watch"])
    assert code_of(None) == 7


def test_anything_else_is_parsed(watching, capsys):
    watching(AssertionError("nobody asked to watch"))
    assert code_of(["--version"]) == 0
    assert capsys.readouterr().out == f"rollout-tui {__version__}\n"
    assert code_of(["watch", "--help"]) == 0
    assert "--read-only" in capsys.readouterr().out
    assert code_of(["wach"]) == 4


def test_while_a_shell_completes_nothing_is_watched(watching, monkeypatch, capsys):
    watching(AssertionError("nobody asked to watch"))
    monkeypatch.setenv("_ROLLOUT_TUI_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "rollout-tui")
    monkeypatch.setenv("COMP_CWORD", "1")
    assert code_of([]) == 0
    assert "plain,watch" in capsys.readouterr().out.split()


def test_ctrl_c_and_mistakes_of_the_program_end_it_as_behind_a_parsed_verb(watching, monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    watching(KeyboardInterrupt())
    assert code_of([]) == 130
    monkeypatch.setattr("rollout_tui.cli.log.record", lambda error: f"details of {error}")
    watching(RuntimeError("boom"))
    assert code_of([]) == 5
    assert capsys.readouterr().err == "rollout-tui: internal error (RuntimeError); details of boom\n"


def test_the_installed_command_and_the_package_begin_here():
    told = "import rollout_tui.cli as c, rollout_tui.cli.entry as e; print(c.main is e.main)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, timeout=180, check=True)
    assert done.stdout == "True\n"
