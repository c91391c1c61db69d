"""The host's own identity: a person's or a service account's default credentials, and workload identity by an STS."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from providers.google_account.options import SignInOptions
from providers.google_account.signin import sign_in
from rollout_tui.ports import Denied, Misconfigured, ProviderContext, Unreachable
from tests.providers.google_play.desk import StillClock

SCOPE = "https://www.googleapis.com/auth/androidpublisher"


class Google:
    """Security token service and IAM credentials: a subject token in, a service account's token out."""

    def __init__(self) -> None:
        self.exchanged: list[dict[str, str]] = []
        self.impersonated: list[dict[str, Any]] = []
        self.refuses: httpx.Response | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.refuses is not None:
            return self.refuses
        if request.url.host == "sts.googleapis.com":
            self.exchanged.append({key: values[0] for key, values in parse_qs(request.content.decode()).items()})
            token = {
                "access_token": "federated",
                "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
                "token_type": "Bearer",
                "expires_in": 3600,
            }
            return httpx.Response(200, json=token)
        assert request.headers["authorization"] == "Bearer federated"
        self.impersonated.append(json.loads(request.content))
        ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
        return httpx.Response(200, json={"accessToken": "ours", "expireTime": ends})


@pytest.fixture
def google() -> Google:
    return Google()


@pytest.fixture
async def signing(google, monkeypatch, tmp_path):
    """Signs in with the credential file that a test writes."""
    path = tmp_path / "credentials.json"
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    async with httpx.AsyncClient(transport=httpx.MockTransport(google)) as http:

        def make(credentials: dict[str, Any] | str):
            path.write_text(credentials if isinstance(credentials, str) else json.dumps(credentials))
            context = ProviderContext("play", http, StillClock(), lambda _: "never asked")
            return sign_in(SignInOptions(application_default=True), SCOPE, context)

        yield make


def workload_identity(folder: Path) -> dict[str, Any]:
    """What `gcloud iam workload-identity-pools create-cred-config` writes, with a token that lies in a file."""
    token = folder / "subject.token"
    token.write_text("signed by the CI")
    return {
        "type": "external_account",
        "audience": "//iam.googleapis.com/projects/12/locations/global/workloadIdentityPools/ci/providers/gitlab",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": "https://sts.googleapis.com/v1/token",
        "credential_source": {"file": str(token)},
        "service_account_impersonation_url": "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"
        "rollout@p.iam.gserviceaccount.com:generateAccessToken",
    }


async def test_workload_identity_gives_the_hosts_token_for_a_service_accounts(signing, google, tmp_path):
    assert await signing(workload_identity(tmp_path)).token() == "ours"
    assert google.exchanged[0]["subject_token"] == "signed by the CI"
    assert google.impersonated[0]["scope"] == [SCOPE]


async def test_its_token_is_kept_and_replaced_like_any_other(signing, google, tmp_path):
    identity = signing(workload_identity(tmp_path))
    await identity.token()
    await identity.ahead()
    assert await identity.token() == "ours"
    assert len(google.impersonated) == 1
    identity.forget()
    await identity.token()
    assert len(google.impersonated) == 2


async def test_a_subject_that_google_does_not_take_says_where_to_look(signing, google, tmp_path):
    google.refuses = httpx.Response(
        400, json={"error": "invalid_grant", "error_description": "The given subject token is not valid."}
    )
    with pytest.raises(Denied, match="does not accept this host's workload identity") as caught:
        await signing(workload_identity(tmp_path)).token()
    assert "attribute condition" in caught.value.remedy


async def test_a_missing_subject_token_is_told(signing, tmp_path):
    identity = workload_identity(tmp_path) | {"credential_source": {"file": str(tmp_path / "gone.token")}}
    with pytest.raises((Denied, Misconfigured), match=r"gone\.token"):
        await signing(identity).token()


async def test_a_silent_token_service_is_unreachable(signing, google, tmp_path):
    google.refuses = httpx.Response(503, text="busy")
    with pytest.raises((Unreachable, Denied)):
        await signing(workload_identity(tmp_path)).token()


@pytest.mark.parametrize("broken", ["{", '{"type": "something_else"}', "[]"])
async def test_a_broken_credential_file_is_told_with_what_to_do(signing, broken):
    with pytest.raises(Misconfigured, match="no application default credentials that can be used") as caught:
        await signing(broken).token()
    assert "GOOGLE_APPLICATION_CREDENTIALS" in caught.value.remedy
