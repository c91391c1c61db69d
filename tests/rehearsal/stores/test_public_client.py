"""A client that we did not write, over a real socket: Google's own, through a whole edit cycle and refused ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.rehearsal.serving import Served, served
from tests.rehearsal.stores.googles_client import signed_in


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("rehearsal"), "ios-phased") as serving:
        yield serving


@pytest.fixture
def edits(rehearsal) -> Iterator[Any]:
    """`androidpublisher.edits()` of google-api-python-client, signed in with the token that was announced."""
    with signed_in(rehearsal, "androidpublisher", "v3", "google_play") as service:
        yield service.edits()


def refused(request: Any) -> tuple[int, str]:
    """Status and message of the error that the client raises."""
    from googleapiclient.errors import HttpError

    with pytest.raises(HttpError) as raised:
        request.execute()
    return int(raised.value.resp.status), raised.value.reason


def test_a_whole_edit_cycle_pauses_and_resumes(rehearsal, edits):
    package = rehearsal.facts["package_name"]
    for status, fraction in (("halted", 0.5), ("inProgress", 0.6)):
        edit = edits.insert(packageName=package, body={}).execute()["id"]
        where = {"packageName": package, "editId": edit}
        track = edits.tracks().get(**where, track="production").execute()
        ours = next(release for release in track["releases"] if "4201" in release["versionCodes"])
        ours |= {"status": status, "userFraction": fraction}
        assert edits.tracks().update(**where, track="production", body=track).execute() == track
        assert edits.validate(**where).execute()["id"] == edit
        edits.commit(**where, changesInReviewBehavior="ERROR_IF_IN_REVIEW").execute()
        assert rehearsal.play() == (status, fraction)


def test_refused_cycles_raise_the_clients_own_error_with_googles_words(rehearsal, edits):
    package = rehearsal.facts["package_name"]
    before = rehearsal.play()
    edit = edits.insert(packageName=package, body={}).execute()["id"]
    where = {"packageName": package, "editId": edit}
    track = edits.tracks().get(**where, track="production").execute()
    ours = next(release for release in track["releases"] if "4201" in release["versionCodes"])
    ours |= {"status": "completed", "userFraction": 0}
    code, reason = refused(edits.tracks().update(**where, track="production", body=track))
    assert (code, reason) == (400, "COMPLETED release must not have fraction.")
    ours |= {"status": "inProgress", "userFraction": 1.0}
    code, reason = refused(edits.tracks().update(**where, track="production", body=track))
    assert (code, reason) == (400, "User fraction must be lower than one.")
    edits.insert(packageName=package, body={}).execute()
    code, reason = refused(edits.commit(**where))
    assert (code, reason) == (400, "This Edit has been deleted.")
    code, reason = refused(edits.insert(packageName="com.other", body={}))
    assert (code, reason) == (404, "Package not found: com.other.")
    assert rehearsal.play() == before


def test_an_edit_can_be_thrown_away_and_the_tracks_listed(rehearsal, edits):
    package = rehearsal.facts["package_name"]
    edit = edits.insert(packageName=package, body={}).execute()["id"]
    where = {"packageName": package, "editId": edit}
    assert len(edits.tracks().list(**where).execute()["tracks"]) == 4
    edits.delete(**where).execute()
    assert refused(edits.get(**where))[0] == 400
