"""The file itself: private, versioned, shared with other processes, and plain words when it cannot be used."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from rollout_tui.domain.readings import Scope
from rollout_tui.domain.releases import Platform
from rollout_tui.history import History, HistoryError, schema
from rollout_tui.history.log import encode_state
from tests.unit.domain.builders import NOW, play
from tests.unit.history.values import pause, poll

ANDROID = Platform.ANDROID
ROOT = Path(__file__).parents[3]

OTHER_PROCESS = """
import sys
from pathlib import Path
from rollout_tui.domain.readings import Scope
from rollout_tui.domain.releases import Platform
from rollout_tui.history import History
history = History.reader(Path(sys.argv[1]))
for line in sys.stdin:
    print(len(history.samples.polls(Platform.ANDROID, "4201", "crash_rate", 0)), flush=True)
history.close()
"""
MANY_OPEN_AT_ONCE = """
import sys
from pathlib import Path
from rollout_tui.history import History
sys.stdin.read()
History.open(Path(sys.argv[1])).close()
"""
KILLED_MID_ACTION = """
import os, signal, sys
from pathlib import Path
from rollout_tui.history import History
from tests.unit.history.values import pause
History.open(Path(sys.argv[1])).journal.write_intent(pause())
os.kill(os.getpid(), signal.SIGKILL)
"""


def child(program: str, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_file_and_folder_are_private_to_their_owner_beside_files_included(tmp_path: Path) -> None:
    path = tmp_path / "rollout-tui" / "history.db"
    history = History.open(path)
    history.samples.add([(ANDROID, poll())])
    assert mode(path.parent) == 0o700
    assert {mode(file) for file in path.parent.iterdir()} == {0o600}
    history.close()


def test_another_process_reads_while_this_one_writes(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    history = History.open(path)
    other = child(OTHER_PROCESS, path)
    with other:
        assert other.stdin is not None
        assert other.stdout is not None
        for count in range(1, 4):
            history._connection.execute("BEGIN IMMEDIATE")  # a write is under way while the other one reads
            other.stdin.write("read\n")
            other.stdin.flush()
            assert int(other.stdout.readline()) == count - 1
            history._connection.execute("ROLLBACK")
            history.samples.add([(ANDROID, poll(NOW + count, scope=Scope.PHASE))])
        other.stdin.close()
        assert other.wait(180) == 0
    history.close()


def test_what_another_program_wrote_is_noticed_once(tmp_path: Path) -> None:
    mine, other = History.open(tmp_path / "history.db"), History.open(tmp_path / "history.db")
    mine.samples.add([(ANDROID, poll())])
    assert not mine.changed_by_another()
    other.journal.write_intent(pause())
    assert mine.changed_by_another()
    assert not mine.changed_by_another()
    mine.close()
    other.close()


def test_many_processes_may_make_the_file_at_the_same_moment(tmp_path: Path) -> None:
    path = tmp_path / "new" / "history.db"
    others = [child(MANY_OPEN_AT_ONCE, path) for _ in range(6)]
    for other in others:
        assert other.stdin is not None
        other.stdin.close()
        other.stdin = None
    said = [other.communicate(timeout=180)[1] for other in others]
    assert [other.returncode for other in others] == [0] * 6, said


def test_a_kill_after_the_intent_leaves_it_open_for_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    killed = child(KILLED_MID_ACTION, path)
    killed.communicate(timeout=180)
    assert killed.returncode == -9
    history = History.open(path)
    assert history.journal.open_intents(ANDROID) == [pause()]
    history.close()


def test_a_reader_changes_nothing_and_makes_no_file(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with pytest.raises(HistoryError):
        History.reader(path)
    assert not path.exists()
    History.open(path).close()
    reader = History.reader(path)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.samples.add([(ANDROID, poll())])
    reader.close()


def test_a_file_of_a_newer_program_is_left_alone_and_said(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    History.open(path).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    connection.close()
    with pytest.raises(HistoryError, match="newer program"):
        History.open(path)
    with pytest.raises(HistoryError, match="newer program"):
        History.reader(path)


def test_an_older_file_is_brought_up_to_date_and_keeps_what_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "history.db"
    history = History.open(path)
    history.samples.add([(ANDROID, poll())])
    history.close()
    monkeypatch.setattr(schema, "_STEPS", (*schema._STEPS, "CREATE TABLE later (id INTEGER);"))
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    newer = History.open(path)
    assert newer.samples.newest(ANDROID, "4201", Scope.RECENT) == [poll()]
    assert newer._connection.execute("SELECT count(*) FROM later").fetchone() == (0,)
    newer.close()


def test_of_an_older_file_the_changes_and_the_newest_answer_of_the_store_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "history.db"
    before = schema._STEPS.index(schema._LOOKS)
    with monkeypatch.context() as older:
        older.setattr(schema, "_STEPS", schema._STEPS[:before])
        older.setattr(schema, "VERSION", before)
        History.open(path).close()
    with sqlite3.connect(path) as connection:
        rows = [(ANDROID, "4201", at, encode_state(play("0.1", at))) for at in (NOW, NOW + 7200)]
        connection.execute("INSERT INTO states VALUES (?, ?, ?, ?)", rows[0])
        connection.execute("INSERT INTO newest_states VALUES (?, ?, ?, ?)", rows[1])
    history = History.open(path)
    assert history.states.newest(ANDROID, "4201") == play("0.1", NOW + 7200)
    assert history.states.at(ANDROID, "4201", NOW + 7000) == play("0.1", NOW), "how long it was read is not known"
    history.states.add(ANDROID, play("0.1", NOW + 7260))
    assert history.states.at(ANDROID, "4201", NOW + 7230) == play("0.1", NOW + 7230)
    history.close()


@pytest.mark.parametrize(
    "content", [b"this is no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 200], ids=["foreign", "torn"]
)
def test_a_damaged_file_is_said_in_words_and_not_touched(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "history.db"
    path.write_bytes(content)
    with pytest.raises(HistoryError, match="damaged") as raised:
        History.open(path)
    assert "history.db" in str(raised.value)
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_made_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(HistoryError, match=r"not a directory|file exists"):
        History.open(tmp_path / "file" / "history.db")
