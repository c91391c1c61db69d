"""Providers with the documented options and nothing behind them, and a way to read a configuration with them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rollout_tui.config.errors import ConfigErrors
from rollout_tui.config.providers import UnknownProvider
from rollout_tui.config.reading import Loaded, load_whole
from rollout_tui.ports import Provider

EXAMPLE = Path(__file__).parents[3] / "config.example.toml"

Reference = Annotated[str, Field(pattern=r"^(env|file|keyring):.+$")]


class _Options(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PlayOptions(_Options):
    package: str
    track: str = "production"
    base_url: str = "https://androidpublisher.googleapis.com"
    service_account: Reference | None = None
    token: Reference | None = None


class AppStoreOptions(_Options):
    bundle_id: str
    key_id: str
    issuer_id: str
    private_key: Reference


class CountOptions(_Options):
    bad: str | None = None
    total: str | None = None
    sum: str | None = None
    count: str | None = None

    @model_validator(mode="after")
    def _pairs(self) -> CountOptions:
        if (self.bad is None) is not (self.total is None):
            raise ValueError("bad and total belong together")
        return self


class PrometheusOptions(_Options):
    url: str
    token: Reference | None = None
    metrics: dict[str, CountOptions] = Field(default_factory=dict)


class GithubOptions(_Options):
    repository: str
    token: Reference | None = None
    critical_label: str = "critical"
    blocking_label: str = "blocker"
    version_label: str | None = None


def _never_opened(*_: Any) -> Any:
    raise AssertionError("reading a configuration opens no provider")


PROVIDERS = {
    "google_play": Provider("google_play", "Google Play", PlayOptions, open_store=_never_opened, label="Google Play"),
    "app_store": Provider("app_store", "App Store", AppStoreOptions, open_store=_never_opened, label="App Store"),
    "prometheus": Provider(
        "prometheus", "Prometheus", PrometheusOptions, open_source=_never_opened, label="Prometheus"
    ),
    "github": Provider("github", "GitHub", GithubOptions, open_tracker=_never_opened, label="GitHub"),
}


def lookup(name: str) -> Provider:
    """As rollout_tui.config.providers.find, over the stand-ins."""
    if name not in PROVIDERS:
        raise UnknownProvider(f'no provider "{name}" is installed; installed: {", ".join(PROVIDERS)}')
    return PROVIDERS[name]


def load_text(folder: Path, text: str) -> Loaded:
    """Read a configuration from its text. Raises ConfigErrors."""
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load_whole(path, lookup)


def complaints(folder: Path, text: str) -> list[str]:
    """What is said of a configuration with mistakes, without the file's name: `LINE: KEY: message`."""
    try:
        load_text(folder, text)
    except ConfigErrors as errors:
        return [line.removeprefix(f"{errors.path}:").strip() for line in errors.lines()]
    return []


def changed(old: str, new: str) -> str:
    """The example with the first such passage behind its opening comment replaced; the passage must be there."""
    text = EXAMPLE.read_text(encoding="utf-8")
    opening = text.index("[app]")
    assert old in text[opening:], old
    return text[:opening] + text[opening:].replace(old, new, 1)


def line_of(text: str, passage: str) -> int:
    """The line (from 1) on which a passage first stands."""
    return text[: text.index(passage)].count("\n") + 1
