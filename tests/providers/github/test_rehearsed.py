"""The tracker against the rehearsed GitHub."""

from __future__ import annotations

import httpx

from providers.github import PROVIDER
from rollout_tui.domain.plan import BugScope
from rollout_tui.ports import ProviderContext
from rollout_tui.rehearsal.clock import RehearsalClock
from rollout_tui.rehearsal.faults import Faults
from rollout_tui.rehearsal.scenarios import SCENARIOS
from rollout_tui.rehearsal.stage import set_stage
from rollout_tui.rehearsal.stores.github import make_app
from tests.providers.prometheus.desk import NOW, StillClock
from tests.unit.domain.builders import ANDROID, HOUR


async def test_a_bug_that_somebody_reports_counts_until_it_is_closed() -> None:
    stage = set_stage(SCENARIOS["healthy"], RehearsalClock(1.0, NOW, 0.0, lambda: 0.0), seed=7)
    app = make_app(stage.github, stage.log, Faults())
    section = PROVIDER.options.model_validate(
        {"repository": "acme/connect", "base_url": "http://github.example", "version_label": "$version"}
    )
    assert PROVIDER.open_tracker is not None
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as http:
        tracker = PROVIDER.open_tracker(section, ProviderContext("github", http, StillClock(), str))
        assert (await tracker.count(ANDROID, BugScope.ANY, None)).open == 0, "a pull request is no bug"
        issue = stage.github.open("Crash on start", ["critical", "4.2.0"])
        stage.github.open("Crash of the release before", ["critical", "4.1.3"])
        found = await tracker.count(ANDROID, BugScope.NEW, NOW - HOUR)
        assert (found.open, found.newest) == (1, (f"#{issue.number} Crash on start",))
        assert (await tracker.count(ANDROID, BugScope.BLOCKING, None)).open == 0
        stage.github.close(issue.number)
        assert (await tracker.count(ANDROID, BugScope.ANY, None)).open == 0
