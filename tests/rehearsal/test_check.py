"""`check` on rehearsals: the promised exit codes, right after the start, through real services."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.rehearsal.conftest import Run
from tests.rehearsal.serving import PATIENCE, Served, served

SCENARIOS = {"healthy": 0, "crash-regression": 1, "few-users": 2, "no-data": 3}
WORD = {0: "PASS", 1: "FAIL", 2: "UNDECIDED", 3: "NO DATA"}


@pytest.fixture(params=SCENARIOS)
def scenario(request) -> str:
    return str(request.param)


@pytest.fixture
def rehearsal(tmp_path: Path, scenario: str) -> Iterator[Served]:
    with served(tmp_path, scenario) as serving:
        yield serving


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A healthy one for what leaves it as it was."""
    with served(tmp_path_factory.mktemp("rehearsal")) as serving:
        yield serving


@pytest.fixture
def run(rehearsal: Served, run_on: Run) -> Run:
    return partial(run_on, rehearsal)


def test_right_after_the_start_check_answers_what_the_scenario_promises(run: Run, scenario: str) -> None:
    wanted = SCENARIOS[scenario]
    code, out, err = run("check")
    assert (code, err) == (wanted, "")
    assert out.splitlines()[-1] == WORD[wanted]
    code, out, _ = run("check", "--format", "json")
    seen = json.loads(out)
    assert (code, seen["exit_code"], seen["verdict"]) == (wanted, wanted, WORD[wanted])
    code, out, _ = run("check", "--format", "junit")
    root = ElementTree.fromstring(out)
    assert bool([*root.iter("failure"), *root.iter("error")]) is (code != 0)


def test_on_a_fast_clock_what_a_busy_machine_took_for_its_look_is_still_fresh(tmp_path: Path, run_on: Run) -> None:
    with served(tmp_path, "healthy", 600.0) as rehearsal:
        code, out, _ = run_on(rehearsal, "check")
    assert (code, out.splitlines()[-1]) == (0, "PASS"), out


@pytest.mark.parametrize("scenario", ["crash-regression"])
def test_one_platform_alone_and_the_forms_for_ci(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("check", "ios")[0] == 0
    page = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    code, out, _ = run("check", "android", "--format", "github")
    assert code == 1
    assert "::error title=Android%3A Crash-free >= 99.5 %25 FAIL::crash rate proven over 0.5 %25" in out
    assert "| ❌ FAIL | Crash-free ≥ 99.5 % |" in page.read_text(encoding="utf-8")
    gates = tmp_path / "gates.xml"
    code, out, _ = run("check", "--format", "junit", "--out", str(gates))
    assert (code, out) == (1, "")
    assert ElementTree.parse(gates).getroot().get("failures") not in (None, "0")
    assert run("check", "--plain", "android")[0] == 1
    code, out, _ = run("check", "android", "--explain")
    assert "for FAIL     ln E " in out
    assert "point        200*" in out


@pytest.mark.parametrize(
    ("line", "wrong", "says"),
    [
        ("package = ", 'package = "com.acme.other"', "Google Play knows no such package"),
        ("build = ", 'build = "4999"', "Google Play says not on the track"),
    ],
)
def test_a_store_that_shows_no_phase_of_this_build_passes_nothing(
    shared: Served, run_on: Run, tmp_path: Path, line: str, wrong: str, says: str
) -> None:
    lines = shared.config.read_text(encoding="utf-8").splitlines()
    first = next(number for number, text in enumerate(lines) if text.startswith(line))
    lines = [*lines[:first], wrong, *lines[first + 1 :]]
    text = "\n".join(lines).replace(str(shared.folder / "history.db"), str(tmp_path / "history.db"))
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    other = Served(shared.process, shared.facts | {"config": str(tmp_path / "config.toml")})
    code, out, _ = run_on(other, "check", "android")
    assert (code, out.splitlines()[-1]) == (3, "NO DATA")
    code, out, _ = run_on(other, "check", "android", "--format", "json")
    assert says in out
    assert '"PASS"' not in out


def test_wrong_words_are_usage_errors_in_one_line(shared: Served, run_on: Run) -> None:
    for arguments, told in (
        (("windows",), "it has android, ios"),
        (("--format", "xml"), "'xml' is not one of"),
        (("--format", "json", "--explain"), "--explain writes lines"),
        (("--out", "/nowhere/gates.txt"), "--out /nowhere/gates.txt: no such file or directory"),
    ):
        code, out, err = run_on(shared, "check", *arguments)
        assert (code, out) == (4, "")
        assert told in err
        assert err.count("\n") == 1


def test_stdout_is_the_machine_s_and_nothing_of_the_screen_is_imported(shared: Served, tmp_path: Path) -> None:
    places = {f"XDG_{kind}_HOME": str(tmp_path / kind) for kind in ("CONFIG", "DATA", "STATE", "CACHE")}
    ended = subprocess.run(
        [
            sys.executable,
            "-c",
            "import atexit, sys\n"
            "atexit.register(lambda: print([n for n in sys.modules if n.split('.')[0] in ('textual', 'plotext')],"
            " file=sys.stderr))\n"
            "from rollout_tui.cli.main import main\n"
            "main(sys.argv[1:])",
            "check",
            "--format",
            "json",
            "--config",
            str(shared.config),
        ],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=os.environ | places,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "[]\n")
    assert json.loads(ended.stdout)["verdict"] == "PASS"


@pytest.mark.parametrize("scenario", ["healthy"])
def test_a_source_that_is_gone_is_no_data_and_no_pass(run: Run, rehearsal: Served) -> None:
    rehearsal.process.kill()
    rehearsal.process.wait(PATIENCE)
    code, out, _ = run("check")
    assert code == 3
    assert "Google Play cannot be read" in out
