"""One edit per package at a time on this host, across processes; a pause does not depend on a folder."""

from __future__ import annotations

import asyncio
import fcntl
import os
from decimal import Decimal

import pytest

from providers.google_play import store as store_module
from providers.google_play.lock import PackageLock, default_folder
from rollout_tui.domain.actions import ActionKind
from rollout_tui.domain.releases import StateWord
from rollout_tui.ports import ProviderError, ShareHeld, Unreachable
from tests.providers.google_play.desk import ANDROID, NOW, PRODUCTION
from tests.providers.google_play.fake import PACKAGE

PLAY = "https://androidpublisher.googleapis.com"
LOCK = f"play-androidpublisher.googleapis.com-{PACKAGE}.lock"


@pytest.fixture
def another_process(tmp_path):
    folder = tmp_path / "locks"
    folder.mkdir()
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT)
    os.write(handle, b"process 4711 (changing com.acme.connect)")
    fcntl.flock(handle, fcntl.LOCK_EX)
    yield
    os.close(handle)


async def test_whoever_waits_too_long_is_told_who_holds_it_and_nothing_is_sent(
    desk_of, half, another_process, monkeypatch
):
    monkeypatch.setattr(store_module, "_ACTION_WAIT", 0.0)
    desk = desk_of(half)
    with pytest.raises(Unreachable, match=r"process 4711 \(changing com\.acme\.connect\) has an edit"):
        await desk.store.perform(ANDROID, desk.plan(ActionKind.PAUSE, None), None)
    assert half.calls == []


async def test_while_another_process_has_the_edit_the_rest_of_the_answer_is_told_with_who_has_it(
    desk_of, half, another_process, monkeypatch
):
    monkeypatch.setattr(store_module, "_READ_WAIT", 0.0)
    desk = desk_of(half)
    with pytest.raises(ShareHeld) as caught:
        await desk.see()
    shown = caught.value.shown
    assert (shown.word, shown.status, shown.share, shown.as_of) == (StateWord.UNKNOWN, "PUBLISHED", None, NOW)
    assert shown.notes[0] == caught.value.message
    assert "another process of this host: process 4711" in caught.value.message
    assert half.calls == ["list"], "no edit beside another one's"


async def test_the_share_that_was_read_before_stands_with_its_age_while_another_process_has_the_edit(
    desk_of, half, tmp_path, monkeypatch
):
    monkeypatch.setattr(store_module, "_READ_WAIT", 0.0)
    desk = desk_of(half)
    await desk.see()
    desk.clock.time += 900
    async with PackageLock(tmp_path / "locks", PACKAGE, PLAY).held("reading the share", 0.0):
        with pytest.raises(ShareHeld) as caught:
            await desk.see()
    shown = caught.value.shown
    assert (shown.word, shown.share, shown.share_as_of) == (StateWord.RUNNING, Decimal("0.5"), NOW)
    assert (await desk.see()).share_as_of == NOW + 900


async def test_a_share_is_waited_for_while_another_process_has_the_edit_for_a_moment(desk_of, half, tmp_path):
    desk = desk_of(half)
    lock = PackageLock(tmp_path / "locks", PACKAGE, PLAY)
    async with lock.held("reading the share", 0.0):
        reading = asyncio.create_task(desk.see())
        await asyncio.sleep(0)
    assert (await reading).share == Decimal("0.5")


async def test_the_lock_is_given_back_and_names_its_holder(tmp_path):
    lock = PackageLock(tmp_path, PACKAGE, PLAY)
    async with lock.held("reading", 0.0):
        assert f"process {os.getpid()} (reading)" in (tmp_path / LOCK).read_text()
        with pytest.raises(Unreachable):
            async with lock.held("reading", 0.0):
                pass
    async with lock.held("again", 0.0):
        pass


async def test_the_same_package_at_another_address_is_another_store(tmp_path):
    async with (
        PackageLock(tmp_path, PACKAGE, "http://127.0.0.1:8001").held("one rehearsal", 0.0),
        PackageLock(tmp_path, PACKAGE, "http://127.0.0.1:8002").held("another rehearsal", 0.0),
    ):
        holders = sorted(path.read_text().partition(" (")[2] for path in tmp_path.glob("*.lock"))
        assert [holder.partition(")")[0] for holder in holders] == ["another rehearsal", "one rehearsal"]


def test_a_runtime_folder_that_is_not_private_is_passed_over_without_a_word(monkeypatch, tmp_path):
    (tmp_path / "run").mkdir(mode=0o755)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    assert default_folder().name == "rollout-tui"


async def test_a_package_name_cannot_leave_the_folder(tmp_path):
    async with PackageLock(tmp_path / "locks", "../../etc/passwd", "http://..").held("x", 0.0):
        assert [path.name for path in (tmp_path / "locks").iterdir()] == ["play-..-.._.._etc_passwd.lock"]


async def test_without_a_folder_for_locks_a_pause_goes_on_and_a_promotion_does_not(desk_of, half, tmp_path):
    (tmp_path / "locks").write_text("a file where a folder should be")
    desk = desk_of(half)
    with pytest.raises(ProviderError, match="cannot be made"):
        await desk.store.perform(ANDROID, desk.plan(ActionKind.PROMOTE, None, PRODUCTION), None)
    assert half.calls == []
    await desk.store.perform(ANDROID, desk.plan(ActionKind.PAUSE, None), None)
    assert half.tracks["production"][0]["status"] == "halted"
