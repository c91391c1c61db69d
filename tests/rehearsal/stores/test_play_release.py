"""The legal way of a release through the rehearsed Google Play, and the faults that can be laid in it."""

from __future__ import annotations

from decimal import Decimal

from tests.rehearsal.stagehand import HOUR, NOW
from tests.rehearsal.stores.play_desk import CODE, ROOT, changed


async def test_an_edit_sees_the_tracks_and_a_commit_makes_it_live(desk):
    edit = await desk.insert()
    opened = await desk.call("GET", f"/edits/{edit}")
    assert opened == {"id": edit, "expiryTimeSeconds": str(int(NOW + 2 * HOUR))}
    tracks = await desk.call("GET", f"/edits/{edit}/tracks")
    assert {track["track"] for track in tracks["tracks"]} == {"production", "beta", "internal", "wear:production"}
    await desk.call("DELETE", f"/edits/{edit}", status=204)
    await desk.write(userFraction=0.7)
    assert desk.served() == Decimal("0.7")


async def test_halt_resume_and_completion_are_served_at_once(desk):
    await desk.write(status="halted")
    assert desk.served() == 0
    await desk.write(status="inProgress", userFraction=0.2)
    assert desk.served() == Decimal("0.2")
    await desk.write(status="completed", userFraction=None)
    assert desk.served() == 1
    releases = (await desk.production(await desk.insert()))["releases"]
    assert [release["status"] for release in releases] == ["completed"]


async def test_a_patch_is_taken_like_an_update(desk):
    edit = await desk.insert()
    track = changed(await desk.production(edit), userFraction=0.501)
    assert await desk.call("PATCH", f"/edits/{edit}/tracks/production", json=track) == track


async def test_until_the_commit_nobody_sees_the_edit(desk):
    edit = await desk.insert()
    track = changed(await desk.production(edit), status="halted")
    await desk.call("PUT", f"/edits/{edit}/tracks/production", json=track)
    assert (await desk.production(edit))["releases"][0]["status"] == "halted"
    assert desk.book.tracks["production"]["releases"][0]["status"] == "inProgress"
    assert desk.served() == Decimal("0.5")


async def test_the_lifecycle_is_readable_without_an_edit_and_shows_a_commit_after_a_while(desk):
    desk.book.lag = 30.0
    await desk.write(status="completed", userFraction=None)
    assert len((await desk.call("GET", "/tracks/production/releases"))["releases"]) == 2
    desk.clock.time += 30
    (release,) = (await desk.call("GET", "/tracks/production/releases"))["releases"]
    assert release["releaseLifecycleState"] == "RELEASE_LIFECYCLE_STATE_PUBLISHED"
    assert {"versionCode": int(CODE)} in release["activeArtifacts"]
    assert (await desk.call("GET", "/tracks/beta/releases")) == {"releases": []}


async def test_changing_calls_are_logged_with_what_was_sent_and_answered(desk):
    await desk.write(status="halted")
    calls = desk.log.of("google_play")
    assert [(call["method"], call["path"].rpartition(":")[2].rpartition("/")[2], call["status"]) for call in calls] == [
        ("POST", "edits", 200),
        ("PUT", "production", 200),
        ("POST", "validate", 200),
        ("POST", "commit", 200),
    ]
    assert calls[1]["body"]["releases"][0]["status"] == "halted"
    assert {call["at"] for call in calls} == {NOW}


# --- faults on demand ------------------------------------------------------------------------------------------------


async def test_a_fault_answers_as_often_as_it_was_told_and_only_where_it_was_told(desk):
    async with desk.unchecked() as http:
        await http.post("/_rehearsal/faults", json={"status": 503, "times": 2, "path": ":commit"})
        edit = await desk.insert()
        for _ in range(2):
            answer = await http.post(f"{ROOT}/edits/{edit}:commit")
            assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html; charset=utf-8")
        assert (await http.post(f"{ROOT}/edits/{edit}:commit")).status_code == 200
        await http.post("/_rehearsal/faults", json={"status": 429})
        assert (await http.post(f"{ROOT}/edits", json={})).status_code == 429
        assert (await http.get("/_rehearsal/log")).status_code == 200
        await http.post("/_rehearsal/faults", json={})
        assert (await http.post(f"{ROOT}/edits", json={})).status_code == 200


async def test_an_answer_can_be_lost_although_the_change_was_made(desk):
    async with desk.unchecked() as http:
        edit = await desk.insert()
        track = changed(await desk.production(edit), status="halted")
        await desk.call("PUT", f"/edits/{edit}/tracks/production", json=track)
        await http.post("/_rehearsal/faults", json={"status": 0, "times": 1})
        assert (await http.post(f"{ROOT}/edits/{edit}:commit")).status_code == 502
    assert desk.served() == 0
