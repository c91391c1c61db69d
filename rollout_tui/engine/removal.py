"""Which of a store's doors an action goes through: its own four verbs, or the removal from sale that some have."""

from __future__ import annotations

from rollout_tui.domain.actions import ActionKind, Change, Intent, Proposal
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.releases import ReleaseState
from rollout_tui.ports import Impossible, RemovesFromSale, Store


def planned(store: Store, rollout: RolloutPlan, intent: Intent, seen: ReleaseState | None) -> Change:
    """The change in the store's words; no call is made. Raises Impossible."""
    if intent.kind is not ActionKind.REMOVE:
        return store.plan(rollout, intent, seen)
    if seen is None:
        raise Impossible(f"{store.label} was not read yet", "u reads it")
    return _able(store).plan_removal(rollout, seen)


async def performed(store: Store, rollout: RolloutPlan, proposal: Proposal, change: Change) -> None:
    """Carry it out, once. Raises as `Store.perform` does."""
    if proposal.kind is ActionKind.REMOVE:
        await _able(store).remove_from_sale(rollout, change, proposal.seen)
    else:
        await store.perform(rollout, change, proposal.seen)


def _able(store: Store) -> RemovesFromSale:
    if not isinstance(store, RemovesFromSale):
        raise Impossible(
            f"{store.label} has no removal from sale that a program can do", "do it in the store's console"
        )
    return store
