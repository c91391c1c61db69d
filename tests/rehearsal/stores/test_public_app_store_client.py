"""App Store Connect through a client that we did not write: it reads and changes the phased release as ours does."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rehearsal.conftest import Run
from tests.rehearsal.serving import Served, served

BUNDLE, VERSION = "com.acme.connect", "4.2.0"


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("rehearsal"), "ios-phased") as serving:
        yield serving


@pytest.fixture
def client(rehearsal, monkeypatch, tmp_path) -> Iterator[Any]:
    """Codemagic's client with the key that was announced."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # where it writes down what was refused
    connect = pytest.importorskip("codemagic.apple.app_store_connect", reason="the test extra brings the client")
    apple = rehearsal.facts["apple"]
    key = Path(apple["private_key"].removeprefix("file:")).read_text()
    made = connect.AppStoreConnectApiClient(apple["key_id"], apple["issuer_id"], key)
    monkeypatch.setattr(type(made), "API_URL", f"{rehearsal.url('app_store')}/v1")
    with made.session:
        yield made


def phased(client: Any) -> Any:
    """The phased release of the version, found from the bundle id as a tool finds it."""
    from codemagic.apple.resources import Platform

    versions = client.app_store_versions.Filter(version_string=VERSION, platform=Platform.IOS)
    (app,) = client.apps.list(client.apps.Filter(bundle_id=BUNDLE))
    # Raw, since this client has no versions without a release date.
    (found,) = client.apps.list_app_store_versions_data(app.id, versions)
    return client.app_store_versions.read_app_store_version_phased_release(found["id"])


def change(client: Any, state: str) -> str:
    """Set it; the state that the answer has."""
    from codemagic.apple.resources import PhasedReleaseState

    releases = client.app_store_version_phased_releases
    changed = releases.modify(phased(client).id, phased_release_state=PhasedReleaseState(state))
    return str(changed.attributes.phasedReleaseState.value)


def refused(client: Any, state: str) -> tuple[int, str]:
    """Status and detail of the error that the client raises."""
    from codemagic.apple import AppStoreConnectApiError

    with pytest.raises(AppStoreConnectApiError) as raised:
        change(client, state)
    return raised.value.status_code, str(raised.value.error_response)


def patches(rehearsal: Served) -> list[tuple[str, int, str]]:
    """What was sent to the phased release, whoever sent it."""
    calls = [one for one in rehearsal.log("app_store") if one["method"] == "PATCH"]
    return [(one["path"], one["status"], json.dumps(one.get("body"), sort_keys=True)) for one in calls]


def test_both_read_the_same_and_each_sees_what_the_other_changed(rehearsal, client, run_on: Run):
    def ours() -> Any:
        return json.loads(run_on(rehearsal, "status", "--json")[1])["platforms"]["ios"]

    theirs = phased(client).attributes
    assert (theirs.phasedReleaseState.value, theirs.currentDayNumber) == ("ACTIVE", 3)
    assert (ours()["store"]["status"], ours()["store"]["share"]) == ("ACTIVE", 0.05)
    assert run_on(rehearsal, "pause", "ios", "--yes")[0] == 0
    assert phased(client).attributes.phasedReleaseState.value == "PAUSED"
    assert change(client, "ACTIVE") == "ACTIVE"
    assert ours()["state"] == "RUNNING"
    assert change(client, "PAUSED") == "PAUSED"
    assert run_on(rehearsal, "resume", "ios", "--yes")[0] == 0
    assert phased(client).attributes.phasedReleaseState.value == "ACTIVE"


def test_both_send_the_same_bodies_and_are_refused_in_the_same_places(rehearsal, client, run_on: Run):
    assert run_on(rehearsal, "pause", "ios", "--yes")[0] == 0
    assert refused(client, "PAUSED")[0] == 409
    assert "already has this value" in refused(client, "PAUSED")[1]
    assert "already is PAUSED" in run_on(rehearsal, "pause", "ios", "--yes")[1], "ours asks before it sends"
    assert run_on(rehearsal, "resume", "ios", "--yes")[0] == 0
    assert change(client, "PAUSED") == "PAUSED"
    assert change(client, "COMPLETE") == "COMPLETE"
    status, detail = refused(client, "ACTIVE")
    assert (status, "final state" in detail) == (409, True)
    code, out, err = run_on(rehearsal, "pause", "ios", "--yes")
    assert code == 1, out
    assert "cannot be undone" in err
    sent = patches(rehearsal)
    assert [status for _, status, _ in sent] == [200, 409, 409, 200, 200, 200, 409]
    assert len({path for path, _, _ in sent}) == 1
    assert sent[0][2] == sent[4][2], "a pause of ours and one of theirs are one body"
