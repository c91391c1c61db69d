"""The audit log: whatever is changed, removed or moved is found; a torn line is not, and is told by the next one."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rollout_tui.domain.actions import Actor
from rollout_tui.history import History
from rollout_tui.history.audit import AuditError, AuditLog, Deed, audit_file
from rollout_tui.history.chain import check
from tests.unit.domain.builders import NOW
from tests.unit.history.values import halted

ROOT = Path(__file__).parents[3]
WHO = Actor("jkim", "rel-01", "10.0.0.7", 1001, 4711, "mara")


def deed(number: int = 1, **more: object) -> Deed:
    usual = Deed("intent", NOW + number, WHO, "android", "4.2.0", "4201", f"pause {number}", "crash spike", "i-1")
    return replace(usual, **more)  # type: ignore[arg-type]


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    return AuditLog(tmp_path / "history.audit.jsonl")


def filled(log: AuditLog, count: int = 5) -> list[bytes]:
    for number in range(1, count + 1):
        log.append(deed(number))
    return log.path.read_bytes().splitlines(keepends=True)


def test_a_record_says_who_what_why_and_the_store_before_and_after(log: AuditLog) -> None:
    log.append(deed(before=halted(), after=replace(halted(), status="inProgress"), more={"approver": "mara"}))
    (record,) = log.records()
    assert (record["user"], record["uid"], record["login"], record["origin"]) == ("jkim", 1001, "mara", "10.0.0.7")
    assert (record["host"], record["pid"], record["why"]) == ("rel-01", 4711, "crash spike")
    assert record["before"]["status"] == "halted"
    assert record["before"]["share"] == "0.50"
    assert record["after"]["status"] == "inProgress"
    assert record["more"] == {"approver": "mara"}
    assert record["time"].endswith("Z")


def test_the_file_is_for_its_owner_alone(log: AuditLog) -> None:
    filled(log, 1)
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600


def test_a_link_in_its_place_is_not_followed(log: AuditLog, tmp_path: Path) -> None:
    log.path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(AuditError):
        log.append(deed())
    assert not (tmp_path / "elsewhere").exists()


def test_an_untouched_log_is_in_order(log: AuditLog) -> None:
    lines = filled(log)
    checked = log.check()
    assert (checked.records, checked.problems, checked.torn, checked.unfinished) == (5, (), 0, False)
    assert checked.head.hash == json.loads(lines[-1])["hash"]


def test_half_a_character_from_outside_is_written_and_stands(log: AuditLog) -> None:
    log.append(deed(what="caff\udce9", why="line\nbreak\u2028 and “quotes”"))
    assert log.check().problems == ()
    (record,) = log.records()
    assert record["why"] == "line\nbreak\u2028 and “quotes”"


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_changed_byte_is_found(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    log = AuditLog(tmp_path_factory.mktemp("audit") / "log.jsonl")
    filled(log, 4)
    links = [link for number in range(5, 6) for link in log.append(deed(number))]
    whole = log.path.read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[place]))
    changed = whole[:place] + bytes([other]) + whole[place + 1 :]
    assert check(changed, links).problems or check(changed, links).unfinished
    if place < whole.rindex(b'{"n"'):
        assert check(changed, ()).problems, "without what history remembers too"


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_other_order_and_any_missing_line_is_found(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    log = AuditLog(tmp_path_factory.mktemp("audit") / "log.jsonl")
    lines = filled(log)
    links = log.append(deed(6))
    lines = log.path.read_bytes().splitlines(keepends=True)
    kept = data.draw(st.permutations(lines).flatmap(lambda some: st.integers(0, 6).map(lambda n: list(some)[:n])))
    if kept == lines:
        return
    assert check(b"".join(kept), links).problems


def test_a_change_is_named_by_its_line(log: AuditLog) -> None:
    lines = filled(log)
    lines[2] = lines[2].replace(b"pause 3", b"pause 9")
    assert check(b"".join(lines), ()).problems == ("line 3: changed",)
    del lines[2]
    assert check(b"".join(lines), ()).problems == ("line 3: holds record 4, where record 3 belongs",)


def test_a_log_that_was_cut_off_or_written_anew_differs_from_what_history_remembers(tmp_path: Path) -> None:
    history = History.open(tmp_path / "history.db")
    for number in range(4):
        history.audit.append(deed(number))
    log, anchors = history.audit.log, history.audit.anchors()
    assert [anchor.number for anchor in anchors] == [1, 2, 3, 4]
    assert log.check(anchors).problems == ()
    lines = log.path.read_bytes().splitlines(keepends=True)
    log.path.write_bytes(b"".join(lines[:3]))
    assert log.check().problems == (), "a chain alone does not know its end"
    assert log.check(anchors).problems == ("record 4 is missing: history remembers more than the log holds",)
    history.audit.append(deed(9))
    assert log.check(history.audit.anchors()).problems == ("record 4 is not the one that history remembers",)
    log.path.unlink()
    assert log.check(anchors).problems == (
        "4 records from 1 on are missing: history remembers more than the log holds",
    )
    history.close()


def test_a_line_whose_end_alone_was_torn_off_is_a_record(log: AuditLog) -> None:
    lines = filled(log, 3)
    log.path.write_bytes(b"".join(lines)[:-1])
    assert (log.check().records, log.check().problems, log.check().unfinished) == (3, (), False)
    log.append(deed(4))
    assert (log.check().records, log.check().problems, log.check().torn) == (4, (), 0)


@pytest.mark.parametrize("kept", [1, 40, -2])
def test_a_torn_last_line_is_no_problem_and_the_next_record_tells_of_it(log: AuditLog, kept: int) -> None:
    lines = filled(log, 3)
    torn = lines[2][:kept]
    log.path.write_bytes(b"".join(lines[:2]) + torn)
    checked = log.check()
    assert (checked.records, checked.problems, checked.unfinished) == (2, (), True)
    log.append(deed(4))
    checked = log.check()
    assert (checked.records, checked.problems, checked.torn, checked.unfinished) == (4, (), 1, False)
    assert torn in log.path.read_bytes(), "nothing is ever cut away"
    assert [record["kind"] for record in log.records()] == ["intent", "intent", "repair", "intent"]


def test_a_repair_that_was_torn_itself_is_repaired(log: AuditLog) -> None:
    lines = filled(log, 2)
    for cut in (30, 45, 200):
        log.path.write_bytes(lines[0] + lines[1][:30])
        log.append(deed(3))
        data = log.path.read_bytes()
        log.path.write_bytes(data[: len(lines[0]) + cut])
        log.append(deed(4))
        assert log.check().problems == ()
        assert [record["what"] for record in log.records() if record["kind"] == "intent"] == ["pause 1", "pause 4"]


def test_a_repair_excuses_only_what_it_tells_of(log: AuditLog) -> None:
    lines = filled(log, 3)
    log.path.write_bytes(b"".join(lines[:2]) + lines[2][:50])
    log.append(deed(4))
    data = log.path.read_bytes().replace(lines[2][:50], lines[2][:49])
    assert check(data, ()).problems


def test_a_very_long_record_is_found_again(log: AuditLog) -> None:
    log.append(deed(why="x" * 300_000))
    log.append(deed(2))
    assert log.check().problems == ()
    assert log.check().records == 2


WRITERS = """
import sys
from pathlib import Path
from rollout_tui.history.audit import AuditLog
from tests.unit.history.test_audit import deed
log = AuditLog(Path(sys.argv[1]))
sys.stdin.read()
for number in range(40):
    log.append(deed(number))
"""


def test_several_processes_append_to_one_chain(log: AuditLog) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITERS, str(log.path)], cwd=ROOT, stdin=subprocess.PIPE)
        for _ in range(3)
    ]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.close()
    assert [writer.wait(180) for writer in writers] == [0, 0, 0]
    checked = log.check()
    assert (checked.records, checked.problems) == (120, ())


def test_what_cannot_be_written_is_said_with_its_file(log: AuditLog) -> None:
    log.path.mkdir()
    with pytest.raises(AuditError, match=r"history\.audit\.jsonl: is a directory"):
        log.append(deed())


def test_the_log_lies_beside_its_history(tmp_path: Path) -> None:
    assert audit_file(tmp_path / "history.db") == tmp_path / "history.audit.jsonl"
