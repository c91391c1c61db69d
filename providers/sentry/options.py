"""What a `[sources.NAME]` section with `provider = "sentry"` may hold."""

from __future__ import annotations

from string import Template
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from rollout_tui.domain.releases import Platform
from rollout_tui.ports import OBSERVED_SHARE

Counts = Literal["sessions", "users", "adoption"]

NO_DURATION = (
    "Sentry records no session durations since 2023-01-12, what it answers is incomplete; take them from another source"
)
_PLACES = {"package", "version", "build"}
_Reference = Annotated[str, StringConstraints(pattern=r"^(env|file|keyring):.+$")]
_Slug = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=100)]
_Environment = Annotated[str, StringConstraints(pattern=r"^[^\s/][^\n\r\f/]*$", max_length=64)]


def _no_duration(value: object) -> object:
    if isinstance(value, str) and "duration" in value.lower():
        raise ValueError(NO_DURATION)
    return value


def _names_a_build(text: str) -> str:
    template = Template(text)
    found = set(template.get_identifiers()) if template.is_valid() else {text}
    if not found <= _PLACES:
        raise ValueError(f"found {text!r}; expected $package, $version and $build in it, nothing else with a $")
    if "build" not in found:
        raise ValueError("expected $build in it: without it the builds of one version are counted together")
    return text


class SentryApp(BaseModel):
    """Where one platform's app reports, and how its releases are named."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    project: _Slug = Field(description="Slug or number of the project")
    package: Annotated[str, StringConstraints(pattern=r"^[\w.-]*$")] = Field(
        default="", description="What stands for $package in `release`: the application or bundle id"
    )
    release: Annotated[str, AfterValidator(_names_a_build)] = Field(
        default="$package@$version+$build", description="How the app names its releases; the SDKs' own way by default"
    )
    environments: tuple[_Environment, ...] = Field(
        default=("production",), description="Environments that are counted, together; an empty list: all of them"
    )

    @model_validator(mode="after")
    def _package_where_it_is_named(self) -> SentryApp:
        if "$package" in self.release.replace("${package}", "$package") and not self.package:
            raise ValueError("`release` speaks of $package; expected `package`")
        return self


class MetricCounts(BaseModel):
    """What of a release one metric counts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    counts: Annotated[Counts, BeforeValidator(_no_duration)] = Field(
        description="sessions: crashed of all sessions; users: those who crashed of all; adoption: the release's "
        "sessions of all sessions (observed_share alone)"
    )


class SentryOptions(BaseModel):
    """One organization, at most one project per platform."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    organization: _Slug = Field(description="Slug of the organization")
    region: Literal["us", "de"] | None = Field(default=None, description="Where sentry.io keeps its data")
    base_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#@]+$")] | None = Field(
        default=None, description="Address of a self-hosted Sentry, in place of `region`"
    )
    token: _Reference = Field(description="Reference to a token that may read the organization (org:read)")
    apps: dict[Platform, SentryApp] = Field(min_length=1, description="The app of each platform: android, ios")
    metrics: dict[str, MetricCounts] = Field(
        default_factory=dict, description="What is counted by metric; none where only issues are wanted"
    )

    @model_validator(mode="after")
    def _one_address(self) -> SentryOptions:
        if (self.region is None) is (self.base_url is None):
            raise ValueError("expected exactly one of region and base_url")
        return self

    @model_validator(mode="after")
    def _metrics_that_sentry_has(self) -> SentryOptions:
        for name, metric in self.metrics.items():
            if "duration" in name:
                raise ValueError(f"metrics.{name}: {NO_DURATION}")
            if (metric.counts == "adoption") is not (name == OBSERVED_SHARE):
                raise ValueError(f"metrics.{name}: adoption is counted for {OBSERVED_SHARE}, and nothing else is")
        return self

    @property
    def address(self) -> str:
        """Without a slash at its end."""
        return (self.base_url or f"https://{self.region}.sentry.io").rstrip("/")
