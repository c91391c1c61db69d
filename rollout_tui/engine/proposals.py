"""Proposals: what an action would do and what stands against it, from what is known now. No call is made."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Iterator
from datetime import tzinfo
from decimal import Decimal

from rollout_tui.domain import words
from rollout_tui.domain.actions import GOES_OUT, ActionKind, Change, Intent, Obstacle, Proposal, Terms
from rollout_tui.domain.cost import waiting
from rollout_tui.domain.ladder import next_phase
from rollout_tui.domain.obstacles import obstacles
from rollout_tui.domain.plan import Phase
from rollout_tui.domain.reach import reached
from rollout_tui.domain.releases import PhaseKind, ReleaseState, StateWord
from rollout_tui.domain.sentences import by_hand, severity_sentence, worst_metric
from rollout_tui.domain.severity import Severity, rank
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.ports import Impossible, ProviderError

Planner = Callable[[Intent, ReleaseState | None], Change]
"""The store's own planning: what an intent would change."""

_WANTED = {ActionKind.PAUSE: StateWord.PAUSED, ActionKind.RESUME: StateWord.RUNNING}


def propose(
    kind: ActionKind, rollout: Rollout, terms: Terms, now: float, plan: Planner, *, read_only: str | None, zone: tzinfo
) -> Proposal:
    """The proposal; its obstacles say why it is not possible, its `seen` what a person is shown of the store.

    A pause while the store cannot be read is compared with nothing: it is tried whatever the store holds by now.
    """
    store = rollout.store
    target = _target(kind, rollout)
    against = [*obstacles(kind, rollout, now, read_only, zone), *_too_far(kind, target, terms, store.state)]
    change: Change | None = None
    hand = by_hand(rollout) if kind is ActionKind.PAUSE else ""
    if target is None:
        against = against or [Obstacle("there is no phase to act on", "u reads the store again")]
    elif rollout.running is None or kind is ActionKind.PAUSE:
        try:
            change = plan(Intent(kind, target, _share(kind, target, terms), terms.allowed), store.state)
        except Impossible as error:
            against = against or [Obstacle(error.message, error.remedy)]
        except ProviderError as error:
            against.append(Obstacle(f"{error.message}{'.' * bool(hand)}{words.told_by_hand(hand)}", error.remedy))
    bad = worst_metric(rollout)
    blind = kind is ActionKind.PAUSE and store.problem is not None
    return Proposal(
        id=uuid.uuid4().hex,
        platform=rollout.plan.platform,
        kind=kind,
        title=f"{kind.value.upper()} {words.titled(rollout.plan.label)}",
        seen=None if blind else store.state,
        change=change,
        target=target,
        because=severity_sentence(bad) if bad is not None and rank(bad.severity) >= rank(Severity.WARNING) else "",
        obstacles=tuple(against),
        gates=rollout.gates if kind is ActionKind.PROMOTE else (),
        typed=_typed(kind, rollout, target, _share(kind, target, terms)) if target is not None else None,
        typed_again=rollout.plan.version if kind is ActionKind.REMOVE else None,
        terms=terms,
        shares=_shares(kind, rollout),
        by_hand=hand,
        reaches=reached(kind, rollout, target, _share(kind, target, terms)) if target is not None else "",
        waiting=_waiting(rollout, now) if kind is ActionKind.PAUSE else "",
    )


def _waiting(rollout: Rollout, now: float) -> str:
    """What waiting costs; a number that cannot be worked out stops no pause."""
    with contextlib.suppress(ArithmeticError, ValueError):
        return waiting(rollout, now)
    return ""


def already(proposal: Proposal) -> str | None:
    """Why there is nothing to do, where the store already was as wanted when the proposal was made."""
    seen = proposal.seen
    if seen is None or _WANTED.get(proposal.kind) is not seen.word:
        return None
    return f"The store already shows {seen.status}. Nothing was changed."


def requested(proposal: Proposal) -> str:
    """In the plan's words: the share of a promotion, else what the store's word becomes."""
    if proposal.kind in GOES_OUT and proposal.target is not None:
        return proposal.target.label if proposal.share is None else words.plain_percent(proposal.share)
    change = proposal.change
    return proposal.kind.value if change is None or not change.fields else change.fields[0].after


def _target(kind: ActionKind, rollout: Rollout) -> Phase | None:
    """The phase in which the action ends; a pause of something unknown concerns the first one."""
    current = rollout.current
    if kind is ActionKind.RESTART:
        return rollout.plan.phases[0]
    if current is None:
        return rollout.plan.phases[0] if kind is not ActionKind.PROMOTE else None
    if kind is ActionKind.PROMOTE:
        return next_phase(rollout.plan.phases, rollout.phases.index(current))
    return current.phase


def _share(kind: ActionKind, target: Phase, terms: Terms) -> Decimal | None:
    """The share to write: a chosen one, else that of the phase; None leaves it to the store."""
    return target.share if terms.share is None and kind in GOES_OUT else terms.share


def _too_far(kind: ActionKind, target: Phase | None, terms: Terms, state: ReleaseState | None) -> Iterator[Obstacle]:
    """A chosen share stays within the phase that the gates were asked about; a resume within what was paused."""
    if terms.share is None or target is None or kind is ActionKind.PAUSE:
        return
    if target.share is None:
        yield Obstacle(f"{target.label} has no share to choose", "leave the share out")
    elif kind in GOES_OUT and terms.share > target.share:
        beyond = f"{words.plain_percent(terms.share)} is beyond {target.label} ({words.plain_percent(target.share)})"
        yield Obstacle(beyond, "go one phase at a time")
    elif kind is ActionKind.RESUME:
        paused = None if state is None else state.share
        if paused is None:
            yield Obstacle("the share that was paused is not known", "leave the share out, or u reads it")
        elif terms.share > paused:
            beyond = f"{words.plain_percent(terms.share)} is beyond the {words.plain_percent(paused)} that was paused"
            yield Obstacle(beyond, "resume it, then promote it: more users take the gates")


def _shares(kind: ActionKind, rollout: Rollout) -> tuple[Decimal, ...]:
    """What a resume may go back to: the share that was paused, or a smaller one of the plan; the paused one first."""
    state = rollout.store.state
    if kind is not ActionKind.RESUME or state is None or state.share is None or state.kind is not PhaseKind.SHARE:
        return ()
    smaller = {phase.share for phase in rollout.plan.phases if phase.share is not None and phase.share < state.share}
    return (state.share, *sorted(smaller, reverse=True))


def _typed(kind: ActionKind, rollout: Rollout, target: Phase, share: Decimal | None) -> str | None:
    """What a person types to promote: platform and target as the dialog writes it (screens.md 11)."""
    current, platform = rollout.current, rollout.plan.platform.value
    if kind is ActionKind.REMOVE:
        return f"{platform} {kind.value}"
    if kind not in GOES_OUT:
        return None
    if target.kind is PhaseKind.TESTERS:
        return f"{platform} testers"
    if current is not None and current.phase.kind is PhaseKind.REVIEW:
        return f"{platform} release"
    if target.kind is PhaseKind.REVIEW:
        return f"{platform} review"
    return f"{platform} {'100' if share is None else words.plain_percent(share).removesuffix(' %')}"
