"""Where a person pauses in a store's console: a store tells it for each kind of phase, a configuration has it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from pydantic import BaseModel

from providers.app_store import PROVIDER as APP_STORE
from providers.app_store.options import AppStoreOptions
from providers.google_play import PROVIDER as PLAY
from providers.google_play.options import GooglePlayOptions
from rollout_tui import config
from rollout_tui.config.sections import with_hands
from rollout_tui.config.settings import ProviderSettings
from rollout_tui.domain.plan import Phase, RolloutPlan
from rollout_tui.domain.releases import Platform
from tests.unit.domain.builders import ANDROID, IOS

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


def test_at_google_play_it_depends_on_the_track() -> None:
    options = GooglePlayOptions(package="com.acme.connect", token="env:PLAY_TOKEN", track="beta")
    first, last = ANDROID.phases[0], replace(ANDROID.phases[-1], track=None)
    assert PLAY.by_hand is not None
    assert [PLAY.by_hand(options, ANDROID, phase) for phase in (first, last, replace(last, track="wear:x"))] == [
        "Play Console: Production > Manage rollout > Halt rollout",
        "Play Console: Open testing > Manage rollout > Halt rollout",
        "Play Console: wear:x > Manage rollout > Halt rollout",
    ]


def test_at_apple_it_depends_on_the_kind_of_phase() -> None:
    options = AppStoreOptions(bundle_id="com.acme.connect", key_id="K", issuer_id="I", private_key="env:KEY")
    assert APP_STORE.by_hand is not None
    assert [APP_STORE.by_hand(options, IOS, phase) for phase in IOS.phases] == [
        "App Store Connect: TestFlight > the group > Builds > remove 87",
        "App Store Connect: App Review > the submission > Cancel Submission",
        "App Store Connect: 4.2.0 > Phased Release > Pause",
    ]


def test_a_configuration_hands_it_to_its_phases() -> None:
    found = config.load(EXAMPLE).plan
    assert {phase.by_hand for phase in found.rollout(Platform.ANDROID).phases} == {
        "Play Console: Production > Manage rollout > Halt rollout"
    }
    assert all(phase.by_hand.startswith("App Store Connect: ") for phase in found.rollout(Platform.IOS).phases)


def test_a_provider_that_cannot_say_it_leaves_it_out(caplog: pytest.LogCaptureFixture) -> None:
    """Watching and pausing must not fail for want of a sentence."""

    def fails(_options: BaseModel, _rollout: RolloutPlan, phase: Phase) -> str:
        if phase == ANDROID.phases[0]:
            raise KeyError(phase.id)
        return cast("str", None) if phase == ANDROID.phases[1] else "Console: Halt"

    options = GooglePlayOptions(package="com.acme.connect", token="env:PLAY_TOKEN", track="beta")
    stores = {ANDROID.store: ProviderSettings(ANDROID.store, "third", options, 60, 20, 180)}
    found = with_hands(ANDROID, stores, lambda _name: replace(PLAY, by_hand=fails))
    assert [phase.by_hand for phase in found.phases] == ["", "", *["Console: Halt"] * (len(found.phases) - 2)]
    assert f"third cannot say where {ANDROID.phases[0].id} is paused by hand" in caplog.text
