"""Several configurations: which are read, what is refused in words, and that one app is found as ever."""

from __future__ import annotations

from pathlib import Path

import pytest

from rollout_tui.cli.main import main
from rollout_tui.config.places import config_files
from rollout_tui.engine.engines import Engines

EXAMPLE = (Path(__file__).parents[2] / "config.example.toml").read_text(encoding="utf-8")


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of configurations."""
    for kind in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind.lower()))
    monkeypatch.delenv("ROLLOUT_TUI_CONFIG", raising=False)
    folder = tmp_path / "config" / "rollout-tui"
    (folder / "apps").mkdir(parents=True)
    return folder


def app(path: Path, name: str, text: str = EXAMPLE) -> Path:
    path.write_text(text.replace('"acme-connect"', f'"{name}"', 1), encoding="utf-8")
    return path


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([*arguments])
    told = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, told.out, told.err


def test_the_folder_apps_is_read_beside_the_usual_file_and_instead_of_one_that_is_not_there(home: Path) -> None:
    assert config_files() == [home / "config.toml"]
    oak, pico = app(home / "apps" / "oak.toml", "oak"), app(home / "apps" / "pico.toml", "pico")
    (home / "apps" / "notes.txt").write_text("no configuration", encoding="utf-8")
    (home / "apps" / ".oak.toml.swp").write_text("an editor's", encoding="utf-8")
    assert config_files() == [oak, pico]
    usual = app(home / "config.toml", "acme")
    assert config_files() == [usual, oak, pico]


def test_the_variable_names_one_file_alone(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app(home / "apps" / "oak.toml", "oak")
    monkeypatch.setenv("ROLLOUT_TUI_CONFIG", str(home / "other.toml"))
    assert config_files() == [home / "other.toml"]


def test_path_and_validate_know_all_of_them(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [app(home / "apps" / f"{name}.toml", name) for name in ("oak", "pico")]
    assert said(capsys, "config", "path")[:2] == (0, f"{paths[0]}\n{paths[1]}\n")
    code, out, _ = said(capsys, "config", "validate")
    assert code == 0
    assert [line.partition(" ")[0] for line in out.splitlines()] == [f"{path}:" for path in paths]
    assert "in order. pico 4.2.0" in out


def test_the_mistakes_of_all_files_are_told_at_once(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("oak", "pico"):
        app(home / "apps" / f"{name}.toml", name, EXAMPLE.replace("[app]", "[ap]"))
    code, out, err = said(capsys, "config", "validate")
    assert (code, out) == (4, "")
    assert f"{home}/apps/oak.toml" in err
    assert f"{home}/apps/pico.toml" in err


def test_a_verb_for_one_app_asks_which_and_does_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [app(home / "apps" / f"{name}.toml", name) for name in ("oak", "pico")]
    code, out, err = said(capsys, "pause", "android", "--yes")
    assert (code, out) == (4, "")
    assert "There are 2 configurations; this is done with one at a time. Name it:" in err
    assert all(f"--config {path}" in err for path in paths)


def test_the_only_app_needs_no_name(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = app(home / "apps" / "oak.toml", "oak")
    code, out, _ = said(capsys, "config", "show")
    assert code == 0
    assert out.startswith(f"# {path}\n")


def test_two_apps_with_one_history_are_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = (app(home / "apps" / f"{name}.toml", "same") for name in ("a", "b"))
    code, _, err = said(capsys, "check")
    assert code == 4
    assert f"{two}: same keeps its history in " in err
    assert f", as {one} does; give one of them another [history] path" in err


def test_the_past_is_that_of_one_app(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rollout_tui.tui.terminal.refusal", lambda: None)
    for name in ("oak", "pico"):
        app(home / "apps" / f"{name}.toml", name)
    code, _, err = said(capsys, "watch", "--at", "10:31")
    assert code == 4
    assert "--at shows the past of one app; name it with --config" in err


async def test_engines_in_one_process_share_their_clients(home: Path) -> None:
    from rollout_tui.cli.loading import load_all

    engines = Engines(load_all([app(home / "apps" / f"{name}.toml", name) for name in ("oak", "pico")]))
    clients = [engine._works.providers._clients for engine in engines.all]
    assert clients[0] is clients[1]
    client = clients[0].get()
    await engines.all[0].close()
    assert not client.is_closed, "the other one goes on asking"
    await engines.close()
    assert client.is_closed
