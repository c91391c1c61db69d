"""The bench of the GitHub tracker."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from providers.github import PROVIDER
from rollout_tui.conformance.bench import HttpBench, Service
from rollout_tui.conformance.situations import HOSTILE, Situation
from tests.providers.github.test_tracker import issue


class GitHubBench(HttpBench):
    """A repository with an open bug of this version."""

    provider = PROVIDER
    cannot = dict.fromkeys(
        (Situation.NAN, Situation.INFINITE, Situation.NEGATIVE, Situation.WORDS, Situation.STALE),
        "issues are counted here, GitHub gives no number",
    )

    def section(self) -> Mapping[str, object]:
        """Bugs whose label says the version."""
        return {"repository": "acme/connect", "token": "env:GITHUB_TOKEN", "version_label": "$version"}

    def service(self) -> Service:
        """A list of issues, as the labels of the question filter it."""
        return _listed


def _listed(request: httpx.Request, situation: Situation) -> httpx.Response:
    asked = request.url.params["labels"].split(",")
    version = "4.1.3" if situation is Situation.OTHER_BUILD else "4.2.0"
    title = HOSTILE if situation is Situation.HOSTILE else "Crash on start"
    found = [] if situation is Situation.EMPTY or version not in asked else [issue(7, title)]
    return httpx.Response(200, json=found)
