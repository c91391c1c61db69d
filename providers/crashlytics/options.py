"""What a `[sources.NAME]` section with `provider = "crashlytics"` may hold."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from providers.google_account.options import SignInOptions
from rollout_tui.domain.releases import Platform

CountsOf = Literal["sessions", "users"]
_AppId = Annotated[str, StringConstraints(pattern=r"^\d+:\d+:(android|ios):[0-9A-Za-z]+$")]


class MetricCounts(BaseModel):
    """What of a version one metric counts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    counts: CountsOf = Field(description="sessions: crashed of all sessions; users: those who crashed of all")


class CrashlyticsOptions(SignInOptions):
    """The apps of one Firebase project."""

    apps: dict[Platform, _AppId] = Field(
        min_length=1, description="Firebase app id of each platform, for example 1:1234567890:android:0a1b2c3d4e5f"
    )
    base_url: Annotated[str, StringConstraints(pattern=r"^https?://[^/?#]+$")] = Field(
        default="https://firebasecrashlytics.googleapis.com", description="Address of the Crashlytics API"
    )
    metrics: dict[str, MetricCounts] = Field(
        default_factory=dict, description="What is counted by metric; none where only issues are wanted"
    )

    @model_validator(mode="after")
    def _apps_of_their_platform(self) -> CrashlyticsOptions:
        for platform, app in self.apps.items():
            if f":{platform.value}:" not in app:
                raise ValueError(f"apps.{platform.value} is the id of an app of another platform: {app}")
        return self
