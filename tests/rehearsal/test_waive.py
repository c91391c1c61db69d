"""`waive`, `waivers` and `approve` as their users run them: kept, shown by every form of the answer, taken back."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from functools import partial
from types import SimpleNamespace

import pytest

from rollout_tui.domain.releases import Platform
from rollout_tui.domain.verdicts import Waiver
from rollout_tui.history import History
from tests.rehearsal.conftest import Run
from tests.rehearsal.serving import Served, served

GATE = "crash_free_sessions"
REASON = "Few users on purpose, see the plan in #2218"
WAIVE = ("waive", GATE, "--platform", "android", "--reason", REASON, "--approver", "mara")


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Too few users to decide a gate."""
    with served(tmp_path_factory.mktemp("rehearsal"), "few-users", 1.0) as serving:
        yield serving


@pytest.fixture
def run(rehearsal: Served, run_on: Run) -> Run:
    return partial(run_on, rehearsal)


def kept(rehearsal: Served) -> list[Waiver]:
    path = rehearsal.folder / "history.db"
    if not path.exists():
        return []
    history = History.reader(path)
    try:
        return history.waivers.all(Platform.ANDROID)
    finally:
        history.close()


def checked(run: Run) -> dict[str, object]:
    gates: dict[str, object] = json.loads(run("check", "android", "--format", "json")[1])["platforms"]["android"][
        "gates"
    ]
    return gates


def test_a_waived_gate_reads_so_in_every_form_with_approver_and_expiry(
    run: Run, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert checked(run)[GATE]["verdict"] == "UNDECIDED"
    code, out, err = run(*WAIVE, "--expires", "2h", "--yes")
    assert code == 0, err
    assert "is WAIVED until" in out
    assert "### Gates that were overridden: acme-connect 4.2.0, Android" in out
    gate = checked(run)[GATE]
    assert (gate["verdict"], gate["waiver"]["approver"], gate["waiver"]["overrides"]) == ("WAIVED", "mara", "UNDECIDED")
    assert gate["waiver"]["reason"] == REASON
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    _, out, _ = run("check", "android", "--format", "github")
    assert "::warning title=Android%3A Crash-free >= 99.5 % WAIVED::waived by mara" in out.replace("%25", "%")
    assert "⚑ WAIVED" in summary.read_text()
    assert "approved by mara" in summary.read_text()
    cases = ElementTree.fromstring(run("check", "android", "--format", "junit")[1]).iter("testcase")
    mine = next(case for case in cases if str(case.get("name")).startswith(GATE))
    assert [child.tag for child in mine] == ["system-out"]
    assert str(mine[0].text).startswith("WAIVED ")
    lines = run("status")[1].splitlines()
    assert any(
        line.startswith("WAIVED android gate Crash-free at least 99.5 %") and "waived by mara" in line for line in lines
    )
    (listed,) = json.loads(run("waivers", "--json")[1])["waivers"]
    assert (listed["in_force"], listed["gate"], listed["operator"]) == (True, GATE, gate["waiver"]["operator"])
    assert REASON.replace("#", "&#35;") in run("waivers", "--notes")[1]
    code, out, _ = run("waive", GATE, "--platform", "android", "--withdraw", "--yes")
    assert (code, "withdrawn by" in out) == (0, True)
    assert checked(run)[GATE]["verdict"] == "UNDECIDED"
    code, out, _ = run("waivers")
    assert (code, out.startswith("ENDED (withdrawn by")) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ((*WAIVE[:4], *WAIVE[6:], "--yes"), 4, "needs --reason and --approver"),
        ((*WAIVE[:5], "too short", *WAIVE[6:], "--yes"), 4, "20 characters or more"),
        ((*WAIVE, "--expires", "25h", "--yes"), 4, "at most 24 h"),
        ((*WAIVE, "--expires", "soon", "--yes"), 4, "--expires"),
        ((*WAIVE[:7], "eve", "--yes"), 1, "eve is no approver (mara, tom)"),
        (("waive", "time", *WAIVE[2:], "--yes"), 4, "waiting cures it"),
        (("waive", "maintainer", *WAIVE[2:], "--yes"), 4, "can give it"),
        (("waive", "nothing", *WAIVE[2:], "--yes"), 4, 'has no gate "nothing"; it has crash_free_sessions'),
        (WAIVE, 4, "pass --yes to confirm"),
        (("waive", GATE, "--platform", "android", "--withdraw", "--yes"), 1, "No waiver of"),
    ],
)
def test_what_is_no_waiver_writes_nothing_and_says_why(
    run: Run, rehearsal: Served, arguments: tuple[str, ...], code: int, told: str
) -> None:
    before = kept(rehearsal)
    got, _, err = run(*arguments)
    assert (got, told in err) == (code, True), err
    assert kept(rehearsal) == before


def test_a_second_person_is_another_user_of_the_host_by_the_uid_of_the_process(
    run: Run, rehearsal: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = rehearsal.config.read_text()
    rehearsal.config.write_text(
        written.replace('approvers = ["mara", "tom"]', 'approvers = ["mara", "tom"]\nsecond_person = ["waive"]')
    )
    monkeypatch.setenv("USER", "mara")
    monkeypatch.setenv("LOGNAME", "mara")
    monkeypatch.setattr("pwd.getpwuid", lambda uid: SimpleNamespace(pw_name="tom"))
    try:
        code, _, err = run("waive", GATE, "--platform", "android", "--reason", REASON, "--approver", "mara", "--yes")
        (request,) = json.loads(run("waivers", "--json")[1])["requests"]
        assert (code, f"rollout-tui approve {request['id']}" in err) == (1, True)
        assert checked(run)[GATE]["verdict"] == "UNDECIDED"
        assert request["id"] in run("approve")[1]
        code, _, err = run("approve", request["id"], "--yes")
        assert (code, "tom asked for it" in err) == (1, True)
        monkeypatch.setattr("pwd.getpwuid", lambda uid: SimpleNamespace(pw_name="mara"))
        code, out, err = run("approve", request["id"].lower(), "--yes")
        assert (code, out.startswith("Granted: waive Crash-free")) == (0, True), err
        assert f"reason: {REASON}" in err
        assert checked(run)[GATE]["waiver"]["confirmed"].startswith("OS user on ")
        assert run("approve", request["id"], "--yes")[0] == 1
        assert run("approve", "NOSUCH", "--yes")[0] == 4
    finally:
        rehearsal.config.write_text(written)
        run("waive", GATE, "--platform", "android", "--withdraw", "--yes")
