"""Bodies and parameters that the rehearsed Google Play refuses, in the vendor's words and shapes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.rehearsal.stores.play_desk import BASE, CODE, ROOT, changed, error_of

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
