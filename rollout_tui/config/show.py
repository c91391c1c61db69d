"""What a configuration comes to: every value, and whether the file says it or the program assumed it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from rollout_tui.config import secrets
from rollout_tui.config.errors import key_path
from rollout_tui.config.lines import Parts
from rollout_tui.config.metrics import NO_BURSTS, default_lag
from rollout_tui.config.raw import File
from rollout_tui.config.reading import Loaded
from rollout_tui.config.settings import ProviderSettings, Settings
from rollout_tui.domain.metrics import Kind
from rollout_tui.domain.plan import GateKind
from rollout_tui.domain.releases import PhaseKind
from rollout_tui.ports import Misconfigured


@dataclass(frozen=True, slots=True)
class Entry:
    """One effective value. `line` is where the file says it; None is a default."""

    key: str
    value: Any
    line: int | None


def entries(loaded: Loaded) -> list[Entry]:
    """Every value of the file as it is written there, and every default, in the order of the tables."""
    assumed = _worked_out(loaded.settings, loaded.file)
    found = [
        Entry(key_path(place), value, loaded.lines.find(place) if said else None)
        for place, value, said in _of_table(loaded.file, loaded.raw, ())
        if said or (value is not None and place not in assumed)
    ]
    said_keys = {entry.key for entry in found}
    worked_out = [Entry(key_path(place), value, None) for place, value in assumed.items()]
    return _by_table([*found, *(entry for entry in worked_out if entry.key not in said_keys)])


def warnings(loaded: Loaded) -> list[str]:
    """What a careful person should know before the first poll: secrets that cannot be read, or that others can read."""
    told = []
    for place, value, _ in _of_table(loaded.file, loaded.raw, ()):
        if not isinstance(value, str) or not secrets.is_reference(value):
            continue
        try:
            secrets.resolve(value)
        except Misconfigured as problem:
            told.append(f"{key_path(place)}: {problem.message}")
        if (warning := secrets.warning(value)) is not None:
            told.append(f"{key_path(place)}: {warning}")
    return told


def _of_table(section: BaseModel, raw: Mapping[str, Any], place: Parts) -> Iterator[tuple[Parts, Any, bool]]:
    """Place, value, and whether the file says it: fields that are set from the file, the others from their default."""
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        yield from _of_value(value, raw.get(name), (*place, name), said=name in raw, field=field)
    for name, value in (section.model_extra or {}).items():
        yield from _of_value(value, value, (*place, name), said=True, field=None)


def _of_value(
    value: Any, raw: Any, place: Parts, *, said: bool, field: FieldInfo | None
) -> Iterator[tuple[Parts, Any, bool]]:
    if isinstance(value, BaseModel):
        yield from _of_table(value, raw or {}, place)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _of_value(inner, (raw or {}).get(key), (*place, str(key)), said=said, field=None)
    elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        for index, inner in enumerate(value):
            yield from _of_value(inner, raw[index], (*place, index), said=said, field=None)
    else:
        yield place, raw if said else _default(value, field), said


def _default(value: Any, field: FieldInfo | None) -> Any:
    """The default as a person would write it."""
    extra = field.json_schema_extra if field is not None else None
    return extra.get("default", value) if isinstance(extra, dict) else value


def _worked_out(settings: Settings, file: File) -> dict[Parts, Any]:
    """Defaults that follow from other values of the file, and those of the providers."""
    found: dict[Parts, Any] = {("history", "path"): str(settings.history.path)}
    found[("evidence", "beta")] = file.evidence.alpha
    for name, metric in file.metrics.items():
        if metric.kind is Kind.RATIO:
            found[("metrics", name, "lag")] = default_lag(metric)
            found[("metrics", name, "dispersion")] = NO_BURSTS
    tables = {"stores": settings.stores, "sources": settings.sources, "trackers": settings.trackers}
    for table, sections in tables.items():
        for name, section in sections.items():
            found |= {(table, name, *rest): value for rest, value in _of_provider(section)}
    for rollout in settings.plan.rollouts:
        where: Parts = ("platforms", rollout.platform.value)
        found[(*where, "label")] = rollout.label
        found[(*where, "version")] = rollout.version
        found[(*where, "sources")] = list(rollout.sources)
        found[(*where, "metrics")] = [metric.id for metric in rollout.metrics]
        for index, phase in enumerate(rollout.phases):
            health = [gate.text for gate in phase.gates if gate.kind in (GateKind.METRIC, GateKind.BUGS)]
            found[(*where, "phases", index, "gates")] = health
            if phase.kind is PhaseKind.TESTERS:
                daily = "sessions_per_tester_per_day"
                found[(*where, "phases", index, daily)] = phase.sessions_per_tester_per_day
    return found


def _of_provider(section: ProviderSettings) -> Iterator[tuple[Parts, Any]]:
    yield ("stale_after",), f"{section.stale_after:g}s"
    options = section.options
    if not isinstance(options, BaseModel):
        raise TypeError("a kept reading does not say where its values came from")
    for name, field in type(options).model_fields.items():
        value = _default(getattr(options, name), field)
        if name not in options.model_fields_set and value not in (None, (), [], {}):
            yield (name,), value if isinstance(value, bool | int | float | list | tuple) else str(value)


def _by_table(found: list[Entry]) -> list[Entry]:
    """Values of one table together, tables in the order of their first value."""
    order: dict[str, int] = {}
    for entry in found:
        order.setdefault(entry.key.rpartition(".")[0], len(order))
    return sorted(found, key=lambda entry: order[entry.key.rpartition(".")[0]])
