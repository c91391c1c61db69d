"""TLS of its own for a provider that speaks HTTP: a private CA, a client certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from rollout_tui.ports import ProviderContext, TlsIdentity

if TYPE_CHECKING:
    import httpx

_Path = Annotated[str, StringConstraints(pattern=r"^[/~].*$")]


class TlsOptions(BaseModel):
    """A `tls` table in the section of a provider."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ca: _Path | None = Field(None, description="Absolute path of the CA (PEM) that alone is trusted")
    certificate: _Path | None = Field(None, description="Absolute path of the client certificate (PEM, with its chain)")
    private_key: Annotated[str, StringConstraints(pattern=r"^file:[/~].*$")] | None = Field(
        None, description="The certificate's key: file:PATH, since TLS reads it from a file"
    )
    password: Annotated[str, StringConstraints(pattern=r"^(env|file|keyring):.+$")] | None = Field(
        None, description="Reference to the password of the private key"
    )

    @model_validator(mode="after")
    def _whole(self) -> TlsOptions:
        if (self.certificate is None) is not (self.private_key is None):
            raise ValueError("found one of certificate and private_key; expected both or none")
        if self.ca is None and self.certificate is None:
            raise ValueError("expected ca, or certificate and private_key, or all three")
        if self.password is not None and self.private_key is None:
            raise ValueError("found a password without a private_key")
        return self


def http_of(options: TlsOptions | None, context: ProviderContext) -> httpx.AsyncClient:
    """The client for these options: the shared one without any. Raises Misconfigured."""
    if options is None:
        return context.http
    password = None if options.password is None else context.secret(options.password)
    key = None if options.private_key is None else options.private_key.removeprefix("file:")
    return context.http_as(TlsIdentity(options.ca, options.certificate, key, password))
