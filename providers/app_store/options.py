"""What a `[stores.NAME]` section with `provider = "app_store"` may hold."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

_Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class AppStoreOptions(BaseModel):
    """One app in App Store Connect and the API key to read and change it with."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bundle_id: _Text = Field(description="Bundle identifier, for example com.acme.connect")
    key_id: _Text = Field(description="Id of the API key (App Manager or Admin)")
    issuer_id: _Text = Field(description="Issuer id of the team, a UUID on the page of the API keys")
    private_key: Annotated[str, StringConstraints(pattern=r"^(env|file|keyring):.+$")] = Field(
        description="Reference to the key's .p8 file, for example file:/etc/rollout-tui/AuthKey.p8"
    )
    base_url: Annotated[str, StringConstraints(pattern=r"^https?://[^/?#]+$")] = Field(
        default="https://api.appstoreconnect.apple.com", description="Address of the App Store Connect API"
    )
