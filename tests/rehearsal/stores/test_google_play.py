"""The rehearsed Google Play: answers as Google's document has them, and refusals in the vendor's words and shapes."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx
import pytest

from rollout_tui.rehearsal.changes import ChangeLog
from rollout_tui.rehearsal.exposure import ExposureLog
from rollout_tui.rehearsal.faults import Faults
from rollout_tui.rehearsal.scenarios import PACKAGE, PlayStart
from rollout_tui.rehearsal.stores.play import PlayBook
from rollout_tui.rehearsal.stores.play_api import make_app
from tests.rehearsal.stagehand import HOUR, NOW, Turned, held_to

BASE = "https://androidpublisher.googleapis.com"
ROOT = f"/androidpublisher/v3/applications/{PACKAGE}"
CODE = "4201"


@dataclass
class Desk:
    """The service in this process, held to Google's document; its state machine; two people who sign in."""

    book: PlayBook
    clock: Turned
    log: ChangeLog
    transport: Any
    http: httpx.AsyncClient

    async def call(self, method: str, path: str, status: int = 200, token: str = "ours", **more: Any) -> Any:
        """A call within the document; its answer."""
        headers = {"Authorization": f"Bearer {token}"}
        answer = await self.http.request(method, ROOT + path, headers=headers, **more)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def insert(self, token: str = "ours") -> str:
        edit: dict[str, str] = await self.call("POST", "/edits", json={}, token=token)
        return edit["id"]

    async def production(self, edit: str) -> dict[str, Any]:
        track: dict[str, Any] = await self.call("GET", f"/edits/{edit}/tracks/production")
        return track

    def unchecked(self) -> httpx.AsyncClient:
        """A client whose requests may break the document, and which reaches the control routes."""
        headers = {"Authorization": "Bearer ours"}
        return httpx.AsyncClient(transport=self.transport.inner, base_url=BASE, headers=headers)

    async def put(self, edit: str, track: Any, name: str = "production") -> httpx.Response:
        """An update that may break the document; the answer is held to it."""
        path = f"{ROOT}/edits/{edit}/tracks/{name}"
        async with self.unchecked() as http:
            answer = await http.put(path, json=track)
        contract = self.transport.contract
        good = httpx.Request("PUT", BASE + path, json={"track": name, "releases": []})
        contract.check_response(contract.check_request(good), answer)
        return answer

    async def in_the_console(self, **change: Any) -> Any:
        """Somebody does something in the Play Console; how Play stands then."""
        async with self.unchecked() as http:
            answer = await http.post("/_rehearsal/console", json=change)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def write(self, **changes: Any) -> Any:
        """A whole cycle that changes our release; a change to None takes the key out."""
        edit = await self.insert()
        track = changed(await self.production(edit), **changes)
        await self.call("PUT", f"/edits/{edit}/tracks/production", json=track)
        await self.call("POST", f"/edits/{edit}:validate")
        parameters = {"changesInReviewBehavior": "ERROR_IF_IN_REVIEW"}
        return await self.call("POST", f"/edits/{edit}:commit", params=parameters)

    def served(self) -> Decimal:
        """The share of users that is offered our build from now on."""
        return self.book.exposure.share_at(CODE, self.clock.time)


def changed(track: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The track with our release changed."""
    after = copy.deepcopy(track)
    ours = next(release for release in after["releases"] if CODE in release["versionCodes"])
    ours.update(changes)
    for name in [name for name, value in changes.items() if value is None]:
        del ours[name]
    return after


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    clock, log = Turned(), ChangeLog()
    exposure = ExposureLog()
    exposure.set(NOW - HOUR, CODE, Decimal("0.5"))
    book = PlayBook(PlayStart(), exposure, clock.now)
    app = make_app(book, {"ours": "rollout-tui", "ci": "ci"}, log, Faults())
    transport = held_to("google_play", app)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as http:
        yield Desk(book, clock, log, transport, http)


def error_of(answer: httpx.Response) -> tuple[int, str, str, str]:
    """Code, status, message and reason of Google's error shape, which must be whole."""
    error = answer.json()["error"]
    assert error["code"] == answer.status_code
    assert error["errors"][0]["message"] == error["message"]
    assert error["errors"][0]["domain"] == "global"
    return error["code"], error["status"], error["message"], error["errors"][0]["reason"]


# --- the legal way -----------------------------------------------------------------------------------------------


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


# --- bodies that Play refuses ------------------------------------------------------------------------------------

OUT_OF_BOUND = "rolloutFractionOutOfBound"
REFUSED: tuple[tuple[dict[str, Any], int, str, str], ...] = (
    ({"status": "completed"}, 400, "COMPLETED release must not have fraction", "badRequest"),
    ({"status": "completed", "userFraction": 0}, 400, "COMPLETED release must not have fraction", "badRequest"),
    ({"status": "draft"}, 400, "DRAFT release must not have fraction", "badRequest"),
    ({"userFraction": 1}, 400, "User fraction must be lower than one", OUT_OF_BOUND),
    ({"userFraction": 1.0, "status": "halted"}, 400, "User fraction must be lower than one", OUT_OF_BOUND),
    ({"userFraction": 0}, 400, "User fraction must be greater than zero", OUT_OF_BOUND),
    ({"userFraction": -0.1}, 400, "User fraction must be greater than zero", OUT_OF_BOUND),
    ({"userFraction": None}, 400, "must have a user fraction", "required"),
    ({"userFraction": "half"}, 400, "Invalid value at 'releases[0].userFraction' (TYPE_DOUBLE)", "invalidValue"),
    ({"userFraction": True}, 400, "TYPE_DOUBLE", "invalidValue"),
    ({"status": "paused"}, 400, "Invalid value for status: paused", "invalidValue"),
    ({"status": 3}, 400, "TYPE_ENUM", "invalidValue"),
    ({"fraction": 0.5}, 400, "Unknown name \"fraction\" at 'releases[0]': Cannot find field.", "badRequest"),
    ({"versionCodes": ["4201", "9999"]}, 404, "version codes could not be found: 9999", "apkNotFound"),
    ({"versionCodes": [4201]}, 400, "TYPE_INT64", "invalidValue"),
    ({"versionCodes": "4201"}, 400, "TYPE_INT64", "invalidValue"),
    ({"releaseNotes": ["text"]}, 400, "LocalizedText", "invalidValue"),
    ({"releaseNotes": [{"language": "en-US", "text": 7}]}, 400, "LocalizedText", "invalidValue"),
    ({"countryTargeting": {"states": ["AT"]}}, 400, "CountryTargeting", "invalidValue"),
    ({"inAppUpdatePriority": 6}, 400, "TYPE_INT32", "invalidValue"),
    ({"inAppUpdatePriority": True}, 400, "TYPE_INT32", "invalidValue"),
)


@pytest.mark.parametrize(("changes", "code", "message", "reason"), REFUSED, ids=[str(case[0]) for case in REFUSED])
async def test_a_body_that_play_refuses_is_refused_in_its_words_and_changes_nothing(
    desk, changes, code, message, reason
):
    edit = await desk.insert()
    before = await desk.production(edit)
    answer = await desk.put(edit, changed(before, **changes))
    assert answer.status_code == code
    told = error_of(answer)
    assert message in told[2]
    assert told[3] == reason
    assert await desk.production(edit) == before


@pytest.mark.parametrize("body", [[], {"releases": 7}, {"releases": [7]}, {"tracks": []}])
async def test_a_body_that_is_no_track_is_refused(desk, body):
    answer = await desk.put(await desk.insert(), body)
    assert error_of(answer)[:2] == (400, "INVALID_ARGUMENT")


async def test_a_body_that_is_no_json_is_refused(desk):
    edit = await desk.insert()
    headers = {"Authorization": "Bearer ours", "Content-Type": "application/json"}
    async with httpx.AsyncClient(transport=desk.transport.inner, base_url=BASE, headers=headers) as http:
        answer = await http.put(f"{ROOT}/edits/{edit}/tracks/production", content=b"{")
    assert error_of(answer)[3] == "parseError"


async def test_what_is_fully_released_can_not_be_staged(desk):
    await desk.write(status="completed", userFraction=None)
    edit = await desk.insert()
    answer = await desk.put(edit, changed(await desk.production(edit), status="inProgress", userFraction=0.5))
    assert error_of(answer)[:3] == (400, "INVALID_ARGUMENT", "Fully released can not be staged.")


async def test_what_is_fully_released_can_not_be_staged_without_the_codes_that_it_kept(desk):
    await desk.write(status="completed", userFraction=None)
    edit = await desk.insert()
    change = {"status": "inProgress", "userFraction": 0.5, "versionCodes": [CODE]}
    answer = await desk.put(edit, changed(await desk.production(edit), **change))
    assert error_of(answer)[2] == "Fully released can not be staged."


async def test_a_full_release_is_halted_and_resumed_in_production_but_not_for_internal_testers(desk):
    await desk.write(status="completed", userFraction=None)
    await desk.write(status="halted", userFraction=0.99)
    assert desk.served() == 0
    await desk.write(status="inProgress", userFraction=0.2)
    assert desk.served() == Decimal("0.2")
    edit = await desk.insert()
    track = await desk.call("GET", f"/edits/{edit}/tracks/internal")
    answer = await desk.put(edit, changed(track, status="halted", userFraction=0.99), "internal")
    assert error_of(answer)[:2] == (400, "INVALID_ARGUMENT")


async def test_the_first_release_on_a_track_is_not_staged_but_a_full_one_with_the_same_code_is_taken(desk):
    edit = await desk.insert()
    staged = {"versionCodes": [CODE], "status": "inProgress", "userFraction": 0.1}
    answer = await desk.put(edit, {"track": "beta", "releases": [staged]}, "beta")
    assert error_of(answer)[2] == "The first release on a track cannot be staged."
    full = {"track": "beta", "releases": [{"versionCodes": [CODE], "status": "completed"}]}
    assert await desk.call("PUT", f"/edits/{edit}/tracks/beta", json=full) == full
    await desk.call("POST", f"/edits/{edit}:commit")
    (release,) = (await desk.call("GET", "/tracks/beta/releases"))["releases"]
    assert release["activeArtifacts"] == [{"versionCode": int(CODE)}]
    assert desk.served() == Decimal("0.5")


async def test_a_release_that_left_the_track_is_served_to_nobody_any_more(desk):
    edit = await desk.insert()
    track = await desk.production(edit)
    track["releases"] = [release for release in track["releases"] if CODE not in release["versionCodes"]]
    await desk.call("PUT", f"/edits/{edit}/tracks/production", json=track)
    await desk.call("POST", f"/edits/{edit}:commit")
    assert desk.served() == 0


async def test_a_new_edit_carries_no_name_that_google_does_not_know(desk):
    async with desk.unchecked() as http:
        answer = await http.post(f"{ROOT}/edits", json={"colour": "red"})
        assert 'Unknown name "colour": Cannot find field.' in error_of(answer)[2]
        answer = await http.post(f"{ROOT}/edits", json=[])
        assert error_of(answer)[:2] == (400, "INVALID_ARGUMENT")
        assert (await http.post(f"{ROOT}/edits")).status_code == 200


async def test_a_query_parameter_that_the_method_does_not_know_is_refused(desk):
    edit = await desk.insert()
    async with desk.unchecked() as http:
        answer = await http.get(f"{ROOT}/edits/{edit}/tracks", params={"changesNotSentForReview": "true"})
        assert 'Unknown name "changesNotSentForReview": Cannot bind query parameter.' in error_of(answer)[2]
        assert (await http.get(f"{ROOT}/edits/{edit}/tracks", params={"prettyPrint": "false"})).status_code == 200


async def test_completing_the_wrong_release_is_refused(desk):
    edit = await desk.insert()
    track = await desk.production(edit)
    older = {"name": "4.1.2", "versionCodes": ["4099"], "status": "completed"}
    answer = await desk.put(edit, {**track, "releases": [*track["releases"], older]})
    assert error_of(answer)[2] == "Only one completed release is allowed."


# --- the review that a commit meets ------------------------------------------------------------------------------


@pytest.mark.parametrize("parameters", [{"changesInReviewBehavior": "SHRUG"}, {"changesNotSentForReview": "maybe"}])
async def test_commit_knows_its_parameters(desk, parameters):
    edit = await desk.insert()
    async with desk.unchecked() as http:
        answer = await http.post(f"{ROOT}/edits/{edit}:commit", params=parameters)
    assert error_of(answer)[:2] == (400, "INVALID_ARGUMENT")
    await desk.call("POST", f"/edits/{edit}:commit")


async def test_a_commit_that_would_cancel_a_review_is_refused_where_it_asked_for_that_and_stays_good(desk):
    await desk.in_the_console(in_review=True)
    edit = await desk.insert()
    await desk.call(
        "PUT", f"/edits/{edit}/tracks/production", json=changed(await desk.production(edit), status="halted")
    )
    careful = {"changesInReviewBehavior": "ERROR_IF_IN_REVIEW"}
    refused = await desk.call("POST", f"/edits/{edit}:commit", status=400, params=careful)
    assert refused["error"]["status"] == "FAILED_PRECONDITION"
    assert "in review" in refused["error"]["message"]
    assert desk.served() == Decimal("0.5")
    assert (await desk.in_the_console())["canceled_reviews"] == 0
    await desk.call("POST", f"/edits/{edit}:commit")
    assert desk.served() == 0
    assert (await desk.in_the_console())["canceled_reviews"] == 1


async def test_changes_are_kept_from_review_only_where_the_app_demands_it(desk):
    edit = await desk.insert()
    by_hand = {"changesNotSentForReview": "true"}
    refused = await desk.call("POST", f"/edits/{edit}:commit", status=400, params=by_hand)
    assert refused["error"]["message"] == "The query parameter changesNotSentForReview must not be set."
    await desk.in_the_console(send_by_hand=True)
    refused = await desk.call("POST", f"/edits/{edit}:commit", status=400)
    assert "Please set the query parameter changesNotSentForReview to true." in refused["error"]["message"]
    await desk.call("POST", f"/edits/{edit}:commit", params=by_hand)


async def test_what_was_committed_and_not_sent_reaches_nobody_until_somebody_sends_it(desk):
    await desk.in_the_console(send_by_hand=True)
    edit = await desk.insert()
    track = changed(await desk.production(edit), userFraction=0.9)
    await desk.call("PUT", f"/edits/{edit}/tracks/production", json=track)
    await desk.call("POST", f"/edits/{edit}:commit", params={"changesNotSentForReview": "true"})
    ours, before = (await desk.call("GET", "/tracks/production/releases"))["releases"]
    assert ours["releaseLifecycleState"] == "RELEASE_LIFECYCLE_STATE_NOT_SENT_FOR_REVIEW"
    assert before["releaseLifecycleState"] == "RELEASE_LIFECYCLE_STATE_PUBLISHED"
    assert desk.served() == Decimal("0.5")
    assert (await desk.in_the_console())["waiting_to_be_sent"] is True
    assert (await desk.in_the_console(send=True))["waiting_to_be_sent"] is False
    assert desk.served() == Decimal("0.9")
    releases = (await desk.call("GET", "/tracks/production/releases"))["releases"]
    assert {release["releaseLifecycleState"] for release in releases} == {"RELEASE_LIFECYCLE_STATE_PUBLISHED"}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"build": "9999", "status": "halted"}, 404),
        ({"build": CODE, "status": "completed", "fraction": 0.5}, 400),
        ({"build": CODE}, 400),
        ({"builds": [CODE]}, 400),
    ],
)
async def test_the_console_refuses_what_play_could_not_be(desk, change, status):
    before = copy.deepcopy(desk.book.tracks)
    async with desk.unchecked() as http:
        answer = await http.post("/_rehearsal/console", json=change)
    assert error_of(answer)[0] == status
    assert desk.book.tracks == before


# --- edits that are lost -----------------------------------------------------------------------------------------

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


# --- who asks, and for what --------------------------------------------------------------------------------------


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


# --- faults on demand --------------------------------------------------------------------------------------------


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
