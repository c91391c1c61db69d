"""The shape of the file: what may stand where. Checked by pydantic, all mistakes at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from rollout_tui.config import grammar
from rollout_tui.domain.metrics import Direction, Kind, Population
from rollout_tui.domain.releases import PhaseKind, Platform

T = TypeVar("T")
C = TypeVar("C", bound=Collection[object])
_TIME = {"type": "string", "pattern": r"^\s*[0-9]+(\.[0-9]+)?\s*(s|m|min|h|d)\s*$"}


def _text(parse: Callable[[str], T]) -> Callable[[object], T]:
    """A validator from a grammar rule: its error becomes pydantic's."""

    def check(written: object) -> T:
        if not isinstance(written, str):
            raise ValueError('expected a text in quotes with its unit, such as "24h"')
        try:
            return parse(written)
        except grammar.GrammarError as error:
            raise ValueError(str(error)) from None

    return check


def _share(written: object) -> Decimal:
    if isinstance(written, bool) or not isinstance(written, str | int | float):
        raise ValueError('expected a share such as "10%" or 0.1')
    if isinstance(written, float) and not math.isfinite(written):
        raise ValueError("expected a share above 0 % and at most 100 %")
    try:
        return grammar.share(written)
    except grammar.GrammarError as error:
        raise ValueError(str(error)) from None


def _filled(many: C) -> C:
    """At least one. Not `min_length`, which would also count elements with mistakes of their own as absent."""
    if not many:
        raise ValueError("expected at least one")
    return many


def _some(seconds: float) -> float:
    if seconds <= 0:
        raise ValueError("expected a time above 0")
    return seconds


def _moment(written: object) -> float:
    if not isinstance(written, datetime) or written.tzinfo is None:
        raise ValueError("expected a time with its zone, such as 2026-11-23T10:00:00Z")
    return written.timestamp()


def _key_names(written: object) -> object:
    names = [written] if isinstance(written, str) else written
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) and name for name in names):
        raise ValueError('expected the name of a key such as "f9", or a list of such names')
    return names


def _zone(name: str) -> str:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f'"{name}" is no time zone; expected a name such as "UTC" or "Europe/Berlin"') from None
    return name


def _written(text: str, about: str | None = None) -> Any:
    """A default time as a person would write it; `config show` and the JSON Schema tell it so."""
    return Field(default=grammar.duration(text), description=about, json_schema_extra={"default": text})


SecondsOrNone = Annotated[float, BeforeValidator(_text(grammar.duration)), WithJsonSchema(_TIME)]
Seconds = Annotated[SecondsOrNone, AfterValidator(_some)]
TimeRange = Annotated[
    tuple[float, float | None],
    BeforeValidator(_text(grammar.time_range)),
    WithJsonSchema({"type": "string", "examples": ["24h", "24h to 48h"]}),
]
Share = Annotated[
    Decimal,
    BeforeValidator(_share),
    WithJsonSchema({"type": ["string", "number"], "examples": ["10%", 0.1], "exclusiveMinimum": 0, "maximum": 1}),
]
MetricName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Moment = Annotated[float, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})]
Zone = Annotated[str, AfterValidator(_zone)]
Reference = Annotated[str, Field(pattern=r"^(env|file|keyring):.+$")]
Name = Annotated[str, Field(min_length=1, max_length=100)]
_TEXT = {"type": "string", "minLength": 1}
KeyNames = Annotated[
    tuple[str, ...],
    BeforeValidator(_key_names),
    WithJsonSchema({"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}),
]
Chance = Annotated[float, Field(strict=True, gt=0, lt=0.5)]


class Section(BaseModel):
    """A table of the file; a key that nobody knows is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class App(Section):
    """What is rolled out."""

    name: Name
    version: Name


class Ui(Section):
    """How the screens look."""

    theme: Literal["auto", "dark", "light", "contrast", "ansi"] = "auto"
    symbols: Literal["auto", "unicode", "blocks", "ascii"] = "auto"
    timezone: Zone = "UTC"
    bell: bool = False
    keys: dict[str, KeyNames] = Field(default_factory=dict)


class HistorySection(Section):
    """Where samples live, and for how long."""

    path: str | None = None
    retention: Seconds = _written("90d")
    group: Name | None = None


class AutomaticPauseSection(Section):
    """When `guard` pauses one platform by itself: each cause only where its time is written."""

    gate_failed: SecondsOrNone | None = None
    critical: SecondsOrNone | None = None
    countdown: Seconds = _written("5m")


class ActionsSection(Section):
    """How actions behave."""

    deadline: Seconds = _written("180s")
    read_only: bool = False
    automatic_pause: dict[Platform, AutomaticPauseSection] = Field(default_factory=dict)


class ApprovalsSection(Section):
    """Who may approve a waiver or an action, and which of them need a second person's yes."""

    approvers: tuple[Name, ...] = ()
    second_person: tuple[Literal["promote", "complete", "waive"], ...] = ()
    expiry: Seconds = _written("1h")
    logins: dict[Name, Name] = Field(default_factory=dict)


class ClockSection(Section):
    """A rehearsal's clock; real configurations leave it out."""

    speed: Annotated[float, Field(gt=0)] = 1.0
    origin: float = 0.0
    anchor: float = 0.0


class EvidenceSection(Section):
    """How often a gate may be wrong, ever during a phase (gates.md 3): FAIL of a healthy build, PASS of a bad one."""

    alpha: Chance = 0.01
    beta: Chance | None = None


class MetricSection(Section):
    """A metric and its lines, and what its evidence has to reckon with."""

    label: Name
    kind: Kind
    better: Direction = Direction.LOWER
    population: Population = Population.SESSIONS
    target: str
    alert: str
    critical: str | None = None
    complement: MetricName | None = None
    window: Seconds = _written("60m")
    lag: SecondsOrNone | None = None
    dispersion: Annotated[float, Field(strict=True, ge=1, allow_inf_nan=False)] | None = None
    cap: Seconds | None = None
    assumed_sessions: Annotated[int, Field(strict=True, gt=0)] | None = None
    approximate_by: Population | None = None


class PhaseSection(Section):
    """One step of a ladder."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    name: Name
    kind: PhaseKind = PhaseKind.SHARE
    share: Share | None = None
    track: str | None = None
    also_tracks: tuple[str, ...] = ()
    group: str | None = None
    testers: Annotated[int, Field(gt=0)] | None = None
    sessions_per_tester_per_day: Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)] | None = None
    time: TimeRange | None = None
    gates: tuple[str, ...] | None = None
    enter: tuple[str, ...] = ()
    began: Moment | None = None


class PlatformSection(Section):
    """One rollout."""

    label: str | None = None
    version: Name | None = None
    build: Name
    store: str
    sources: tuple[str, ...] | None = None
    tracker: str | None = None
    metrics: tuple[str, ...] | None = None
    phases: Annotated[tuple[PhaseSection, ...], AfterValidator(_filled)]


class SignOffSection(Section):
    """Who may sign, and how the gate is called on screen."""

    signers: tuple[Name, ...] = ()
    label: str | None = None


class RunbookCheck(Section):
    """One thing to be done: by an action of this program (`does`), seen by it (`sees`), or ticked by a person."""

    text: Name
    does: Literal["pause", "restart", "remove from sale", "announce"] | None = None
    sees: Literal["paused", "share flat", "held"] | None = None
    asks: Name | None = None


class RunbookStep(Section):
    """A step; an optional one is no part of the way."""

    title: Name
    checks: Annotated[tuple[Name | RunbookCheck, ...], AfterValidator(_filled)]
    optional: bool = False


class RunbookSection(Section):
    """The rollback procedure of one platform, in place of the plan's own."""

    steps: Annotated[tuple[RunbookStep, ...], AfterValidator(_filled)]


class Channel(Section):
    """Where alerts go. The address lets anybody post there: it is a secret, so it is a reference."""

    url: Reference
    levels: tuple[Literal["INFO", "WARNING", "CRITICAL", "UNKNOWN"], ...] = ("WARNING", "CRITICAL")
    digest: bool = False
    gates: bool = True


class Alerts(Section):
    """Who is told what (rollout-plan.md 6 and 7)."""

    repeat: Seconds = _written("30m")
    digest_at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "09:00"
    timezone: Zone = "UTC"
    support_email: str | None = None
    channels: dict[str, Channel] = Field(default_factory=dict)


class ProviderSection(BaseModel):
    """A store, source or tracker: our keys here, the provider's own are checked by the provider."""

    model_config = ConfigDict(extra="allow", frozen=True)

    provider: Name
    interval: Seconds = _written("60s", "How often it is asked")
    timeout: Seconds = _written("10s", "How long an answer may take")
    stale_after: Seconds | None = Field(
        None, description="How old its data may be before it is NO DATA; three intervals, or what the provider says"
    )


class StoreSection(ProviderSection):
    """A store; `share_interval` 0 reads the committed share only when a person asks."""

    share_interval: SecondsOrNone = _written("15m", "How often the committed share is read; 0s: only when asked for")


class File(Section):
    """The whole file."""

    rehearsal: str | None = None
    app: App
    ui: Ui = Ui()
    history: HistorySection = HistorySection()
    actions: ActionsSection = ActionsSection()
    approvals: ApprovalsSection = ApprovalsSection()
    clock: ClockSection = ClockSection()
    evidence: EvidenceSection = EvidenceSection()
    metrics: Annotated[dict[MetricName, MetricSection], AfterValidator(_filled)]
    stores: dict[str, StoreSection]
    sources: dict[str, ProviderSection]
    trackers: dict[str, ProviderSection] = Field(default_factory=dict)
    signoffs: dict[str, SignOffSection] = Field(default_factory=dict)
    platforms: Annotated[dict[Platform, PlatformSection], AfterValidator(_filled)]
    alerts: Alerts = Alerts()
    runbook: dict[Platform, RunbookSection] = Field(default_factory=dict)
