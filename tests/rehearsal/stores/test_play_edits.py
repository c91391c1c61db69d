"""Edits at the rehearsed Google Play: how each one is lost, and who may ask for one at all."""

from __future__ import annotations

import pytest

from rollout_tui.rehearsal.scenarios import PACKAGE
from tests.rehearsal.stagehand import HOUR
from tests.rehearsal.stores.play_desk import CODE, ROOT, Desk, error_of

STEPS = (
    ("GET", ""),
    ("GET", "/tracks"),
    ("GET", "/tracks/production"),
    ("PUT", "/tracks/production"),
    ("POST", ":validate"),
    ("POST", ":commit"),
    ("DELETE", ""),
)
DELETED = (400, "FAILED_PRECONDITION", "This Edit has been deleted.", "editDeleted")


async def is_lost(desk: Desk, edit: str) -> set[tuple[int, str, str, str]]:
    """What every step says to an edit that cannot be used."""
    told = set()
    for method, step in STEPS:
        body = {"json": {"track": "production", "releases": []}} if method == "PUT" else {}
        headers = {"Authorization": "Bearer ours"}
        told.add(error_of(await desk.http.request(method, f"{ROOT}/edits/{edit}{step}", headers=headers, **body)))
    return told


async def test_an_unknown_edit_is_not_found_at_any_step(desk):
    assert await is_lost(desk, "12345") == {(404, "NOT_FOUND", "Edit not found: 12345.", "editNotFound")}


async def test_a_new_edit_of_the_same_user_takes_the_former_ones_place(desk):
    edit = await desk.insert()
    await desk.insert("ci")
    await desk.call("GET", f"/edits/{edit}")
    await desk.insert()
    assert await is_lost(desk, edit) == {DELETED}


async def test_the_first_commit_by_anybody_invalidates_every_other_edit(desk):
    ours, theirs = await desk.insert(), await desk.insert("ci")
    await desk.call("POST", f"/edits/{theirs}:commit", token="ci")
    assert await is_lost(desk, ours) == {DELETED}


async def test_a_change_in_the_console_invalidates_open_edits_and_is_served(desk):
    edit = await desk.insert()
    await desk.in_the_console(build=CODE, status="halted", fraction=0.5)
    async with desk.unchecked() as http:
        tracks = (await http.get("/_rehearsal/state")).json()["tracks"]
    assert await is_lost(desk, edit) == {DELETED}
    assert tracks[0]["releases"][0]["status"] == "halted"
    assert desk.served() == 0


async def test_an_edit_that_was_thrown_away_is_deleted(desk):
    edit = await desk.insert()
    await desk.call("DELETE", f"/edits/{edit}", status=204)
    assert await is_lost(desk, edit) == {DELETED}


async def test_a_committed_edit_says_so(desk):
    edit = await desk.insert()
    await desk.call("POST", f"/edits/{edit}:commit")
    ((code, status, message, _),) = await is_lost(desk, edit)
    assert (code, status) == (400, "FAILED_PRECONDITION")
    assert "already been successfully committed" in message


async def test_an_edit_expires_when_it_said(desk):
    edit = await desk.insert()
    desk.clock.time += 2 * HOUR
    message = "This edit has expired, please create a new Edit."
    assert await is_lost(desk, edit) == {(400, "FAILED_PRECONDITION", message, "editExpired")}


# --- who asks, and for what ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", [None, "Bearer stolen", "Bearer", "Basic ours", ""])
async def test_without_a_good_token_nothing_is_answered(desk, header):
    headers = {} if header is None else {"Authorization": header}
    answer = await desk.http.post(f"{ROOT}/edits", json={}, headers=headers)
    assert error_of(answer)[:2] == (401, "UNAUTHENTICATED")
    answer = await desk.http.get(f"{ROOT}/tracks/production/releases", headers=headers)
    assert answer.status_code == 401


async def test_another_package_and_another_track_are_not_found(desk):
    headers = {"Authorization": "Bearer ours"}
    answer = await desk.http.post(f"{ROOT}x/edits", json={}, headers=headers)
    assert error_of(answer)[:3] == (404, "NOT_FOUND", f"Package not found: {PACKAGE}x.")
    answer = await desk.http.get(f"{ROOT}/tracks/nightly/releases", headers=headers)
    assert error_of(answer)[3] == "trackNotFound"
    edit = await desk.insert()
    answer = await desk.http.get(f"{ROOT}/edits/{edit}/tracks/nightly", headers=headers)
    assert error_of(answer)[3] == "trackNotFound"
