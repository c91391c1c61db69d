"""Options are checked before anything is opened."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import ValidationError

from providers.google_play import PROVIDER
from providers.google_play.options import GooglePlayOptions


def test_exactly_one_way_to_sign_in_is_needed():
    with pytest.raises(ValidationError, match="exactly one of"):
        GooglePlayOptions(package="com.acme.connect")
    with pytest.raises(ValidationError, match="exactly one of"):
        GooglePlayOptions(package="com.acme.connect", token="env:A", application_default=True)


@pytest.mark.parametrize("wrong", [{"token": "ya29.secret"}, {"package": "connect"}, {"base_url": "x"}, {"odd": 1}])
def test_what_is_no_option_is_refused(wrong):
    right = {"package": "com.acme.connect", "token": "env:PLAY_TOKEN"}
    GooglePlayOptions.model_validate(right)
    with pytest.raises(ValidationError):
        GooglePlayOptions.model_validate({**right, **wrong})


@pytest.mark.parametrize("module", ["providers.google_play", "providers.app_store"])
def test_the_entry_point_is_light(module):
    heavy = "httpx", "google", "jwt", "cryptography", "stamina"
    code = f"import sys, {module}; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_provider_opens_a_store_and_nothing_else():
    assert PROVIDER.open_store is not None
    assert (PROVIDER.open_source, PROVIDER.open_tracker) == (None, None)
