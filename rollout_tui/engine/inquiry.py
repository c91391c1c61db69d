"""Asking what is wrong with a build: when a person looks, of every source and store that can tell it, side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from rollout_tui.domain.investigation import Inquired
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.engine.providers import Askable, Providers
from rollout_tui.engine.trouble import blamed, describe
from rollout_tui.ports import Investigator, ProviderError

_PATIENCE = 30.0
"""Seconds of the wall that one source has for its answer."""


class Inquiry:
    """Never raises: who does not answer is told as such."""

    def __init__(self, providers: Providers) -> None:
        self._providers = providers

    async def ask(self, plan: RolloutPlan, since: float) -> Sequence[Inquired]:
        """What each of them knows of this build since then (epoch seconds UTC); stores last. Empty: nobody can tell."""
        askable = await asyncio.to_thread(self._askable, plan)
        return await asyncio.gather(*(_ask(plan, since, *one) for one in askable))

    async def log(self, plan: RolloutPlan, section: str, log: str) -> str:
        """The whole text behind a `log` of a group or of feedback, or in words why it cannot be had."""
        askable = await asyncio.to_thread(self._askable, plan)
        for name, label, investigator in askable:
            if name == section and not isinstance(investigator, ProviderError):
                try:
                    async with asyncio.timeout(_PATIENCE):
                        return await investigator.log(plan, log)
                except Exception as error:  # noqa: BLE001  told where it was asked for
                    return blamed(label, error)
        return f"{section} cannot be asked"

    def _askable(self, plan: RolloutPlan) -> Sequence[Askable]:
        """Opened in a thread: imports and keys take time."""
        providers = self._providers
        return [*providers.investigators("sources", plan.sources), *providers.investigators("stores", [plan.store])]


async def _ask(plan: RolloutPlan, since: float, name: str, label: str, who: Investigator | ProviderError) -> Inquired:
    if isinstance(who, ProviderError):
        return Inquired(name, label, problem=describe(who))
    try:
        async with asyncio.timeout(_PATIENCE):
            return Inquired(name, label, await who.investigate(plan, since))
    except Exception as error:  # noqa: BLE001  one that fails keeps nobody from reading the others
        return Inquired(name, label, problem=describe(error))
