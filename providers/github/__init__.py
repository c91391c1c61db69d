"""GitHub as a tracker: open issues that block a release (stores.md 9)."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from rollout_tui.ports import Provider, ProviderContext, Tracker

_Reference = Annotated[str, StringConstraints(pattern=r"^(env|file|keyring):.+$")]


class GitHubOptions(BaseModel):
    """One repository, and which of its issues count."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    repository: Annotated[str, StringConstraints(pattern=r"^[\w.-]+/[\w.-]+$")] = Field(
        description="OWNER/NAME, for example acme/connect"
    )
    token: _Reference | None = Field(None, description="Reference to a token that may read issues")
    critical_label: str = Field("critical", description="Label of critical bugs")
    blocking_label: str = Field("blocker", description="Label of issues that block a release")
    version_label: str | None = Field(None, description="Label that says the version, such as $version")
    milestone: str | None = Field(None, description="Number of the milestone, instead of a version label")
    base_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#@]+$")] = Field(
        "https://api.github.com", description="Address of the API; another one for GitHub Enterprise"
    )


def _open(options: BaseModel, context: ProviderContext) -> Tracker:
    """Open the tracker. Raises Misconfigured for a token that cannot be read."""
    from providers.github.tracker import GitHubTracker

    if not isinstance(options, GitHubOptions):
        raise TypeError("options of another provider")
    token = None if options.token is None else context.secret(options.token)
    return GitHubTracker(options, context.http, context.clock, token)


PROVIDER = Provider(
    name="github",
    about="Open critical and blocking issues of a GitHub repository",
    options=GitHubOptions,
    open_tracker=_open,
    label="GitHub",
)
