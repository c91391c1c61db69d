"""What a `[sources.NAME]` section with `provider = "prometheus"` may hold."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from providers.prometheus.expressions import check_expression, check_named, check_selector
from providers.tls import TlsOptions

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
_Selector = Annotated[_Text, AfterValidator(check_selector)]
_Expression = Annotated[_Text, AfterValidator(check_expression)]
_Reference = Annotated[str, StringConstraints(pattern=r"^(env|file|keyring):.+$")]
_HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]+$")]
_Named = Annotated[_Text, AfterValidator(check_named)]
_SHAPES: tuple[set[str], ...] = (
    {"bad", "total"},
    {"good", "total"},
    {"sum", "count"},
    {"sum", "count", "squares"},
    {"histogram"},
    {"histogram", "within"},
    {"value"},
)


class MetricQueries(BaseModel):
    """How one metric is asked for: counters, a classic histogram that holds them, or one value without counts.

    `$platform`, `$build`, `$version` are filled in inside quotes; in `value` also `$window` (such as `3600s`).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    bad: _Selector | None = Field(None, description="Selector of the counter of bad events")
    good: _Selector | None = Field(
        None, description="Selector of the counter of good events, such as a histogram's bucket; the rest is bad"
    )
    total: _Selector | None = Field(None, description="Selector of the counter of all events")
    sum: _Selector | None = Field(None, description="Selector of the counter that sums the values, in seconds")
    count: _Selector | None = Field(None, description="Selector of the counter of values")
    squares: _Selector | None = Field(None, description="Selector of the counter that sums the values' squares")
    histogram: _Named | None = Field(
        None, description="Selector of a classic histogram by its base name, without _bucket, _sum or _count"
    )
    within: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = Field(
        None, description="An edge of the histogram, in its own unit: what is beyond it is bad"
    )
    value: _Expression | None = Field(None, description="Expression for a bare value; its n is unknown")

    @model_validator(mode="after")
    def _one_shape(self) -> MetricQueries:
        given = {name for name, text in self if text is not None}
        if given not in _SHAPES:
            found = " and ".join(sorted(given)) or "nothing"
            expected = (
                "bad and total, good and total, sum and count (and squares), histogram (and within), or value alone"
            )
            raise ValueError(f"found {found}; expected {expected}")
        return self


class PrometheusOptions(BaseModel):
    """One Prometheus-compatible server and what to ask it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#@]+$")] = Field(
        description="Base address, for example http://127.0.0.1:9090"
    )
    token: _Reference | None = Field(None, description="Reference to a bearer token")
    username: str | None = Field(None, description="User name for basic authentication")
    password: _Reference | None = Field(None, description="Reference to the password for basic authentication")
    headers: dict[_HeaderName, _Reference] = Field(
        default_factory=dict, description="Further headers; their values are references"
    )
    tenant: Annotated[str, StringConstraints(pattern=r"^[!-~]+$", max_length=200)] | None = Field(
        None, description="The tenant whose metrics these are (Mimir, Cortex)"
    )
    tenant_header: _HeaderName = Field("X-Scope-OrgID", description="The header that names it; Thanos: THANOS-TENANT")
    tls: TlsOptions | None = Field(None, description="A private CA, a client certificate")
    metrics: dict[str, MetricQueries] = Field(description="Queries by metric")

    @model_validator(mode="after")
    def _one_sign_in(self) -> PrometheusOptions:
        if (self.username is None) is not (self.password is None):
            raise ValueError("found one of username and password; expected both or none")
        ways = [self.token is not None, self.username is not None, "authorization" in map(str.lower, self.headers)]
        if sum(ways) > 1:
            raise ValueError("expected one way to sign in: token, or username and password, or a header")
        if self.tenant is not None and self.tenant_header.lower() in map(str.lower, self.headers):
            raise ValueError(f"found tenant and a header {self.tenant_header}; expected one of them")
        if self.tls is not None and not self.url.startswith("https:"):
            raise ValueError("found tls and an address without it; expected url to begin with https://")
        return self
