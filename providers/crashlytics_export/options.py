"""What a `[sources.NAME]` section with `provider = "crashlytics_export"` may hold."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from providers.google_account.options import SignInOptions
from rollout_tui.domain.releases import Platform

_Project = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.:-]*[a-z0-9]$", max_length=100)]
_Dataset = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]+$", max_length=200)]
_App = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)+$", max_length=200)]


class MetricCounts(BaseModel):
    """What one metric counts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    counts: Literal["sessions"] = Field(description="sessions: crashed of all; users of hours cannot be added up")


class ExportOptions(SignInOptions):
    """One Google Cloud project into which Firebase exports, with sessions."""

    project: _Project = Field(description="Id of the Google Cloud project that holds the export and pays the queries")
    location: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]+$")] = Field(
        description="Where the datasets are, for example US, EU or europe-west3"
    )
    apps: dict[Platform, _App] = Field(min_length=1, description="Package name or bundle id of each platform's app")
    crashes: _Dataset = Field(default="firebase_crashlytics", description="Dataset of the crashes")
    sessions: _Dataset = Field(default="firebase_sessions", description="Dataset of the sessions")
    streamed: bool = Field(
        default=True, description="Read the tables of the streaming export (_REALTIME); false: those of the daily one"
    )
    most_bytes: int = Field(
        default=2_000_000_000, ge=10_000_000, description="Bytes that one query may be billed for; more is refused"
    )
    minutes: int = Field(default=15, ge=1, le=1440, description="Minutes between two queries of a build, at least")
    base_url: Annotated[str, StringConstraints(pattern=r"^https?://[^/?#]+$")] = Field(
        default="https://bigquery.googleapis.com", description="Address of BigQuery"
    )
    metrics: dict[str, MetricCounts] = Field(description="What is counted by metric")
