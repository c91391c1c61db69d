"""What a `[sources.NAME]` section with `provider = "file"` may hold."""

from __future__ import annotations

import codecs
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

_Column = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
_Path = Annotated[str, StringConstraints(pattern=r"^[/~].*[^/]$")]
_SHAPES: tuple[set[str], ...] = (
    {"bad", "total"},
    {"good", "total"},
    {"sum", "count"},
    {"sum", "count", "squares"},
    {"value"},
)
_SUFFIXES: dict[str, Literal["csv", "jsonl"]] = {"csv": "csv", "jsonl": "jsonl", "ndjson": "jsonl"}


def _by_lines(name: str) -> str:
    """An encoding in which a line end is the byte 10, so that lines can be told apart before they are read."""
    try:
        usable = "\n,0".encode(name) == b"\n,0" and codecs.lookup(name).name != "idna"
    except (LookupError, UnicodeError):
        usable = False
    if not usable:
        raise ValueError("expected an encoding that holds ASCII as it is, such as utf-8, latin-1 or cp1252")
    return name


def _zone(name: str) -> str:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        raise ValueError("is no time zone; expected one such as UTC or Europe/Berlin") from None
    return name


class FileMetric(BaseModel):
    """The columns (CSV) or keys (JSON) of one metric; `a.b` is the key b inside a. A row without them tells nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bad: _Column | None = Field(None, description="Column of bad events")
    good: _Column | None = Field(None, description="Column of good events; the rest is bad")
    total: _Column | None = Field(None, description="Column of all events")
    sum: _Column | None = Field(None, description="Column of the sum of values, in seconds")
    count: _Column | None = Field(None, description="Column of how many values")
    squares: _Column | None = Field(None, description="Column of the sum of the values' squares")
    value: _Column | None = Field(None, description="Column of a bare value; its n is unknown")
    where: dict[_Column, str] = Field(
        default_factory=dict, description="Only rows with these texts in these columns, such as {event = 'connect'}"
    )

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of its numbers, in the order of the shape."""
        names = (self.bad, self.good, self.total, self.sum, self.count, self.squares, self.value)
        return tuple(name for name in names if name is not None)

    @model_validator(mode="after")
    def _one_shape(self) -> FileMetric:
        given = {name for name, column in self if column is not None and name != "where"}
        if given not in _SHAPES:
            found = " and ".join(sorted(given)) or "nothing"
            expected = "bad and total, or good and total, or sum and count (and squares), or value alone"
            raise ValueError(f"found {found}; expected {expected}")
        return self


class FileOptions(BaseModel):
    """One file and what its columns are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: _Path = Field(description="Absolute path of the file; it may be rotated, and need not exist yet")
    older: list[_Path] = Field(
        default_factory=list, description="Rotated files (.gz too), oldest first, that are read once at the start"
    )
    format: Literal["csv", "jsonl"] | None = Field(None, description="Default: by the file's name")
    rows: Literal["intervals", "counters"] = Field(
        description="Whether a row counts what is new since the row before, or all since its writer began"
    )
    time: _Column = Field(
        "time", description="Column of the row's time: epoch seconds, milliseconds, or ISO 8601; an interval's end"
    )
    timezone: Annotated[str, AfterValidator(_zone)] | None = Field(
        None, description="Zone of times that name none; without it such rows are mistakes"
    )
    build: _Column = Field("build", description="Column of the build number; rows of other builds do not count")
    platform: _Column | None = Field(
        None, description="Column of the platform (android, ios); needed where builds of both may have the same number"
    )
    series: list[_Column] = Field(
        default_factory=list, description="Columns that tell apart who counts, such as host; for counters"
    )
    encoding: Annotated[str, AfterValidator(_by_lines)] = Field("utf-8", description="How the file is written")
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] = Field(",", description="CSV only")
    columns: list[_Column] = Field(default_factory=list, description="Names of the columns of a CSV without a header")
    metrics: dict[str, FileMetric] = Field(description="Columns by metric")

    @model_validator(mode="after")
    def _whole(self) -> FileOptions:
        if self.format is None and self._by_name() is None:
            raise ValueError('expected format = "csv" or "jsonl", since the file\'s name does not say it')
        if self.columns and self.kind != "csv":
            raise ValueError("columns are for format csv")
        if self.columns:
            unknown = sorted(self.needed - set(self.columns))
            if unknown:
                raise ValueError(f"columns does not name {', '.join(unknown)}")
        return self

    @property
    def kind(self) -> Literal["csv", "jsonl"]:
        """How its lines are written."""
        return self.format or self._by_name() or "csv"

    @property
    def needed(self) -> frozenset[str]:
        """Columns that every row must have."""
        return frozenset({self.time, self.build, *self.series, *([self.platform] if self.platform else [])})

    def _by_name(self) -> Literal["csv", "jsonl"] | None:
        return _SUFFIXES.get(self.path.rpartition(".")[2].lower())
