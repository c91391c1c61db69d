"""The command line's shell: verbs from a table, one line for every error, and exit codes that scripts can rely on."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from types import SimpleNamespace

import click
import pytest

from rollout_tui import __version__
from rollout_tui.cli.main import VERBS, Verbs, main
from rollout_tui.cli.options import confirmed


@pytest.fixture(autouse=True)
def private_places(monkeypatch, tmp_path):
    """No test reads or writes the user's own files."""
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.delenv("ROLLOUT_TUI_CONFIG", raising=False)
    before = list(logging.getLogger().handlers)
    yield
    for handler in [one for one in logging.getLogger().handlers if one not in before]:
        logging.getLogger().removeHandler(handler)
        handler.close()


@pytest.fixture
def run(capsys):
    """Run the command line: exit code, stdout, stderr."""

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        told = capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return code, told.out, told.err

    return call


@pytest.fixture
def verb(monkeypatch):
    """Put a command in the place of `status`."""

    def install(command: click.Command) -> None:
        monkeypatch.setattr("rollout_tui.cli.status.command", command)

    return install


def test_the_version_is_that_of_the_package(run):
    assert run("--version") == (0, f"rollout-tui {__version__}\n", "")


def test_help_lists_every_verb_with_examples_and_how_to_complete(run):
    code, out, _ = run("--help")
    assert code == 0
    assert "Examples:" in out
    assert "_ROLLOUT_TUI_COMPLETE=bash_source" in out
    assert all(f"  {name} " in out for name in VERBS)


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_has_help_with_examples(run, name):
    code, out, _ = run(name, "--help")
    assert code == 0
    assert f"rollout-tui {name}" in out
    assert "Examples:" in out


@pytest.mark.parametrize("name", VERBS)
def test_no_line_of_help_is_wider_than_80_columns(run, monkeypatch, name):
    monkeypatch.setenv("COLUMNS", "80")
    command = Verbs.get_command(Verbs(), click.Context(click.Command("x")), name)
    below = command.list_commands(click.Context(command)) if isinstance(command, click.Group) else []
    for arguments in ((name,), *((name, one) for one in below)):
        _, out, _ = run(*arguments, "--help")
        assert [line for line in out.splitlines() if len(line) > 80] == [], arguments


_NO_FILE = ("audit", "config", "gate", "rehearse", "providers")


@pytest.mark.parametrize("name", [name for name in VERBS if name not in _NO_FILE])
def test_every_verb_that_needs_a_configuration_takes_its_file(name):
    command = Verbs.get_command(Verbs(), click.Context(click.Command("x")), name)
    assert command is not None
    assert "--config" in {option for parameter in command.params for option in parameter.opts}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["polish"], 'rollout-tui: no command "polish"; expected one of watch, rehearse, status'),
        (["status", "--colour"], "rollout-tui status: No such option '--colour'."),
        (["pause"], "rollout-tui pause: Missing argument 'PLATFORM'."),
        (["status", "--json", "--watch"], "rollout-tui status: --json gives one look"),
        (["config"], "rollout-tui config: Missing command."),
        (["config", "polish"], "rollout-tui config: No such command 'polish'."),
        (["status", "--config", "/"], "rollout-tui status: Invalid value for '--config'"),
    ],
)
def test_a_usage_error_is_one_line_and_exit_code_4(run, arguments, said):
    code, out, err = run(*arguments)
    assert (code, out) == (4, "")
    assert err.count("\n") == 1
    assert err.startswith(said)
    assert "--help)" in err


@pytest.mark.parametrize("arguments", [[], ["--read-only"]])
def test_without_a_verb_it_watches_with_the_options_that_were_given(run, monkeypatch, arguments):
    asked = []

    @click.command()
    @click.option("--read-only", is_flag=True)
    def watch(read_only: bool) -> int:
        asked.append(read_only)
        return 7

    monkeypatch.setattr(Verbs, "get_command", lambda _self, _context, name: watch if name == "watch" else None)
    assert run(*arguments)[0] == 7
    assert asked == [bool(arguments)]


def test_without_any_configuration_it_says_what_to_try(run, tmp_path):
    code, out, err = run("status")
    assert (code, out) == (4, "")
    assert str(tmp_path / "config" / "rollout-tui" / "config.toml") in err
    assert "rollout-tui rehearse" in err
    assert "rollout-tui config init" in err


def test_a_configuration_that_was_named_and_is_missing_is_an_error_of_that_file(run, monkeypatch):
    code, _, err = run("status", "--config", "/nowhere/config.toml")
    assert code == 4
    assert err.startswith("/nowhere/config.toml: there is no such file")


def test_every_mistake_of_a_configuration_is_told_and_exit_code_4(run, tmp_path):
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("x = 1\n[app]\nname = 'a'\n")
    for arguments in (["status"], ["pause", "android", "--yes"], ["config", "validate"], ["config", "show"]):
        code, out, err = run(*arguments, "--config", str(wrong))
        assert (code, out) == (4, "")
        assert f"{wrong}:1: x: nobody knows this key" in err
        assert f"{wrong}:2: app.version: missing" in err


def test_a_verbs_own_exit_code_is_the_programs(run, verb):
    @click.command()
    @click.pass_context
    def command(context: click.Context) -> None:
        context.exit(3)

    verb(command)
    assert run("status") == (3, "", "")


def test_an_error_of_the_program_is_one_line_and_exit_code_5_and_its_log_holds_no_secret(run, verb, tmp_path):
    @click.command()
    def command() -> None:
        password = "hunter2"  # noqa: F841  a local variable that must not get into the log
        raise RuntimeError("sent ghp_" + "a1B2c3D4e5F6g7H8i9J0")

    verb(command)
    code, out, err = run("status")
    assert (code, out) == (5, "")
    assert err.count("\n") == 1
    path = Path(err.strip().rpartition("details in ")[2])
    assert path.is_relative_to(tmp_path)
    assert path.stat().st_mode & 0o077 == 0
    text = path.read_text()
    assert "RuntimeError: sent [secret]" in text
    assert "test_cli_main.py" in text
    assert "= 'hunter2'" not in text


def test_an_error_is_told_even_where_no_log_can_be_written(run, verb, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", "/proc/nowhere")

    @click.command()
    def command() -> None:
        raise RuntimeError("boom")

    verb(command)
    assert run("status") == (5, "", "rollout-tui: internal error (RuntimeError); its log cannot be written\n")


def test_ctrl_c_ends_as_shells_expect(run, verb):
    @click.command()
    def command() -> None:
        raise KeyboardInterrupt

    verb(command)
    assert run("status")[0] == 130


def test_the_shell_completes_verbs_from_the_table(run, monkeypatch):
    monkeypatch.setenv("_ROLLOUT_TUI_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "rollout-tui p")
    monkeypatch.setenv("COMP_CWORD", "1")
    _, out, _ = run()
    assert out.split() == ["plain,pause", "plain,promote", "plain,providers"]


@pytest.mark.parametrize(("typed", "goes_on"), [("android 100", True), ("android 10", False), ("y", False)])
def test_what_must_be_typed_is_typed_in_full(monkeypatch: pytest.MonkeyPatch, typed: str, goes_on: bool) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("click.prompt", lambda *_, **__: typed)
    assert confirmed("Do it?", "android 100") is goes_on


def test_a_yes_is_asked_for_with_its_question(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("click.confirm", lambda question, default: asked.append(question) or not default)
    assert confirmed("Write it down?")
    assert asked == ["Write it down?"]


@pytest.fixture
def complete(run, monkeypatch):
    """What bash is offered for the last of these words."""

    def press(words: str) -> list[str]:
        monkeypatch.setenv("_ROLLOUT_TUI_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", f"rollout-tui {words}")
        monkeypatch.setenv("COMP_CWORD", str(len(f"rollout-tui {words}x".split()) - 1))
        _, out, err = run()
        assert err == ""
        return [line.partition(",")[2] for line in out.split()]

    return press


@pytest.mark.parametrize(
    "words", ["pause ", "resume ", "promote ", "restart ", "check ", "acknowledge ", "sign x --platform ",
              "waive x --platform ", "guard --stop "]
)  # fmt: skip
def test_the_shell_completes_the_platforms_of_the_configuration(complete, words, tmp_path):
    usual = tmp_path / "config/rollout-tui/config.toml"
    assert complete(words) == ["android", "ios"], "no configuration yet"
    usual.parent.mkdir(parents=True)
    usual.write_text("[platforms.ios]\nphases = 'of no account here'\n[platforms.web]\n")
    assert complete(words) == ["ios"]
    assert complete(f"{words}a") == []


def test_the_shell_completes_the_platforms_of_the_configuration_that_is_named(complete, tmp_path):
    named = tmp_path / "other.toml"
    named.write_text("[platforms.android]\n")
    assert complete(f"pause --config {named} ") == ["android"]
    assert complete(f"check --config {named} ") == ["android"]


@pytest.mark.parametrize("written", [b"[platforms", b"\xff\xfe", b"platforms = 3", b"a = " + b"[" * 9000, b""])
def test_a_configuration_that_cannot_be_read_is_silent_at_the_prompt(complete, written, tmp_path, monkeypatch):
    path = tmp_path / "config.toml"
    path.write_bytes(written)
    monkeypatch.setenv("ROLLOUT_TUI_CONFIG", str(path))
    assert complete("pause ") == ["android", "ios"]


def test_a_pipe_in_place_of_a_configuration_does_not_hold_the_prompt(complete, tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setenv("ROLLOUT_TUI_CONFIG", str(tmp_path / "pipe"))
    assert complete("pause a") == ["android"]


def test_the_shell_completes_scenarios(complete):
    assert complete("rehearse --scenario crash-") == ["crash-spike", "crash-regression"]
