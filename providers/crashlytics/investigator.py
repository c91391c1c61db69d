"""The issues of one version with most events, and the sample event behind one (stores.md 6: topIssues, events)."""

from __future__ import annotations

import re

from providers.crashlytics.api import CrashlyticsApi
from providers.crashlytics.errors import WHO
from providers.crashlytics.issues import group, trace
from providers.crashlytics.options import CrashlyticsOptions
from providers.crashlytics.source import display_name
from rollout_tui.domain.investigation import Investigation
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.ports import Clock, Misconfigured

_SHOWN = 50
_LONGEST = 90 * 86400.0
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")


class CrashlyticsInvestigator:
    """Asks the report on issues for one version."""

    def __init__(self, options: CrashlyticsOptions, api: CrashlyticsApi, clock: Clock, name: str) -> None:
        self._options = options
        self._api = api
        self._clock = clock
        self._name = name

    async def investigate(self, rollout: RolloutPlan, since: float) -> Investigation:
        """Issues of this version since then; new and regressed ones come first, then most users."""
        app = self._app(rollout)
        now = self._clock.now()
        await self._api.ahead()
        listed, more = await self._api.report(app, "topIssues", display_name(rollout), max(since, now - _LONGEST), now)
        groups = sorted(
            (group(each, rollout.version, rollout.build) for each in listed),
            key=lambda each: (not (each.new or each.regressed), -(each.users or 0)),
        )
        note = "An issue's first version is known, not its first build. The API is v1alpha: experimental."
        return Investigation(
            self._name,
            rollout.build,
            now,
            groups=tuple(groups[:_SHOWN]),
            more_groups=max(0, len(groups) - _SHOWN),
            note=f"{note} There are more than {len(groups)} issues." if more else note,
        )

    async def log(self, rollout: RolloutPlan, log: str) -> str:
        """The traces of a sample event, as text."""
        if _ID.fullmatch(log) is None:
            raise Misconfigured(f"{WHO}: this is no name of an event")
        app = self._app(rollout)
        await self._api.ahead()
        return trace(await self._api.event(app, log))

    async def close(self) -> None:
        """Nothing is held."""

    def _app(self, rollout: RolloutPlan) -> str:
        app = self._options.apps.get(rollout.platform)
        if app is None:
            raise Misconfigured(f"{WHO} has no app of {rollout.platform}", "write its id under `apps` of this source")
        return app
