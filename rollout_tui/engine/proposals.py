"""Proposals: what an action would do and what stands against it, from what is known now. No call is made."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import tzinfo

from rollout_tui.domain import words
from rollout_tui.domain.actions import ActionKind, Change, Intent, Obstacle, Proposal
from rollout_tui.domain.ladder import next_phase
from rollout_tui.domain.obstacles import obstacles
from rollout_tui.domain.plan import Phase
from rollout_tui.domain.releases import PhaseKind, ReleaseState, StateWord
from rollout_tui.domain.sentences import severity_sentence, worst_metric
from rollout_tui.domain.severity import Severity, rank
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.ports import Impossible, ProviderError

Planner = Callable[[Intent, ReleaseState | None], Change]
"""The store's own planning: what an intent would change."""

_WANTED = {ActionKind.PAUSE: StateWord.PAUSED, ActionKind.RESUME: StateWord.RUNNING}


def propose(
    kind: ActionKind, rollout: Rollout, now: float, plan: Planner, *, read_only: str | None, zone: tzinfo
) -> Proposal:
    """The proposal; its obstacles say why it is not possible, its `seen` what a person is shown of the store.

    A pause while the store cannot be read is compared with nothing: it is tried whatever the store holds by now.
    """
    store = rollout.store
    target = _target(kind, rollout)
    against = list(obstacles(kind, rollout, now, read_only, zone))
    change: Change | None = None
    if target is None:
        against = against or [Obstacle("there is no phase to act on", "u reads the store again")]
    elif rollout.running is None:
        try:
            change = plan(Intent(kind, target, target.share if kind is ActionKind.PROMOTE else None), store.state)
        except Impossible as error:
            against = against or [Obstacle(error.message, error.remedy)]
        except ProviderError as error:
            against.append(Obstacle(error.message, error.remedy))
    bad = worst_metric(rollout)
    blind = kind is ActionKind.PAUSE and store.problem is not None
    return Proposal(
        id=uuid.uuid4().hex,
        platform=rollout.plan.platform,
        kind=kind,
        made_at=now,
        title=f"{kind.value.upper()} {rollout.plan.label.upper()}",
        seen=None if blind else store.state,
        change=change,
        target=target,
        because=severity_sentence(bad) if bad is not None and rank(bad.severity) >= rank(Severity.WARNING) else "",
        obstacles=tuple(against),
        gates=rollout.gates if kind is ActionKind.PROMOTE else (),
        typed=_typed(rollout.plan.platform.value, target, rollout) if kind is ActionKind.PROMOTE else None,
    )


def already(proposal: Proposal) -> str | None:
    """Why there is nothing to do, where the store already was as wanted when the proposal was made."""
    seen = proposal.seen
    if seen is None or _WANTED.get(proposal.kind) is not seen.word:
        return None
    return f"The store already shows {seen.status}. Nothing was changed."


def requested(proposal: Proposal) -> str:
    """In the plan's words: the share of a promotion, else what the store's word becomes."""
    if proposal.kind is ActionKind.PROMOTE and proposal.target is not None:
        share = proposal.target.share
        return proposal.target.label if share is None else words.plain_percent(share)
    change = proposal.change
    return proposal.kind.value if change is None or not change.fields else change.fields[0].after


def _target(kind: ActionKind, rollout: Rollout) -> Phase | None:
    """The phase in which the action ends; a pause of something unknown concerns the first one."""
    current = rollout.current
    if current is None:
        return rollout.plan.phases[0] if kind is not ActionKind.PROMOTE else None
    if kind is ActionKind.PROMOTE:
        return next_phase(rollout.plan.phases, rollout.phases.index(current))
    return current.phase


def _typed(platform: str, target: Phase | None, rollout: Rollout) -> str | None:
    """What a person types to promote: platform and target as the dialog writes it (screens.md 11)."""
    if target is None:
        return None
    current = rollout.current
    if current is not None and current.phase.kind is PhaseKind.REVIEW:
        return f"{platform} release"
    if target.kind is PhaseKind.REVIEW:
        return f"{platform} review"
    share = "100" if target.share is None else words.plain_percent(target.share).removesuffix(" %")
    return f"{platform} {share}"
