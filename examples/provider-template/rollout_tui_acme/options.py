"""What a `[sources.NAME]` section with `provider = "acme"` may hold."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

_Reference = Annotated[str, StringConstraints(pattern=r"^(env|file|keyring):.+$")]
"""A secret is never in the configuration: only where it is."""


class AcmeOptions(BaseModel):
    """One service, and the name that each metric has there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#@]+$")] = Field(description="Base address")
    token: _Reference = Field(description="Reference to a token that may read counts")
    metrics: dict[str, str] = Field(description="Name at Acme of each metric of the plan")
