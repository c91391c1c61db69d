"""Crash groups of one build, most users first, and the report behind one (stores.md 3: errorIssues, errorReports)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from providers.play_vitals.api import VitalsApi
from providers.play_vitals.errors import WHO
from providers.play_vitals.issues import group
from providers.play_vitals.queries import of_build
from providers.play_vitals.times import HOURLY
from rollout_tui.domain.investigation import Investigation
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.ports import Clock, Misconfigured, Unreachable

_COUNTS = "errorCountMetricSet"
"""Its freshness says where errors end."""
_SHOWN = 50
_PAGE = 200
_HOUR = 3600.0
_LONGEST = 28 * 86400.0
"""Seconds: further back nothing is asked."""
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")


class PlayVitalsInvestigator:
    """Asks for whole hours, up to the present one: errors come earlier than the rates that are made of them."""

    def __init__(self, api: VitalsApi, clock: Clock, name: str) -> None:
        self._api = api
        self._clock = clock
        self._name = name

    async def investigate(self, rollout: RolloutPlan, since: float) -> Investigation:
        """The groups that hit most users. Counts are of this build since then; users are an estimate by Google.

        `as_of` is up to when errors are complete, or the hour of the newest one where that is later.
        """
        build, only = rollout.build, _filter(rollout)
        end = HOURLY.begin(self._clock.now())
        start = max(HOURLY.begin(since), end - _LONGEST)
        if start >= end:
            return Investigation(self._name, build, end, note="No whole hour has gone by yet; errors come by the hour.")
        await self._api.ahead()
        complete = await self._complete()
        listed, more = await self._api.issues(
            {
                "filter": only,
                "orderBy": "distinctUsers desc",
                "pageSize": str(_PAGE),
                "sampleErrorReportLimit": "1",
                **_interval(start, end),
            }
        )
        groups = [group(document, build) for document in listed]
        note = "Users are Google's estimate, by whole hours."
        if more:
            note += f" There are more than {len(groups)} groups."
        return Investigation(
            self._name,
            build,
            min(end, max([complete, *(each.last_seen + _HOUR for each in groups if each.last_seen is not None)])),
            groups=tuple(sorted(groups, key=lambda each: each.users or 0, reverse=True)[:_SHOWN]),
            more_groups=max(0, len(groups) - _SHOWN),
            note=note,
        )

    async def log(self, rollout: RolloutPlan, log: str) -> str:
        """The text of one error report of this build; empty where Google withholds it."""
        if _ID.fullmatch(log) is None:
            raise Misconfigured(f"{WHO}: this is no name of a report")
        await self._api.ahead()
        end = HOURLY.begin(self._clock.now())
        found = await self._api.reports(
            {
                "filter": f"{_filter(rollout)} AND errorReportId = {log}",
                "pageSize": "1",
                **_interval(end - _LONGEST, end),
            }
        )
        if not found:
            raise Unreachable(f"{WHO} does not have this report any more")
        text = found[0].get("reportText")
        return text if isinstance(text, str) else ""

    async def close(self) -> None:
        """Nothing is held."""

    async def _complete(self) -> float:
        """Up to when the errors are all there."""
        ends = await self._api.latest_end(_COUNTS)
        if "hourly" not in ends:
            raise Unreachable(f"{WHO} does not say how far its errors go")
        return HOURLY.begin(ends["hourly"])


def _filter(rollout: RolloutPlan) -> str:
    try:
        return of_build(rollout.build)
    except ValueError as error:
        raise Misconfigured(f"{WHO} cannot be asked: {error}", "look at `build`") from None


def _interval(start: float, end: float) -> Mapping[str, str]:
    """The interval as query parameters: `interval.startTime.year` and so on."""
    found: dict[str, str] = {}
    for name, at in (("startTime", start), ("endTime", end)):
        for part, value in HOURLY.civil(at).items():
            key = f"interval.{name}.{part}"
            found |= {f"{key}.id": value["id"]} if part == "timeZone" else {key: str(value)}
    return found
