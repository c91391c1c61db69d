"""`audit verify` and `audit export` on a log with known deeds."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from rollout_tui.cli import audit
from rollout_tui.history import History
from tests.unit.history.test_audit import deed
from tests.unit.history.values import halted


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "history.db"
    settings = SimpleNamespace(history=SimpleNamespace(path=path))
    monkeypatch.setattr(audit, "load_settings", lambda config: settings)
    return path


def fill(path: Path) -> Path:
    history = History.open(path)
    history.audit.append(deed(1, before=halted()))
    history.audit.append(deed(2, why="=HYPERLINK(1)"))
    history.close()
    return history.audit.log.path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(audit.group, arguments)


def test_an_untouched_log_verifies_and_names_its_head(history: Path) -> None:
    log = fill(history)
    head = json.loads(log.read_text().splitlines()[-1])["hash"]
    result = run("verify")
    assert (result.exit_code, result.stdout.strip()) == (0, f"2 records in {log}; the last is 2, {head}")
    assert run("verify", "--expect", head).exit_code == 0
    assert run("verify", "--expect", "0" * 64).exit_code == 1


def test_a_changed_record_and_a_cut_end_are_found(history: Path) -> None:
    log = fill(history)
    lines = log.read_text().splitlines(keepends=True)
    log.write_text(lines[0].replace("jkim", "tom") + lines[1])
    assert (run("verify").exit_code, "line 1: changed" in run("verify").stdout) == (1, True)
    log.write_text(lines[0])
    assert (run("verify").exit_code, "record 2 is missing" in run("verify").stdout) == (1, True)


def test_without_its_history_the_end_cannot_be_known_and_that_is_said(history: Path) -> None:
    log = fill(history)
    log.write_text(log.read_text().splitlines(keepends=True)[0])
    history.unlink()
    result = run("verify")
    assert (result.exit_code, "cannot be told: there is no history" in result.stdout) == (0, True)


def test_nothing_written_yet_is_in_order(history: Path) -> None:
    assert (run("verify").exit_code, "yet" in run("verify").stdout) == (0, True)


def test_export_gives_json_lines_and_a_csv_that_no_spreadsheet_computes(history: Path) -> None:
    fill(history)
    records = [json.loads(line) for line in run("export").stdout.splitlines()]
    assert [record["n"] for record in records] == [1, 2]
    rows = list(csv.DictReader(io.StringIO(run("export", "--format", "csv").stdout)))
    assert [row["what"] for row in rows] == ["pause 1", "pause 2"]
    assert rows[0]["before"] == "PAUSED (halted 0.50)"
    assert rows[1]["why"] == "'=HYPERLINK(1)"
