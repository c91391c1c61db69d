"""Providers are found by their entry points, bundled or not; a broken one is words, never a crash."""

from __future__ import annotations

import importlib.metadata
import sys
from importlib.metadata import EntryPoint

import pytest

from rollout_tui.config import providers
from rollout_tui.ports import ENTRY_POINTS
from tests.unit.config.standins import PROVIDERS

BROKEN = {
    "raises": "raise RuntimeError('no \\x1b[31mluck')",
    "exits": "raise SystemExit(3)",
    "syntax": "def (",
    "absent": "",
    "other": "PROVIDER = 'a text'",
}


@pytest.fixture
def installed(monkeypatch):
    """Replace what is installed by (name, value) pairs."""

    def install(*pairs: tuple[str, str]) -> None:
        found = [EntryPoint(name, value, ENTRY_POINTS) for name, value in pairs]
        monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: found if group == ENTRY_POINTS else [])
        providers.find.cache_clear()
        providers._entries.cache_clear()

    yield install
    monkeypatch.undo()
    providers.find.cache_clear()
    providers._entries.cache_clear()


def test_the_bundled_providers_are_installed_as_everybodys_are():
    assert {"google_play", "app_store", "prometheus", "github"} <= set(providers.names())


def test_only_the_named_provider_is_imported(installed):
    installed(("google_play", "tests.unit.config.standins:PROVIDERS"), ("bad", "nowhere:PROVIDER"))
    assert providers.names() == ["bad", "google_play"]
    with pytest.raises(providers.UnknownProvider, match=r"is no rollout_tui\.ports\.Provider"):
        providers.find("google_play")


def test_a_third_partys_provider_is_found(installed, monkeypatch, tmp_path):
    (tmp_path / "acme_metrics.py").write_text(
        "from tests.unit.config.standins import PROVIDERS\nPROVIDER = PROVIDERS['prometheus']\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    installed(("acme", "acme_metrics:PROVIDER"))
    assert providers.find("acme") is PROVIDERS["prometheus"]


def test_an_unknown_provider_is_told_with_those_that_are_installed(installed):
    installed(("b", "b:P"), ("a", "a:P"))
    with pytest.raises(providers.UnknownProvider, match='no provider "goggle" is installed; installed: a, b'):
        providers.find("goggle")
    installed()
    with pytest.raises(providers.UnknownProvider, match="installed: none"):
        providers.find("goggle")


@pytest.mark.parametrize("name", BROKEN)
def test_a_provider_that_cannot_be_imported_is_words(installed, monkeypatch, tmp_path, name):
    (tmp_path / f"broken_{name}.py").write_text(BROKEN[name])
    monkeypatch.syspath_prepend(tmp_path)
    installed((name, f"broken_{name}:PROVIDER"))
    with pytest.raises(providers.UnknownProvider, match=f'provider "{name}"') as refused:
        providers.find(name)
    assert "\x1b" not in str(refused.value)
    sys.modules.pop(f"broken_{name}", None)


def test_two_packages_that_claim_one_name_are_told_and_none_is_taken(installed):
    installed(("google_play", "one:P"), ("google_play", "two:P"))
    with pytest.raises(providers.UnknownProvider, match="is installed twice: one:P, two:P; uninstall one"):
        providers.find("google_play")


def test_one_package_that_is_seen_twice_is_one(installed):
    value = "tests.unit.config.test_config_providers:STAND_IN"
    installed(("google_play", value), ("google_play", value))
    assert providers.find("google_play") is STAND_IN


STAND_IN = PROVIDERS["google_play"]
