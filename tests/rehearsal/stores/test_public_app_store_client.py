"""App Store Connect through a client that we did not write: it reads and changes the phased release as ours does."""

from __future__ import annotations

import json
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
def client(rehearsal, monkeypatch) -> Any:
    """Microsoft's client with the key that was announced."""
    asconnect = pytest.importorskip("asconnect", reason="the test extra brings the client")
    from asconnect.httpclient import HttpClient

    apple = rehearsal.facts["apple"]
    key = Path(apple["private_key"].removeprefix("file:")).read_text()
    base = f"{rehearsal.url('app_store')}/v1"
    monkeypatch.setattr(HttpClient, "generate_url", lambda _, endpoint: f"{base}/{endpoint}")
    return asconnect.Client(key_id=apple["key_id"], key_contents=key, issuer_id=apple["issuer_id"])


def phased(client: Any) -> Any:
    """The phased release of the version, found from the bundle id as a tool finds it."""
    import requests

    app = client.app.get_from_bundle_id(bundle_id=BUNDLE)
    # Raw, since this client wants more of a version than Apple's document promises.
    found = requests.get(
        client.http_client.generate_url(f"apps/{app.identifier}/appStoreVersions"),
        params={"filter[versionString]": VERSION, "filter[platform]": "IOS"},
        headers={"Authorization": f"Bearer {client.http_client.generate_token()}"},
        timeout=20,
    )
    return client.version.get_phased_release(version_id=found.json()["data"][0]["id"])


def change(client: Any, state: str) -> str:
    """Set it; the state that the answer has."""
    from asconnect.models import PhasedReleaseState

    changed = client.version.patch_phased_release(
        phased_release_id=phased(client).identifier, phased_release_state=PhasedReleaseState(state)
    )
    return str(changed.attributes.phased_release_state.value)


def refused(client: Any, state: str) -> tuple[int, str]:
    """Status and detail of the error that the client raises."""
    from asconnect.exceptions import AppStoreConnectError

    with pytest.raises(AppStoreConnectError) as raised:
        change(client, state)
    return raised.value.response.status_code, raised.value.response.text


def patches(rehearsal: Served) -> list[tuple[str, int, str]]:
    """What was sent to the phased release, whoever sent it."""
    calls = [one for one in rehearsal.log("app_store") if one["method"] == "PATCH"]
    return [(one["path"], one["status"], json.dumps(one.get("body"), sort_keys=True)) for one in calls]


def test_both_read_the_same_and_each_sees_what_the_other_changed(rehearsal, client, run_on: Run):
    def ours() -> Any:
        return json.loads(run_on(rehearsal, "status", "--json")[1])["platforms"]["ios"]

    theirs = phased(client).attributes
    assert (theirs.phased_release_state.value, theirs.current_day_number) == ("ACTIVE", 3)
    assert (ours()["store"]["status"], ours()["store"]["share"]) == ("ACTIVE", 0.05)
    assert run_on(rehearsal, "pause", "ios", "--yes")[0] == 0
    assert phased(client).attributes.phased_release_state.value == "PAUSED"
    assert change(client, "ACTIVE") == "ACTIVE"
    assert ours()["state"] == "RUNNING"
    assert change(client, "PAUSED") == "PAUSED"
    assert run_on(rehearsal, "resume", "ios", "--yes")[0] == 0
    assert phased(client).attributes.phased_release_state.value == "ACTIVE"


def test_both_send_the_same_bodies_and_are_refused_in_the_same_places(rehearsal, client, run_on: Run):
    before = len(patches(rehearsal))
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
    sent = patches(rehearsal)[before:]
    assert [status for _, status, _ in sent] == [200, 409, 409, 200, 200, 200, 409]
    assert len({path for path, _, _ in sent}) == 1
    assert sent[0][2] == sent[4][2], "a pause of ours and one of theirs are one body"
