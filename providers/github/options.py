"""What a `[trackers.NAME]` section with `provider = "github"` may hold."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

_PLACEHOLDER = re.compile(r"\$\{?(\w*)\}?")


def _with_version(text: str) -> str:
    for match in _PLACEHOLDER.finditer(text):
        if match[1] != "version":
            raise ValueError(f"unknown placeholder {match[0]}; $version is known here")
    return text


_Reference = Annotated[str, StringConstraints(pattern=r"^(env|file|keyring):.+$")]
_Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, pattern=r"^[^,]+$")]
_Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_with_version)]


class GitHubOptions(BaseModel):
    """One repository, and which of its issues count."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    repository: Annotated[str, StringConstraints(pattern=r"^[\w.-]+/[\w.-]+$")] = Field(
        description="OWNER/NAME, for example acme/connect"
    )
    token: _Reference | None = Field(None, description="Reference to a token that may read issues")
    critical_label: _Label = Field("critical", description="Label of critical bugs")
    blocking_label: _Label = Field("blocker", description="Label of issues that block a release")
    version_label: Annotated[_Label, AfterValidator(_with_version)] | None = Field(
        None, description="Label that says the version, such as $version"
    )
    milestone: _Title | None = Field(None, description="Title of the milestone, such as $version, instead of a label")
    release_branch: _Title | None = Field(
        None, description="Branch of the release's pull request, such as release/$version, on which maintainers say yes"
    )
    release_tag: _Title | None = Field(
        None, description="Tag whose release notes get the reasons of waivers, such as v$version; needs contents: write"
    )
    base_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#@]+$")] = Field(
        "https://api.github.com", description="Address of the API; another one for GitHub Enterprise"
    )

    @model_validator(mode="after")
    def _one_way_to_the_version(self) -> GitHubOptions:
        if self.version_label is not None and self.milestone is not None:
            raise ValueError("expected version_label or milestone, not both")
        return self


def for_version(text: str, version: str) -> str:
    """A label or title with the version filled in."""
    return _PLACEHOLDER.sub(lambda _: version, text)
