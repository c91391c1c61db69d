"""`config`: written once, found, checked, shown; machine output on stdout, everything else on stderr."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rollout_tui.cli.main import main

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


@pytest.fixture
def home(monkeypatch, tmp_path) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("ROLLOUT_TUI_CONFIG", raising=False)
    return tmp_path


@pytest.fixture
def run(capsys, home):
    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["config", *arguments])
        told = capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return code, told.out, told.err

    return call


def test_init_writes_the_example_for_its_owner_alone_and_says_what_to_do_next(run, home):
    path = home / "config" / "rollout-tui" / "config.toml"
    code, out, err = run("init")
    assert (code, out) == (0, f"{path}\n")
    assert path.read_bytes() == EXAMPLE.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert "change what is marked CHANGE" in err
    assert "rollout-tui config validate\n" in err


def test_init_never_overwrites(run, home):
    path = home / "mine.toml"
    path.write_text("mine")
    code, out, err = run("init", "--config", str(path))
    assert (code, out) == (4, "")
    assert f"{path} exists already; nothing was written" in err
    assert path.read_text() == "mine"
    (home / "dangling.toml").symlink_to(home / "elsewhere.toml")
    assert run("init", "--config", str(home / "dangling.toml"))[0] == 4
    assert not (home / "elsewhere.toml").exists()


def test_init_says_why_it_cannot_write(run, home):
    (home / "file").write_text("")
    code, _, err = run("init", "--config", str(home / "file" / "config.toml"))
    assert code == 4
    assert "cannot be written" in err or "exists already" in err


def test_path_follows_the_option_then_the_variable_then_the_users_folder(run, home, monkeypatch):
    code, out, err = run("path")
    assert (code, out) == (0, f"{home}/config/rollout-tui/config.toml\n")
    assert "rollout-tui config init writes it" in err
    monkeypatch.setenv("ROLLOUT_TUI_CONFIG", str(home / "variable.toml"))
    assert run("path")[1] == f"{home}/variable.toml\n"
    (home / "option.toml").write_text("")
    assert run("path", "--config", str(home / "option.toml")) == (0, f"{home}/option.toml\n", "")


def test_the_example_is_in_order_with_the_providers_that_are_installed(run, monkeypatch):
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    code, out, err = run("validate", "--config", str(EXAMPLE))
    assert code == 0, err
    assert out == (
        f"{EXAMPLE}: in order. acme-connect 4.2.0: Android build 4201 in 3 phases, iOS build 87 in 2 phases.\n"
    )
    assert "warning: trackers.github.token: env:GITHUB_TOKEN is not set\n" in err
    assert [line for line in err.splitlines() if line.startswith("note: ")] == [
        "note: iOS, TestFlight: crash_free_sessions >= 99.5%: at most 800 sessions expected, PASS needs 1,224: "
        "this gate will end undecided, plan a waiver or a longer test (or a sign-off)"
    ]


def test_a_gate_that_needs_a_cap_is_a_note_and_no_mistake(run, home):
    path = home / "uncapped.toml"
    path.write_text(EXAMPLE.read_text(encoding="utf-8").replace('cap = "30 s"', ""), encoding="utf-8")
    code, _, err = run("validate", "--config", str(path))
    assert code == 0
    assert "note: Android, Closed testing: avg_connection_time < 10s: needs a cap: " in err


def test_show_tells_every_value_with_its_origin_and_secrets_as_references(run, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", "s3cret")
    code, out, err = run("show", "--config", str(EXAMPLE))
    assert (code, err) == (0, "")
    rows = out.splitlines()
    assert rows[0] == f"# {EXAMPLE}"
    assert any(row.startswith('app.name = "acme-connect"  # line ') for row in rows)
    assert 'metrics.crash_rate.window = "60m"  # default' in rows
    assert any(row.startswith('trackers.github.token = "env:GITHUB_TOKEN"  # line ') for row in rows)
    assert "s3cret" not in out


def test_show_as_json_is_one_object(run):
    code, out, _ = run("show", "--json", "--config", str(EXAMPLE))
    told = json.loads(out)
    assert code == 0
    assert told["file"] == str(EXAMPLE)
    assert told["values"]["stores.play.timeout"] == {"value": "10s", "from": "default", "line": None}
    assert told["values"]["app.version"]["from"] == "file"


def test_schema_is_json_schema_with_the_options_of_the_installed_providers(run):
    code, out, err = run("schema")
    schema = json.loads(out)
    assert (code, err) == (0, "")
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert "package" in schema["$defs"]["stores.google_play"]["properties"]
    assert "url" in schema["$defs"]["sources.prometheus"]["properties"]


def test_the_schema_accepts_the_example_with_the_installed_providers(run):
    validators = pytest.importorskip("jsonschema", reason="comes with the test extra's openapi-schema-validator")
    import tomli

    schema = json.loads(run("schema")[1])
    validators.Draft202012Validator.check_schema(schema)
    example = tomli.loads(EXAMPLE.read_text(encoding="utf-8"))
    assert [error.message for error in validators.Draft202012Validator(schema).iter_errors(example)] == []
