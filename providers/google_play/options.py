"""What a `[stores.NAME]` section with `provider = "google_play"` may hold."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from providers.google_account.options import SignInOptions


class GooglePlayOptions(SignInOptions):
    """One app on Google Play."""

    package: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]\w*(\.[A-Za-z]\w*)+$")] = Field(
        description="Package name (application id), for example com.acme.connect"
    )
    track: Annotated[str, StringConstraints(min_length=1)] = Field(
        default="production", description="Track of the phases that name none"
    )
    base_url: Annotated[str, StringConstraints(pattern=r"^https?://[^/?#]+$")] = Field(
        default="https://androidpublisher.googleapis.com", description="Address of the Play Developer API"
    )
