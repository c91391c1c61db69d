"""Lists of bugs that a tracker answers with, and what is none."""

from __future__ import annotations

from typing import Any

import pytest

from rollout_tui.domain.plan import BugScope
from rollout_tui.ports import Misconfigured, Unreachable
from tests.providers.http_json.desk import BUGS, NOW, START, Desk, counts
from tests.unit.domain.builders import ANDROID


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"bugs": None},
        {"bugs": {"1": {}}},
        {"bugs": [1]},
        {"bugs": [{"id": 1, "title": None, "opened": NOW}]},
        {"bugs": [{"id": 1, "title": "x", "opened": None}]},
        {"bugs": [{"id": 1, "title": "x", "opened": "soon"}]},
        {"bugs": [{"id": 1, "title": "x", "opened": NOW, "reopened": "2026-11-23T10:00:00"}]},
    ],
)
async def test_what_is_no_list_of_bugs_is_no_zero(desk: Desk, answer: Any) -> None:
    desk.api.answers = [answer, {"bugs": []}]
    with pytest.raises(Unreachable, match=r"^api: "):
        await desk.tracker(BUGS).count(ANDROID, BugScope.NEW, START)


async def test_titles_cannot_reach_the_terminal(desk: Desk) -> None:
    desk.api.answers = [{"bugs": [{"id": 1, "title": "\x1b[2J \u202e" + "x" * 300, "opened": NOW}]}, {"bugs": []}]
    found = await desk.tracker(BUGS).count(ANDROID, BugScope.ANY, None)
    assert found.listed[0].title.isprintable()
    assert len(found.listed[0].title) == 100
    assert desk.api.asked[0].url.params["q"] == "critical 4.2.0"


async def test_a_section_of_the_other_kind_cannot_be_opened(desk: Desk) -> None:
    with pytest.raises(Misconfigured, match="api has no metrics"):
        desk.source(BUGS)
    with pytest.raises(Misconfigured, match="api has no bugs"):
        desk.tracker(counts())
