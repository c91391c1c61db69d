"""What a `[sources.NAME]` section with `provider = "prometheus"` may hold."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

_Expression = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
_Reference = Annotated[str, StringConstraints(pattern=r"^(env|file|keyring):.+$")]
_SHAPES = ({"bad", "total"}, {"sum", "count"}, {"value"})


class MetricQueries(BaseModel):
    """How one metric is asked for: two counters (bad and total, or sum and count), or one value without counts.

    `$platform`, `$build`, `$version` are filled in; in `value` also `$window` (such as `3600s`).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    bad: _Expression | None = Field(None, description="Selector of the counter of bad events")
    total: _Expression | None = Field(None, description="Selector of the counter of all events")
    sum: _Expression | None = Field(None, description="Selector of the counter that sums the values, in seconds")
    count: _Expression | None = Field(None, description="Selector of the counter of values")
    value: _Expression | None = Field(None, description="Expression for a bare value; its n is unknown")

    @model_validator(mode="after")
    def _one_shape(self) -> MetricQueries:
        given = {name for name, text in self if text is not None}
        if given not in _SHAPES:
            found = " and ".join(sorted(given)) or "nothing"
            raise ValueError(f"found {found}; expected bad and total, or sum and count, or value alone")
        return self

    def counters(self) -> tuple[str, str] | None:
        """The two selectors, None for a bare value."""
        if self.bad is not None and self.total is not None:
            return self.bad, self.total
        if self.sum is not None and self.count is not None:
            return self.sum, self.count
        return None


class PrometheusOptions(BaseModel):
    """One Prometheus-compatible server and what to ask it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#@]+$")] = Field(
        description="Base address, for example http://127.0.0.1:9090"
    )
    token: _Reference | None = Field(None, description="Reference to a bearer token")
    headers: dict[str, _Reference] = Field(
        default_factory=dict, description="Further headers, such as a tenant's; their values are references"
    )
    metrics: dict[str, MetricQueries] = Field(description="Queries by metric")
