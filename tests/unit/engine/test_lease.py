"""One action per platform on this host: who holds it is told, a lock dies with its process, nobody is tricked."""

from __future__ import annotations

import asyncio
import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollout_tui.domain.actions import Expectation
from rollout_tui.domain.releases import StateWord
from rollout_tui.engine import lease as leases
from rollout_tui.engine.lease import SETTLING, Lease, LeaseHeld
from rollout_tui.engine.leasenote import Note
from rollout_tui.engine.lockfile import Lockfile

ROOT = Path(__file__).parents[3]
PAUSED = Expectation(StateWord.PAUSED, "halted", Decimal("0.5"))


def lease(folder: Path, by: str = "jkim@rel-01", platform: str = "android") -> Lease:
    return Lease(folder / f"{platform}.lease", platform, by)


def test_it_says_who_holds_it_and_goes_with_its_holder(tmp_path: Path) -> None:
    mine, other = lease(tmp_path), lease(tmp_path, "mara@rel-01")
    told = r"jkim@rel-01, process \d+ \(promote\)"
    with mine.held("promote", 60), pytest.raises(LeaseHeld, match=told), other.held("resume", 60):
        pytest.fail("two held it")
    with other.held("resume", 60), lease(tmp_path, platform="ios").held("promote", 60):
        pass


HOLDING = """
import sys
from pathlib import Path
from tests.unit.engine.test_lease import PAUSED, lease
with lease(Path(sys.argv[1])).held(sys.argv[2], 60, PAUSED):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held_by_another_process(folder: Path, action: str = "promote") -> Iterator[int]:
    """Its process id."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(folder), action], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process.pid
        process.communicate()


def test_whoever_looks_sees_the_holder_and_holds_up_nobody(tmp_path: Path) -> None:
    other = lease(tmp_path, "mara@rel-01")
    assert other.holder() is None
    with held_by_another_process(tmp_path) as process:
        holder = other.holder()
        assert holder is not None
        assert (holder.by, holder.pid, holder.action, holder.expects) == ("jkim@rel-01", process, "promote", PAUSED)
        assert not holder.over
    assert other.holder() is None
    with other.held("resume", 60):
        assert other.holder() is None, "this process itself is no other"
    with held_by_another_process(tmp_path, SETTLING):
        assert other.holder() is None, "who only looks is no holder to wait for"


def test_it_dies_with_a_killed_process(tmp_path: Path) -> None:
    program = """
import os, signal, sys
from pathlib import Path
from tests.unit.engine.test_lease import lease
with lease(Path(sys.argv[1])).held("promote", 60):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run([sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, check=False)
    assert killed.returncode == -9
    with lease(tmp_path, "mara@rel-01").held("promote", 60):
        pass


async def test_a_pause_goes_past_whoever_holds_it_for_long_and_knows_what_they_did(tmp_path: Path) -> None:
    with lease(tmp_path).held("promote", 60, PAUSED):
        async with lease(tmp_path, "mara@rel-01").held_to_pause(60, 0.0) as hold:
            assert hold.before is not None
            assert (hold.before.by, hold.before.expects) == ("jkim@rel-01", PAUSED)


async def test_a_pause_does_not_wait_for_a_read_back(tmp_path: Path) -> None:
    with lease(tmp_path).held("promote", 60) as holding:
        holding.sent()
        began = time.monotonic()
        async with lease(tmp_path, "mara@rel-01").held_to_pause(60, 600):
            assert time.monotonic() - began < 300


async def test_a_pause_does_not_wait_for_whoever_only_looks(tmp_path: Path) -> None:
    with lease(tmp_path).held(SETTLING, 6000):
        async with asyncio.timeout(60), lease(tmp_path, "mara@rel-01").held_to_pause(60, 600) as hold:
            assert hold.before is not None


def test_the_note_of_who_held_it_last_lets_nobody_in_beside_who_holds_it_now(tmp_path: Path) -> None:
    with lease(tmp_path).held("promote", -1):
        pass  # its note stays, and is long over
    mine, other = lease(tmp_path), lease(tmp_path, "mara@rel-01")
    old = mine._lock.text()
    reads = [old]
    mine._lock.text = lambda: reads.pop() if reads else Lockfile.text(mine._lock)  # type: ignore[method-assign]
    told = r"mara@rel-01, process \d+ \(resume\)"
    with other.held("resume", 60), pytest.raises(LeaseHeld, match=told), mine.held("promote", 60):
        pytest.fail("two held it")


async def test_a_file_that_somebody_replaces_for_ever_stops_no_pause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter(range(1000))
    monkeypatch.setattr(Lockfile, "_stands", lambda *_: next(looks) < 0)
    with pytest.raises(LeaseHeld, match="replaced"), lease(tmp_path).held("promote", 60):
        pytest.fail("it was taken")
    async with lease(tmp_path).held_to_pause(60, 600):
        pass


async def test_no_text_in_a_shared_lock_file_stops_a_pause(tmp_path: Path) -> None:
    (tmp_path / "android.lease").write_text("[" * 2000)
    other = lease(tmp_path)
    assert Note.read("[" * 2000) is None
    async with other.held_to_pause(60, 0) as hold:
        assert hold.before is None


async def test_while_one_pauses_nobody_else_begins(tmp_path: Path) -> None:
    async with lease(tmp_path).held_to_pause(60, 0):
        assert lease(tmp_path).pausing() is not None
        with pytest.raises(LeaseHeld, match=r"\(pause\)"), lease(tmp_path, "mara@rel-01").held("promote", 60):
            pytest.fail("it began")
    assert lease(tmp_path).pausing() is None


def test_a_holder_who_should_long_be_over_stops_nobody_and_knows_it(tmp_path: Path) -> None:
    with lease(tmp_path).held("promote", -1) as slept, lease(tmp_path, "mara@rel-01").held("resume", 60) as awake:
        assert (slept.expired, awake.expired) == (True, False)


def test_a_shared_one_is_for_every_user_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        with Lease(tmp_path / "x.lease", "android", "jkim", shared=True).held("promote", 60):
            assert stat.S_IMODE((tmp_path / "x.lease").stat().st_mode) == 0o666
        with lease(tmp_path).held("promote", 60):
            assert stat.S_IMODE((tmp_path / "android.lease").stat().st_mode) == 0o600
    finally:
        os.umask(before)


@pytest.mark.parametrize("trick", ["symlink", "hard link", "fifo", "folder"])
async def test_a_trick_in_its_place_is_refused_and_a_pause_goes_on(tmp_path: Path, trick: str) -> None:
    precious, path = tmp_path / "precious", tmp_path / "android.lease"
    precious.write_text("precious")
    make = {
        "symlink": lambda: path.symlink_to(precious),
        "hard link": lambda: path.hardlink_to(precious),
        "fifo": lambda: os.mkfifo(path),
        "folder": path.mkdir,
    }
    make[trick]()
    with pytest.raises(LeaseHeld, match="remove it"), lease(tmp_path).held("promote", 60):
        pytest.fail("it was taken")
    async with lease(tmp_path).held_to_pause(60, 600):
        pass
    assert precious.read_text() == "precious"


def test_a_file_that_was_removed_while_it_was_locked_is_made_anew(tmp_path: Path) -> None:
    with lease(tmp_path).held("promote", 60):
        (tmp_path / "android.lease").unlink()
        with lease(tmp_path).held("resume", 60), pytest.raises(LeaseHeld), lease(tmp_path).held("promote", 60):
            pytest.fail("two held it")


def test_everybody_who_controls_the_same_has_the_same_and_others_another(tmp_path: Path) -> None:
    mine = Lease.of("google_play com.acme https://play", tmp_path / "a" / "history.db", "android", "jkim")
    other = Lease.of("google_play com.acme https://play", tmp_path / "b" / "history.db", "android", "mara")
    third = Lease.of("google_play com.acme http://127.0.0.1:9", tmp_path / "b" / "history.db", "android", "mara")
    if mine.path.parent == tmp_path / "a":
        pytest.skip("this host has no folder for all users")
    assert mine.path == other.path
    assert mine.path != third.path
    assert mine.path.parent.stat().st_mode & stat.S_ISVTX


def test_where_no_folder_is_for_all_it_lies_beside_the_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_to_all = tmp_path / "open"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)  # without the sticky bit others could replace the file
    monkeypatch.setattr(leases, "_SHARED", (str(open_to_all), str(tmp_path / "missing")))
    path = tmp_path / "history.db"
    assert Lease.of("google_play com.acme", path, "android", "jkim").path == tmp_path / "history.db.android.lease"


@given(st.text() | st.binary().map(lambda data: data.decode("utf-8", "replace")))
def test_whatever_a_stranger_writes_there_is_read_without_harm(text: str) -> None:
    Note.read(text)


@pytest.mark.parametrize(
    "text", ["", "[]", '["a",1,"b",1e999,true,["x","y","z"]]', '["a",1,"b",1,0,[null,null,"NaN"]]']
)
def test_an_odd_note_is_none_or_plain(text: str) -> None:
    note = Note.read(text)
    assert note is None or note.by == "a"


def test_a_strangers_note_cannot_draw_on_the_screen() -> None:
    note = Note.read('["\\u001b[31mroot",1,"promote",1,false,null]')
    assert note is not None
    assert "\x1b" not in note.by
