"""From the checked shape of a file to the plan and the settings; every further mistake is gathered, none stops."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from pydantic import BaseModel, ValidationError

from rollout_tui.config import grammar, places
from rollout_tui.config.gates import build_gate, time_gate
from rollout_tui.config.providers import UnknownProvider
from rollout_tui.config.raw import File, MetricSection, PhaseSection, PlatformSection, ProviderSection
from rollout_tui.config.secrets import SCHEMES, is_reference
from rollout_tui.config.settings import (
    ActionSettings,
    ClockSettings,
    HistorySettings,
    ProviderSettings,
    Settings,
    UiSettings,
)
from rollout_tui.domain.metrics import Direction, Kind, Line, Metric, Operator, Population, Unit
from rollout_tui.domain.plan import Gate, Phase, Plan, RolloutPlan
from rollout_tui.domain.releases import PhaseKind, Platform
from rollout_tui.ports import Provider

Parts = tuple[str | int, ...]
Complain = Callable[[Parts, str], None]
Lookup = Callable[[str], Provider]

_STALE_INTERVALS = 3
_LABELS = {Platform.ANDROID: "Android", Platform.IOS: "iOS"}
_OPENERS = {"stores": "open_store", "sources": "open_source", "trackers": "open_tracker"}
_PLACEHOLDER = Line(Operator.GE, Fraction(0))


def build(file: File, path: Path, lookup: Lookup, complain: Complain) -> Settings:
    """The settings of a file. What `complain` was told makes them unusable; the caller decides."""
    metrics = {name: _metric(name, section, complain) for name, section in file.metrics.items()}
    rollouts = tuple(
        _rollout(Platform(name), section, file, metrics, complain) for name, section in sorted(file.platforms.items())
    )
    history = file.history.path
    return Settings(
        path=path,
        plan=Plan(file.app.name, file.app.version, rollouts),
        stores=_providers("stores", file.stores, lookup, complain),
        sources=_providers("sources", file.sources, lookup, complain),
        trackers=_providers("trackers", file.trackers, lookup, complain),
        history=HistorySettings(
            places.history_file(file.app.name) if history is None else (path.parent / Path(history).expanduser()),
            file.history.retention,
        ),
        ui=UiSettings(file.ui.theme, file.ui.symbols, file.ui.timezone, file.ui.bell),
        actions=ActionSettings(file.actions.deadline, file.actions.read_only),
        clock=ClockSettings(file.clock.speed, file.clock.origin, file.clock.anchor),
        rehearsal=file.rehearsal,
    )


def check_channels(file: File, complain: Complain) -> None:
    """A channel's address lets anybody post there: it must be a reference."""
    for name, channel in file.alerts.channels.items():
        if not is_reference(channel.url):
            complain(
                ("alerts", "channels", name, "url"),
                f"a channel's address is a secret: expected a reference ({', '.join(SCHEMES)})",
            )


def _metric(name: str, section: MetricSection, complain: Complain) -> Metric:
    kind = Kind(section.kind)
    unit = Unit.RATIO if kind is Kind.RATIO else Unit.SECONDS

    def line(key: str, text: str) -> Line:
        where: Parts = ("metrics", name, key)
        try:
            parsed, written = grammar.line(text)
        except grammar.GrammarError as error:
            complain(where, str(error))
            return _PLACEHOLDER
        if written is not unit:
            wanted = "a percentage such as 0.5%" if unit is Unit.RATIO else "a time such as 10s or 5min"
            complain(where, f'"{text}" is of another unit than a {kind} metric: expected {wanted}')
        return parsed

    metric = Metric(
        name,
        section.label,
        kind,
        unit,
        Direction(section.better),
        Population(section.population),
        line("target", section.target),
        line("alert", section.alert),
        None if section.critical is None else line("critical", section.critical),
        section.complement,
        section.window,
    )
    _check_order(metric, complain)
    return metric


def _check_order(metric: Metric, complain: Complain) -> None:
    """Target, alert and critical must lie one beyond the other, in the direction of worse."""
    lines = [("target", metric.target), ("alert", metric.alert), ("critical", metric.critical)]
    known = [(key, line) for key, line in lines if line is not None and line is not _PLACEHOLDER]
    worse = 1 if metric.better is Direction.LOWER else -1
    good = (Operator.LT, Operator.LE) if worse > 0 else (Operator.GT, Operator.GE)
    for (key, nearer), (further_key, further) in pairwise(known):
        if (further.limit - nearer.limit) * worse < 0:
            complain(
                ("metrics", metric.id, further_key),
                f"lies on the better side of {key}; with better = {metric.better} it must lie beyond it",
            )
    for key, line in known:
        if (line.operator in good) is not (key == "target"):
            wanted = "target is met inside the good range" if key == "target" else f"{key} is met beyond its line"
            complain(("metrics", metric.id, key), f'operator "{line.operator}" points the wrong way: {wanted}')


def _rollout(
    platform: Platform, section: PlatformSection, file: File, metrics: Mapping[str, Metric], complain: Complain
) -> RolloutPlan:
    where: Parts = ("platforms", platform.value)
    _check_names(section, file, where, complain)
    wanted = section.metrics if section.metrics is not None else tuple(metrics)
    for name in wanted:
        if name not in metrics:
            complain((*where, "metrics"), f'"{name}" is no metric: expected some of {", ".join(metrics)}')
    phases = [
        _phase(index, phase, section, file, metrics, where, complain) for index, phase in enumerate(section.phases)
    ]
    _check_ladder(platform, section.phases, where, complain)
    return RolloutPlan(
        platform=platform,
        label=section.label or _LABELS[platform],
        version=section.version or file.app.version,
        build=section.build,
        phases=tuple(phases),
        metrics=tuple(metrics[name] for name in wanted if name in metrics),
        store=section.store,
        sources=section.sources,
        tracker=section.tracker,
    )


def _check_names(section: PlatformSection, file: File, where: Parts, complain: Complain) -> None:
    named = [("store", section.store, file.stores), *(("sources", name, file.sources) for name in section.sources)]
    if section.tracker is not None:
        named.append(("tracker", section.tracker, file.trackers))
    for key, name, known in named:
        if name not in known:
            table = "stores" if key == "store" else "trackers" if key == "tracker" else "sources"
            defined = ", ".join(known) or f"none; add [{table}.{name}]"
            complain((*where, key), f'"{name}" is not defined: expected one of {defined}')


def _phase(
    index: int,
    phase: PhaseSection,
    section: PlatformSection,
    file: File,
    metrics: Mapping[str, Metric],
    where: Parts,
    complain: Complain,
) -> Phase:
    """A phase with the gates for leaving it: its own, its minimum time, and the criteria for entering the next one."""
    following = section.phases[index + 1] if index + 1 < len(section.phases) else None
    gates = _gates(phase.gates, (*where, "phases", index, "gates"), file, metrics, complain)
    if phase.time is not None:
        gates.append(time_gate(phase.time[0]))
    if following is not None:
        gates += _gates(following.enter, (*where, "phases", index + 1, "enter"), file, metrics, complain)
    return Phase(
        id=phase.id,
        label=phase.name,
        kind=PhaseKind(phase.kind),
        gates=_unique(gates),
        minimum=None if phase.time is None else phase.time[0],
        maximum=None if phase.time is None else phase.time[1],
        share=phase.share,
        track=phase.track,
        also_tracks=phase.also_tracks,
        group=phase.group,
        testers=phase.testers,
        began=phase.began,  # type: ignore[arg-type]  # raw.Moment's validator made seconds of it
    )


def _gates(
    texts: tuple[str, ...], where: Parts, file: File, metrics: Mapping[str, Metric], complain: Complain
) -> list[Gate]:
    built = (
        build_gate(text, metrics, file.signoffs, lambda message, n=n: complain((*where, n), message))  # type: ignore[misc]  # n is bound early on purpose
        for n, text in enumerate(texts)
    )
    return [gate for gate in built if gate is not None]


def _unique(gates: list[Gate]) -> tuple[Gate, ...]:
    """Two conditions on one quantity are two gates: each has an id of its own."""
    seen: dict[str, int] = {}
    unique: list[Gate] = []
    for gate in gates:
        seen[gate.id] = seen.get(gate.id, 0) + 1
        unique.append(gate if seen[gate.id] == 1 else replace(gate, id=f"{gate.id}#{seen[gate.id]}"))
    return tuple(unique)


def _check_ladder(platform: Platform, phases: tuple[PhaseSection, ...], where: Parts, complain: Complain) -> None:
    kinds = {Platform.ANDROID: {"share"}, Platform.IOS: {"testers", "review", "phased"}}[platform]
    last_share = None
    ids: set[str] = set()
    for index, phase in enumerate(phases):
        at: Parts = (*where, "phases", index)
        if phase.kind not in kinds:
            complain((*at, "kind"), f'"{phase.kind}" is not of {platform}: expected {" or ".join(sorted(kinds))}')
        if phase.id in ids:
            complain((*at, "id"), f'"{phase.id}" stands twice')
        ids.add(phase.id)
        if phase.kind == "share":
            if phase.share is None:
                complain((*at, "share"), 'missing: a phase of kind "share" needs one, such as "10%"')
            elif last_share is not None and phase.share <= last_share:
                complain((*at, "share"), f"{phase.share} does not rise above the phase before ({last_share})")
            last_share = phase.share or last_share


def _providers(
    table: str, sections: Mapping[str, ProviderSection], lookup: Lookup, complain: Complain
) -> dict[str, ProviderSettings]:
    built: dict[str, ProviderSettings] = {}
    for name, section in sections.items():
        where: Parts = (table, name)
        try:
            provider = lookup(section.provider)
        except UnknownProvider as error:
            complain((*where, "provider"), str(error))
            continue
        if getattr(provider, _OPENERS[table]) is None:
            complain((*where, "provider"), f'"{section.provider}" cannot be one of {table}')
        options = _options(provider, section.model_extra or {}, where, complain)
        built[name] = ProviderSettings(
            name=name,
            provider=section.provider,
            options=options,
            interval=section.interval,
            timeout=section.timeout,
            stale_after=section.stale_after or _STALE_INTERVALS * section.interval,
            share_interval=section.share_interval,
            label=provider.label or name,
        )
    return built


def _options(provider: Provider, extra: Mapping[str, object], where: Parts, complain: Complain) -> BaseModel:
    try:
        return provider.options.model_validate(dict(extra))
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False):
            complain((*where, *problem["loc"]), problem["msg"].removeprefix("Value error, "))
        return BaseModel()
