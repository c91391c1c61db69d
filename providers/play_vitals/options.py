"""What a `[sources.NAME]` section with `provider = "play_vitals"` may hold."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from providers.google_account.options import SignInOptions
from providers.play_vitals.vitals import VITALS, PeriodName

RateUnit = Literal["fraction", "percent"]
CohortName = Literal["public", "os_beta", "testers"]


def _known(name: str) -> str:
    if name not in VITALS:
        raise ValueError(f"found {name!r}; expected one of {', '.join(VITALS)}")
    return name


class VitalOptions(BaseModel):
    """Which vital answers for one metric."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    vital: Annotated[str, AfterValidator(_known)] = Field(
        description="Name of the vital, for example userPerceivedCrashRate"
    )
    period: PeriodName = Field(
        default="daily", description="daily: whole days of Los Angeles; hourly: whole hours, where the vital has them"
    )
    cohort: CohortName = Field(
        default="public",
        description="Whose devices: public releases of Android, its betas (os_beta), or the app's own testers",
    )

    @model_validator(mode="after")
    def _given_in_that_period(self) -> VitalOptions:
        if self.period not in VITALS[self.vital].periods:
            raise ValueError(f"{self.vital} is given daily only; expected period daily")
        return self


class PlayVitalsOptions(SignInOptions):
    """One app's vitals."""

    package: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]\w*(\.[A-Za-z]\w*)+$")] = Field(
        description="Package name (application id), for example com.acme.connect"
    )
    base_url: Annotated[str, StringConstraints(pattern=r"^https?://[^/?#]+$")] = Field(
        default="https://playdeveloperreporting.googleapis.com",
        description="Address of the Play Developer Reporting API",
    )
    rates: RateUnit = Field(
        default="fraction",
        description="How Google writes rates: fraction (0.02 is 2 %) or percent (2 is 2 %); compare with the console",
    )
    metrics: dict[str, VitalOptions] = Field(
        default_factory=dict, description="Vitals by metric; none where only crash groups are wanted"
    )
