"""The shape of the file: what may stand where. Checked by pydantic, all mistakes at once."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from rollout_tui.config import grammar


def _words(parse: Any) -> Any:
    """A validator from a grammar rule: its error becomes pydantic's."""

    def check(written: Any) -> Any:
        try:
            return parse(written)
        except grammar.GrammarError as error:
            raise ValueError(str(error)) from None
        except TypeError:
            raise ValueError(f"expected text, found {type(written).__name__}") from None

    return check


def _utc(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _zone(name: str) -> str:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f'"{name}" is no time zone; expected a name such as "UTC" or "Europe/Berlin"') from None
    return name


Seconds = Annotated[float, BeforeValidator(_words(grammar.duration))]
TimeRange = Annotated[tuple[float, float | None], BeforeValidator(_words(grammar.time_range))]
Share = Annotated[Decimal, BeforeValidator(_words(grammar.share))]
Moment = Annotated[datetime, AfterValidator(_utc)]
Zone = Annotated[str, AfterValidator(_zone)]
Name = Annotated[str, Field(min_length=1, max_length=100)]


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
    symbols: Literal["auto", "unicode", "ascii"] = "auto"
    timezone: Zone = "UTC"
    bell: bool = False


class HistorySection(Section):
    """Where samples live, and for how long."""

    path: str | None = None
    retention: Seconds = 90 * 86400.0


class ActionsSection(Section):
    """How actions behave."""

    deadline: Seconds = 180.0
    read_only: bool = False


class ClockSection(Section):
    """A rehearsal's clock; real configurations leave it out."""

    speed: Annotated[float, Field(gt=0)] = 1.0
    origin: float = 0.0
    anchor: float = 0.0


class MetricSection(Section):
    """A metric and its lines."""

    label: Name
    kind: Literal["ratio", "mean"]
    better: Literal["lower", "higher"] = "lower"
    population: Literal["sessions", "connects", "users", "testers"] = "sessions"
    target: str
    alert: str
    critical: str | None = None
    complement: str | None = None
    window: Seconds = 3600.0


class PhaseSection(Section):
    """One step of a ladder."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    name: Name
    kind: Literal["share", "testers", "review", "phased"] = "share"
    share: Share | None = None
    track: str | None = None
    also_tracks: tuple[str, ...] = ()
    group: str | None = None
    testers: Annotated[int, Field(gt=0)] | None = None
    time: TimeRange | None = None
    gates: tuple[str, ...] = ()
    enter: tuple[str, ...] = ()
    began: Moment | None = None


class PlatformSection(Section):
    """One rollout."""

    label: str | None = None
    version: Name | None = None
    build: Name
    store: str
    sources: tuple[str, ...]
    tracker: str | None = None
    metrics: tuple[str, ...] | None = None
    phases: Annotated[tuple[PhaseSection, ...], Field(min_length=1)]


class SignOffSection(Section):
    """Who may sign, and how the gate is called on screen."""

    signers: tuple[Name, ...] = ()
    label: str | None = None


class Channel(Section):
    """Where alerts go. The address is a secret, so it is a reference."""

    url: str
    levels: tuple[Literal["INFO", "WARNING", "CRITICAL", "UNKNOWN"], ...] = ("WARNING", "CRITICAL")
    digest: bool = False
    gates: bool = True


class Alerts(Section):
    """Who is told what (rollout-plan.md 6 and 7)."""

    repeat: Seconds = 1800.0
    digest_at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "09:00"
    support_email: str | None = None
    channels: dict[str, Channel] = Field(default_factory=dict)


class ProviderSection(BaseModel):
    """A store, source or tracker: our keys here, the provider's own are checked by the provider."""

    model_config = ConfigDict(extra="allow", frozen=True)

    provider: Name
    interval: Seconds = 60.0
    timeout: Seconds = 10.0
    stale_after: Seconds | None = None
    share_interval: Seconds = 900.0


class File(Section):
    """The whole file."""

    rehearsal: str | None = None
    app: App
    ui: Ui = Ui()
    history: HistorySection = HistorySection()
    actions: ActionsSection = ActionsSection()
    clock: ClockSection = ClockSection()
    metrics: dict[str, MetricSection]
    stores: dict[str, ProviderSection]
    sources: dict[str, ProviderSection]
    trackers: dict[str, ProviderSection] = Field(default_factory=dict)
    signoffs: dict[str, SignOffSection] = Field(default_factory=dict)
    platforms: dict[Literal["android", "ios"], PlatformSection]
    alerts: Alerts = Alerts()
