"""The open issues of one release: those it brought, those that came back, and the others, most users first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from providers.sentry.api import SentryApi
from providers.sentry.errors import WHO
from providers.sentry.issues import counts_of_release, group
from providers.sentry.naming import of_release, release_name
from providers.sentry.options import SentryOptions
from rollout_tui.domain.investigation import Investigation, TroubleGroup
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.words import plain_text
from rollout_tui.ports import Clock, Misconfigured

_SHOWN = 50
_PAGES = 3
_LONGEST = 90 * 86400.0
"""Seconds: further back nothing is asked."""


class SentryInvestigator:
    """Asks twice: for the release's open issues, and for those of them that no older release had."""

    def __init__(self, options: SentryOptions, api: SentryApi, clock: Clock, name: str) -> None:
        self._options = options
        self._api = api
        self._clock = clock
        self._name = name

    async def investigate(self, rollout: RolloutPlan, since: float) -> Investigation:
        """Unresolved issues of this release that were seen since then; new and regressed ones come first."""
        app = self._options.apps.get(rollout.platform)
        if app is None:
            raise Misconfigured(f"{WHO} has no project of {rollout.platform}", "write it under `apps` of this source")
        try:
            name = release_name(app, rollout)
        except ValueError as error:
            raise Misconfigured(f"{WHO} cannot be asked: {error}", "look at `release` and `package`") from None
        now = self._clock.now()
        start = max(since, now - _LONGEST)
        documents, more = await self._api.issues(app, f"is:unresolved {of_release(name)}", start, now, _PAGES)
        brought, more_new = await self._api.issues(
            app, f"is:unresolved {of_release(name, 'firstRelease')}", start, now, _PAGES
        )
        new = None if more_new else {str(each.get("id")) for each in brought}
        host = urlsplit(self._options.address).hostname or ""
        groups = sorted(
            (group(each, rollout.build, new, host) for each in documents),
            key=lambda each: (not (each.new or each.regressed), -(each.users or 0)),
        )
        return Investigation(
            self._name,
            rollout.build,
            now,
            groups=tuple(groups[:_SHOWN]),
            more_groups=max(0, len(groups) - _SHOWN),
            note=" ".join(_notes(groups, more, counts_of_release(documents))),
        )

    async def log(self, rollout: RolloutPlan, log: str) -> str:
        """There is none: no group names a `log`."""
        of = f"“{plain_text(log, 80)}” of build {plain_text(rollout.build, 40)}"
        raise Misconfigured(f"{WHO} gives no text of {of}; traces are behind the issue's link", "follow the link")

    async def close(self) -> None:
        """Nothing is held."""


def _notes(groups: Sequence[TroubleGroup], more: bool, of_release_alone: bool) -> Iterator[str]:
    back = sum(1 for each in groups if each.regressed)
    yield f"New ones and those that came back ({back}) stand first; traces are behind the links."
    if more:
        yield f"There are more than {len(groups)} issues."
    if any(each.new is None for each in groups):
        yield "Which of them are new is not known: there are too many."
    if not of_release_alone:
        yield "Counts are of all releases."
