"""What a `[sources.NAME]` section with `provider = "command"` may hold."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from providers.moments import Duration
from providers.stated import Terms, UnitName
from rollout_tui.domain.metrics import Population

GIVEN = "ROLLOUT_"
"""How the names of the variables begin in which a command is told what is asked."""
_Text = Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=r"^[^\x00]+$")]
_Variable = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class MetricCommand(BaseModel):
    """What is run for one metric, and what a person knows of the number that it prints."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    run: _Text | tuple[_Text, ...] = Field(description="Program and arguments as a list; with `shell` one text")
    shell: bool = Field(False, description="Hand the text to /bin/sh; a list is run without any shell")
    unit: UnitName | None = Field(None, description="Unit of the number: ratio, percent, s, ms, us, ns")
    covers: Duration | None = Field(
        None, description="Span that the number always covers, where the command takes no notice of ROLLOUT_START"
    )
    population: Population | None = Field(None, description="Whom it counts, where it is not the metric's population")

    @model_validator(mode="after")
    def _one_way_to_run(self) -> MetricCommand:
        if self.shell and not isinstance(self.run, str):
            raise ValueError("run: expected one text for the shell, or a list without shell = true")
        if not self.shell and isinstance(self.run, str):
            raise ValueError('run: expected a list such as ["./health.sh", "crash_rate"], or shell = true beside it')
        if not self.run:
            raise ValueError("run: expected at least the program")
        return self

    @property
    def argv(self) -> tuple[str, ...]:
        """Program and arguments."""
        return ("/bin/sh", "-c", self.run) if isinstance(self.run, str) else self.run

    @property
    def terms(self) -> Terms:
        """What is known of the number."""
        return Terms(self.unit, self.covers, self.population)


class CommandOptions(BaseModel):
    """Programs by metric, and the surroundings that all of them get."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    directory: _Text | None = Field(None, description="Where they are run; else where rollout-tui was started")
    env: dict[_Variable, str] = Field(
        default_factory=dict, description="Variables that they get; a reference (env:NAME, file:PATH) gives its secret"
    )
    pass_env: tuple[_Variable, ...] = Field(
        (), description="Further variables of this program's own that they get, beside PATH, HOME and LANG"
    )
    kill_after: Duration = Field(
        8.0, description="How long a run may take before it is killed", json_schema_extra={"default": "8s"}
    )
    at_once: int = Field(4, ge=1, le=16, description="How many run at the same time")
    metrics: dict[str, MetricCommand] = Field(min_length=1, description="Commands by metric")

    @model_validator(mode="after")
    def _own_variables(self) -> CommandOptions:
        for name in (*self.env, *self.pass_env):
            if name.startswith(GIVEN):
                raise ValueError(f"env: {name} is set by rollout-tui itself; choose another name")
        return self
