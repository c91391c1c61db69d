"""Whose the history is: one user's alone, or a group's of the host where that is written."""

from __future__ import annotations

import grp
import os
import sqlite3
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rollout_tui.domain.releases import Platform
from rollout_tui.domain.requests import Grant
from rollout_tui.history import History, HistoryError
from rollout_tui.history.requests import RequestLog
from rollout_tui.history.schema import migrate
from rollout_tui.history.sharing import share
from tests.unit.domain.builders import HOUR, NOW
from tests.unit.domain.test_requests import REQUEST
from tests.unit.domain.test_waivers import waiver

GROUP = grp.getgrgid(os.getgid()).gr_name
ANDROID = Platform.ANDROID


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_history_is_its_owners_alone_where_no_group_is_named(tmp_path: Path) -> None:
    path = tmp_path / "new" / "history.db"
    History.open(path).close()
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)


def test_with_a_group_file_folder_and_what_sqlite_puts_beside_it_are_the_groups(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        path = tmp_path / "shared" / "history.db"
        share(path, GROUP)
        history = History.open(path)
        history.waivers.add(ANDROID, waiver())
        beside = [mode(file) for file in path.parent.iterdir()]
        history.close()
    finally:
        os.umask(before)
    assert len(beside) >= 2
    assert set(beside) == {0o660}
    assert mode(path.parent) == 0o2770


def test_a_private_history_is_opened_to_the_group_by_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "shared" / "history.db"
    History.open(path).close()
    share(path, GROUP)
    assert (mode(path), mode(path.parent)) == (0o660, 0o2770)


@pytest.mark.parametrize("trick", ["symlink", "hard link"])
def test_nobody_of_the_group_opens_another_file_of_the_owners_by_a_link(tmp_path: Path, trick: str) -> None:
    path, key = tmp_path / "shared" / "history.db", tmp_path / "id_ed25519"
    share(path, GROUP)
    key.touch(0o600)
    link = path.with_name("history.key")  # the folder is the group's: any of them may make it
    link.symlink_to(key) if trick == "symlink" else link.hardlink_to(key)
    share(path, GROUP)
    assert mode(key) == 0o600


def test_an_unknown_group_and_another_users_file_are_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(OSError, match="this host has no group nobody-knows-it"):
        share(tmp_path / "a" / "history.db", "nobody-knows-it")
    path = tmp_path / "history.db"
    path.touch()
    monkeypatch.setattr("os.access", lambda *_: False)
    monkeypatch.setattr("os.geteuid", lambda: 4242)
    with pytest.raises(HistoryError, match=r"history.db: belongs to \w+ and is not shared with you: \[history\] path"):
        History.open(path)


def test_waivers_come_back_as_they_were_and_the_first_end_stands(tmp_path: Path) -> None:
    history = History.open(tmp_path / "history.db")
    history.waivers.add(ANDROID, waiver(open=2))
    assert history.waivers.all(ANDROID) == [waiver(open=2)]
    assert history.waivers.all(Platform.IOS) == []
    assert [history.waivers.end("K7Q2MX", NOW, why) for why in ("expired", "withdrawn")] == [True, False]
    assert history.waivers.all(ANDROID) == [waiver(open=2, ended_at=NOW, ended="expired")]
    history.close()


def test_a_request_is_granted_once_not_by_its_requester_and_used_once_after_that(tmp_path: Path) -> None:
    history = History.open(tmp_path / "history.db")
    requests, yes = history.requests, Grant("mara", NOW + 1, "OS user on rel-01")
    requests.add(REQUEST)
    assert not requests.use(REQUEST.id, NOW)
    assert not requests.grant(REQUEST.id, replace(yes, by="JKIM"))
    assert not requests.grant(REQUEST.id, replace(yes, at=NOW + HOUR))
    assert [requests.grant(REQUEST.id, yes), requests.grant(REQUEST.id, replace(yes, by="tom"))] == [True, False]
    assert requests.one("k7q2mx ") == replace(REQUEST, grant=yes)
    assert [requests.use(REQUEST.id, at) for at in (NOW + HOUR, NOW + 2, NOW + 3)] == [False, True, False]
    assert requests.since(NOW) == [replace(REQUEST, grant=yes, used_at=NOW + 2)]
    history.close()


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("grant"), st.sampled_from(["jkim", "JKim", "mara", "tom"]), st.floats(0, 2 * HOUR)),
        st.tuples(st.just("use"), st.just(""), st.floats(0, 2 * HOUR)),
    ),
    max_size=12,
)


@settings(deadline=None, max_examples=60)
@given(steps=STEPS)
def test_whatever_comes_in_whatever_order_a_grant_is_used_at_most_once_and_never_the_requesters(
    steps: list[tuple[str, str, float]],
) -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    requests = RequestLog(connection)
    requests.add(REQUEST)
    granted: list[tuple[str, float]] = []
    used: list[float] = []
    for what, by, after in steps:
        at = NOW + after
        if what == "grant" and requests.grant(REQUEST.id, Grant(by, at, "test")):
            granted.append((by, at))
        elif what == "use" and requests.use(REQUEST.id, at):
            assert granted, "nobody said yes"
            used.append(at)
    connection.close()
    assert len(granted) <= 1
    assert len(used) <= 1
    assert all(by.casefold() != REQUEST.requester and at < REQUEST.expires_at for by, at in granted)
    assert all(at < REQUEST.expires_at for at in used)
