"""`sign`: a named person's answer, kept, seen by the other verbs, and void for anything else."""

from __future__ import annotations

import getpass
import json
import sqlite3
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from rollout_tui.domain.releases import Platform
from rollout_tui.history import History
from tests.rehearsal.conftest import Run
from tests.rehearsal.serving import Served, served

GATE = "signoff:maintainer"


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Android in its second phase, nobody has signed."""
    with served(tmp_path_factory.mktemp("rehearsal"), "ios-phased", 1.0) as serving:
        yield serving


@pytest.fixture
def run(rehearsal: Served, run_on: Run) -> Run:
    return partial(run_on, rehearsal)


def verdict(run: Run) -> str:
    gates = json.loads(run("status", "--json")[1])["platforms"]["android"]["gates"]
    return str(next(gate["verdict"] for gate in gates if gate["id"] == GATE))


def kept(rehearsal: Served) -> list[tuple[str, bool]]:
    history = History.reader(rehearsal.folder / "history.db")
    try:
        return [(s.by, s.withdrawn) for s in history.signoffs.all(Platform.ANDROID, "4.2.0", "4201")]
    finally:
        history.close()


def test_an_answer_is_kept_seen_and_can_be_taken_back(run: Run, rehearsal: Served) -> None:
    assert verdict(run) == "UNDECIDED"
    signing = ("sign", "maintainer", "--platform", "android", "--as", "mara")
    code, out, _ = run(*signing, "--note", "read the reports", "--yes")
    assert (code, out.startswith("Signed: mara signs Maintainer sign-off for Android 4.2.0 (4201)")) == (0, True)
    assert verdict(run) == "PASS"
    code, out, _ = run(*signing, "--yes")
    assert (code, "mara has signed" in out) == (0, True)
    assert kept(rehearsal) == [("mara", False)]
    assert run(*signing, "--withdraw", "--yes")[0] == 0
    assert verdict(run) == "UNDECIDED"
    code, out, _ = run(*signing, "--withdraw", "--yes")
    assert (code, "gave no answer" in out) == (0, True)
    assert kept(rehearsal) == [("mara", False), ("mara", True)]
    history = History.reader(rehearsal.folder / "history.db")
    told = [event.text for event in history.events.newest(20) if event.text.startswith("mara ")]
    assert told[1].startswith("mara signs Maintainer sign-off")
    history.close()


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("maintainer", "--platform", "android", "--as", "eve", "--yes"), 1, "eve may not answer"),
        (("nobody", "--platform", "android", "--yes"), 4, "It asks for: maintainer."),
        (("crash_free_sessions", "--platform", "android", "--yes"), 4, "is no sign-off"),
        (("maintainer", "--platform", "ios", "--yes"), 4, "This phase asks for none."),
        (("maintainer", "--platform", "windows", "--yes"), 4, "it has android, ios"),
        (("maintainer", "--platform", "android", "--as", "mara"), 4, "pass --yes to confirm"),
        (("maintainer", "--yes"), 4, "--platform"),
    ],
)
def test_what_is_no_answer_writes_nothing_and_says_why(
    run: Run, rehearsal: Served, arguments: tuple[str, ...], code: int, told: str
) -> None:
    before = kept(rehearsal)
    got, out, err = run("sign", *arguments)
    assert (got, out) == (code, "")
    assert told in err
    assert kept(rehearsal) == before


def test_who_enters_it_for_somebody_else_is_kept_too(run: Run, rehearsal: Served) -> None:
    assert run("sign", GATE, "--platform", "android", "--as", "tom", "--yes")[0] == 0
    connection = sqlite3.connect(f"file:{rehearsal.folder / 'history.db'}?mode=ro", uri=True)
    (note,) = connection.execute("SELECT note FROM signoffs WHERE signer = 'tom'").fetchone()
    connection.close()
    assert getpass.getuser() in note
    run("sign", GATE, "--platform", "android", "--as", "tom", "--withdraw", "--yes")


def test_an_answer_that_cannot_be_kept_was_not_given(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from rollout_tui.history import HistoryError

    def full(path: Path) -> History:
        raise HistoryError("disk full")

    monkeypatch.setattr(History, "open", full)
    code, out, err = run("sign", GATE, "--platform", "android", "--as", "mara", "--yes")
    assert (code, out) == (1, "")
    assert "The answer cannot be kept: disk full. Nothing was written." in err
