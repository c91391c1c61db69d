"""The ways to sign in to Google, as a section of the configuration names them."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

_Reference = Annotated[str, StringConstraints(pattern=r"^(env|file|keyring):.+$")]


class SignInOptions(BaseModel):
    """Exactly one way to sign in: a key file, a ready token, or the host's own identity."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    service_account: _Reference | None = Field(
        default=None,
        description="Reference to a service account's key file, for example file:/etc/rollout-tui/play.json",
    )
    token: _Reference | None = Field(
        default=None, description="Reference to a ready bearer token, for example env:NAME"
    )
    application_default: bool = Field(
        default=False, description="Sign in with the host's application default credentials (workload identity too)"
    )

    @model_validator(mode="after")
    def _one_sign_in(self) -> Self:
        chosen = [self.service_account is not None, self.token is not None, self.application_default]
        if sum(chosen) != 1:
            raise ValueError("exactly one of service_account, token, application_default = true is needed")
        return self
