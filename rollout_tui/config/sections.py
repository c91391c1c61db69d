"""From the stores, sources and trackers as they are written to settings whose options the provider itself checked."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ValidationError

from rollout_tui.config.check import Problems, nearest
from rollout_tui.config.lines import Parts
from rollout_tui.config.providers import UnknownProvider
from rollout_tui.config.raw import ProviderSection, StoreSection
from rollout_tui.config.secrets import REFERENCE, may_hold_secret
from rollout_tui.config.settings import STALE_INTERVALS, ProviderSettings
from rollout_tui.domain.plan import Phase, RolloutPlan
from rollout_tui.domain.words import plain_text
from rollout_tui.ports import OBSERVED_SHARE, Provider

_log = logging.getLogger(__name__)

Lookup = Callable[[str], Provider]

_LONGEST = 160
"""Characters of the way to a button in a store's console."""
_OPENERS = {"stores": "open_store", "sources": "open_source", "trackers": "open_tracker"}


def build_sections(
    table: str, sections: Mapping[str, ProviderSection], lookup: Lookup, problems: Problems
) -> dict[str, ProviderSettings]:
    """The settings of all sections of one table; those with mistakes are left out and complained of."""
    built = {name: _section(table, name, section, lookup, problems) for name, section in sections.items()}
    return {name: settings for name, settings in built.items() if settings is not None}


def with_hands(rollout: RolloutPlan, stores: Mapping[str, ProviderSettings], lookup: Lookup) -> RolloutPlan:
    """The rollout, its phases with where a person pauses each of them by hand, as the provider of its store says.

    A provider that cannot say it keeps nobody from watching and pausing: the way is not known then.
    """
    section = stores.get(rollout.store)
    tell = None if section is None else lookup(section.provider).by_hand
    if section is None or tell is None or not isinstance(section.options, BaseModel):
        return rollout
    name, options = section.provider, section.options

    def way(phase: Phase) -> str:
        try:
            return plain_text(tell(options, rollout, phase), _LONGEST)
        except Exception as error:  # noqa: BLE001  anybody's code; a pause must not fail for want of a sentence
            _log.warning("%s cannot say where %s is paused by hand (%s)", name, phase.id, type(error).__name__)
            return ""

    return replace(rollout, phases=tuple(replace(phase, by_hand=way(phase)) for phase in rollout.phases))


def check_secrets(raw: Mapping[str, Any], problems: Problems) -> None:
    """A secret that stands in the file itself is refused, wherever it stands, without repeating it."""
    for place, value in _texts(raw, ()):
        if may_hold_secret(str(place[-1]), value):
            problems.complain(
                place,
                f"a secret must not stand in this file; expected {REFERENCE}",
            )


def check_source_metrics(sources: Mapping[str, ProviderSection], known: list[str], problems: Problems) -> None:
    """A source that names its metrics names only those of the plan: a misspelt one would be NO DATA for ever."""
    for name, section in sources.items():
        queries = (section.model_extra or {}).get("metrics")
        for metric in queries if isinstance(queries, dict) else ():
            if metric not in known and metric != OBSERVED_SHARE:
                problems.complain(
                    ("sources", name, "metrics", metric),
                    f'"{metric}" is no metric of the plan; {nearest(metric, [*known, OBSERVED_SHARE])}',
                )


def _section(
    table: str, name: str, section: ProviderSection, lookup: Lookup, problems: Problems
) -> ProviderSettings | None:
    where: Parts = (table, name)
    try:
        provider = lookup(section.provider)
    except UnknownProvider as error:
        problems.complain((*where, "provider"), str(error))
        return None
    if getattr(provider, _OPENERS[table]) is None:
        problems.complain((*where, "provider"), f'"{section.provider}" cannot be one of the {table}')
        return None
    if section.stale_after is not None and section.stale_after < section.interval:
        problems.complain((*where, "stale_after"), "is shorter than the interval: data would always turn stale")
    options = _options(provider, section.model_extra or {}, where, problems)
    if options is None:
        return None
    late = 0.0 if provider.stale_after is None else provider.stale_after(options)
    return ProviderSettings(
        name=name,
        provider=section.provider,
        options=options,
        interval=section.interval,
        timeout=section.timeout,
        stale_after=section.stale_after or max(late, STALE_INTERVALS * section.interval),
        label=provider.label or name,
        **({"share_interval": section.share_interval} if isinstance(section, StoreSection) else {}),
    )


def _options(provider: Provider, extra: Mapping[str, Any], where: Parts, problems: Problems) -> BaseModel | None:
    try:
        return provider.options.model_validate(dict(extra))
    except ValidationError as error:
        problems.complain_all(error, where, provider.options)
        return None


def _texts(value: Any, place: Parts) -> Iterator[tuple[Parts, str]]:
    """Every text of the file with its place."""
    if isinstance(value, str):
        yield place, value
        return
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield from _texts(inner, (*place, key))
