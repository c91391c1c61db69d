"""From the platforms as they are written to their rollouts: ladders, gates, and the names that they refer to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from rollout_tui.config.check import Problems, nearest
from rollout_tui.config.gates import Sight, build_gate, time_gate
from rollout_tui.config.lines import Parts
from rollout_tui.config.raw import File, PhaseSection, PlatformSection
from rollout_tui.domain.metrics import Metric
from rollout_tui.domain.plan import Gate, GateKind, Phase, RolloutPlan
from rollout_tui.domain.releases import PhaseKind, Platform

_LABELS = {Platform.ANDROID: "Android", Platform.IOS: "iOS"}
_KINDS = {
    Platform.ANDROID: (PhaseKind.SHARE,),
    Platform.IOS: (PhaseKind.TESTERS, PhaseKind.REVIEW, PhaseKind.PHASED),
}
"""Kinds of phases that a platform's store knows, in the order in which they come."""

_ONLY_OF = {
    "share": PhaseKind.SHARE,
    "track": PhaseKind.SHARE,
    "also_tracks": PhaseKind.SHARE,
    "group": PhaseKind.TESTERS,
    "testers": PhaseKind.TESTERS,
    "sessions_per_tester_per_day": PhaseKind.TESTERS,
}
_BORROWS = (PhaseKind.REVIEW, PhaseKind.PHASED)
"""Kinds whose gates default to the health gates of the first phase (rollout-plan.md 9.3)."""

_RANK = {GateKind.METRIC: 0, GateKind.BUGS: 0, GateKind.TIME: 1, GateKind.SIGNOFF: 2}


@dataclass(frozen=True, slots=True)
class Draft:
    """A file on its way to a plan: its shape, the metrics made of it, and what had to be left out of it."""

    file: File
    metrics: Mapping[str, Metric]
    unsure: frozenset[str]
    gone: frozenset[Parts]
    problems: Problems

    def lost(self, *place: str) -> bool:
        """Whether a table was left out because of its own mistakes: nothing can be said of references to it."""
        return place in self.gone


def build_rollout(platform: Platform, draft: Draft) -> RolloutPlan:
    """The rollout of one platform; what is wrong with it goes to the draft's problems."""
    section = draft.file.platforms[platform]
    where: Parts = ("platforms", platform.value)
    _check_names(section, where, draft)
    shown = section.metrics if section.metrics is not None else tuple(draft.file.metrics)
    sight = _sight(section, shown, draft)
    _check_ladder(platform, section.phases, where, draft.problems)
    return RolloutPlan(
        platform=platform,
        label=section.label or _LABELS[platform],
        version=section.version or draft.file.app.version,
        build=section.build,
        phases=_phases(section.phases, sight, (*where, "phases"), draft.problems),
        metrics=tuple(sight.metrics.values()),
        store=section.store,
        sources=_sources(section, draft),
        tracker=section.tracker,
    )


def signoffs_asked(rollouts: Iterable[RolloutPlan]) -> set[str]:
    """What the gates of all phases ask people to sign."""
    return {
        gate.id.removeprefix("signoff:")
        for rollout in rollouts
        for phase in rollout.phases
        for gate in phase.gates
        if gate.kind is GateKind.SIGNOFF
    }


def _sight(section: PlatformSection, shown: tuple[str, ...], draft: Draft) -> Sight:
    known, evidence = draft.metrics, draft.file.evidence
    hidden = {name for name in known if name not in shown}
    return Sight(
        metrics={name: known[name] for name in shown if name in known},
        elsewhere=frozenset(hidden | {known[name].complement or name for name in hidden}),
        unsure=draft.unsure,
        sources=bool(_sources(section, draft)),
        tracker=section.tracker is not None,
        signoffs=draft.file.signoffs,
        alpha=evidence.alpha,
        beta=evidence.alpha if evidence.beta is None else evidence.beta,
    )


def _sources(section: PlatformSection, draft: Draft) -> tuple[str, ...]:
    return section.sources if section.sources is not None else tuple(draft.file.sources)


def _check_names(section: PlatformSection, where: Parts, draft: Draft) -> None:
    file = draft.file
    references: list[tuple[Parts, str, str, Iterable[str]]] = [(("store",), section.store, "stores", file.stores)]
    references += [(("sources", n), name, "sources", file.sources) for n, name in enumerate(section.sources or ())]
    references += [(("metrics", n), name, "metrics", file.metrics) for n, name in enumerate(section.metrics or ())]
    if section.tracker is not None:
        references.append((("tracker",), section.tracker, "trackers", file.trackers))
    seen: set[tuple[str, str]] = set()
    for key, name, table, known in references:
        if name not in known and not draft.lost(table, name):
            names = list(known)
            expected = nearest(name, names) if names else f"add a table [{table}.{name}]"
            draft.problems.complain((*where, *key), f'"{name}" is not defined; {expected}')
        if (table, name) in seen:
            draft.problems.complain((*where, *key), f'"{name}" stands here twice')
        seen.add((table, name))


def _phases(sections: tuple[PhaseSection, ...], sight: Sight, where: Parts, problems: Problems) -> tuple[Phase, ...]:
    own = [_gates(phase.gates or (), (*where, n, "gates"), sight, problems) for n, phase in enumerate(sections)]
    entering = [_gates(phase.enter, (*where, n, "enter"), sight, problems) for n, phase in enumerate(sections)]
    health = [gate for gate in own[0] if gate.kind in (GateKind.METRIC, GateKind.BUGS)]
    phases = []
    for index, section in enumerate(sections):
        gates = health if section.gates is None and section.kind in _BORROWS else own[index]
        following = entering[index + 1] if index + 1 < len(sections) else []
        timed = [] if section.time is None else [time_gate(section.time[0])]
        place = (*where, index)
        phases.append(_phase(section, _together([*gates, *timed], following, place, problems)))
    return tuple(phases)


def _phase(section: PhaseSection, gates: tuple[Gate, ...]) -> Phase:
    minimum, maximum = section.time or (None, None)
    daily = section.sessions_per_tester_per_day
    tested: dict[str, Any] = {} if daily is None else {"sessions_per_tester_per_day": daily}
    return Phase(
        id=section.id,
        label=section.name,
        kind=section.kind,
        gates=gates,
        minimum=minimum,
        maximum=maximum,
        share=section.share,
        track=section.track,
        also_tracks=section.also_tracks,
        group=section.group,
        testers=section.testers,
        began=section.began,
        **tested,
    )


def _gates(texts: tuple[str, ...], where: Parts, sight: Sight, problems: Problems) -> list[Gate]:
    gates: list[Gate] = []
    for index, text in enumerate(texts):
        place = (*where, index)
        gate = build_gate(text, sight, lambda message, place=place: problems.complain(place, message))  # type: ignore[misc]  # bound early on purpose
        if gate is None:
            continue
        if any(gate.id == other.id for other in gates):
            problems.complain(place, f'"{text}" is a second gate on {gate.id} in this list; one of them must go')
        gates.append(gate)
    return gates


def _together(own: list[Gate], following: list[Gate], where: Parts, problems: Problems) -> tuple[Gate, ...]:
    """The gates for leaving a phase: its own, and the criteria of the next one; health, then time, then people."""
    known = {gate.id: gate for gate in own}
    for gate in following:
        other = known.setdefault(gate.id, gate)
        if (other.line, other.signers) != (gate.line, gate.signers):
            problems.complain(
                (*where, "gates"), f'"{other.text}" here and "{gate.text}" for entering the next phase differ'
            )
    return tuple(sorted(known.values(), key=lambda gate: _RANK[gate.kind]))


def _check_ladder(platform: Platform, phases: tuple[PhaseSection, ...], where: Parts, problems: Problems) -> None:
    ids: set[str] = set()
    for index, phase in enumerate(phases):
        place: Parts = (*where, "phases", index)
        _check_kind(platform, phase, place, problems)
        if phase.id in ids:
            problems.complain((*place, "id"), f'"{phase.id}" stands twice; each phase needs an id of its own')
        ids.add(phase.id)
    if phases[0].enter:
        problems.complain(
            (*where, "phases", 0, "enter"), "nothing comes before the first phase; expected no enter here"
        )
    for index, (before, after) in enumerate(pairwise(phases), 1):
        _check_step(platform, before, after, (*where, "phases", index), problems)


def _check_kind(platform: Platform, phase: PhaseSection, place: Parts, problems: Problems) -> None:
    """The kind is one of the platform's, and has what it needs and nothing of another kind."""
    kind = phase.kind
    if kind not in _KINDS[platform]:
        problems.complain(
            (*place, "kind"), f'"{kind}" is no kind of phase of {_LABELS[platform]}; {nearest(kind, _KINDS[platform])}'
        )
        return
    for key, owner in _ONLY_OF.items():
        if key in phase.model_fields_set and owner is not kind:
            problems.complain((*place, key), f'only a phase of kind "{owner}" has this key; this one is "{kind}"')
    needed = {PhaseKind.SHARE: "share", PhaseKind.TESTERS: "group"}.get(kind)
    if needed is not None and getattr(phase, needed) is None:
        problems.complain((*place, needed), f'missing: a phase of kind "{kind}" needs it')


def _check_step(
    platform: Platform, before: PhaseSection, after: PhaseSection, place: Parts, problems: Problems
) -> None:
    """A ladder only rises: shares, kinds, and the times at which phases began."""
    if before.share is not None and after.share is not None and after.share <= before.share:
        problems.complain(
            (*place, "share"), f"{after.share:%} does not rise above {before.share:%}, the share of the phase before"
        )
    order = _KINDS[platform]
    first, second = before.kind, after.kind
    if len(order) > 1 and first in order and second in order and order.index(second) <= order.index(first):
        problems.complain((*place, "kind"), f'"{second}" cannot come after "{first}"; the order is {", ".join(order)}')
    if before.began is not None and after.began is not None and after.began <= before.began:
        problems.complain((*place, "began"), "lies before the beginning of the phase before")
