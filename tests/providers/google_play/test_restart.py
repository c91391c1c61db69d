"""A restart: a new build at the first phase, in the place of the one that was halted (rollout-plan.md 9.5)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from rollout_tui.domain.actions import ActionKind
from rollout_tui.ports import Impossible, StateDiffers
from tests.providers.google_play.desk import ANDROID, INTERNAL
from tests.providers.google_play.fake import NOTES, FakePlay, release

HOTFIX = replace(ANDROID, version="4.2.1", build="4202")


@pytest.fixture
def halted() -> FakePlay:
    """4201 halted at 50 %, retaining an older bundle, beside the full release that serves."""
    return FakePlay(
        {
            "production": [
                release("halted", "4201", "4190", fraction=0.5),
                release("completed", "4103", name="4.1.3"),
            ],
            "internal": [release("completed", "4200", name="4.2.0-rc")],
        }
    )


async def test_an_uploaded_build_takes_the_place_of_the_halted_one(desk_of, halted):
    change = await desk_of(halted, HOTFIX).act(ActionKind.RESTART, INTERNAL)
    assert halted.calls == ["insert", "get", "update", "validate", "commit"]
    assert halted.tracks["production"] == [
        {"name": "4.2.1", "versionCodes": ["4202", "4190"], "status": "inProgress", "userFraction": 0.1},
        release("completed", "4103", name="4.1.3"),
    ]
    assert "4.2.0 (4201, 4190) halted 0.5 ends" in change.effects[0]
    assert "begins at 10 %" in change.headline


async def test_it_says_that_the_same_users_get_the_fix_first(desk_of, halted):
    desk = desk_of(halted, HOTFIX)
    change = desk.plan(ActionKind.RESTART, await desk.see(), INTERNAL)
    assert "The users of the last staged release are drawn again first: the same people get it." in change.effects


async def test_a_draft_keeps_its_name_notes_and_priority(desk_of, halted):
    halted.tracks["production"].insert(0, release("draft", "4202", name="4.2.1 hotfix"))
    await desk_of(halted, HOTFIX).act(ActionKind.RESTART, INTERNAL)
    ours = halted.tracks["production"][0]
    assert (ours["name"], ours["releaseNotes"], ours["inAppUpdatePriority"]) == ("4.2.1 hotfix", NOTES, 3)
    assert (ours["status"], ours["userFraction"]) == ("inProgress", 0.1)
    assert [one["versionCodes"][0] for one in halted.tracks["production"]] == ["4202", "4103"]


async def test_a_staged_release_of_a_newer_build_stays(desk_of, halted):
    halted.tracks["production"].insert(0, release("halted", "4300", fraction=0.2, name="4.3.0"))
    await desk_of(halted, HOTFIX).act(ActionKind.RESTART, INTERNAL)
    assert [one["versionCodes"][0] for one in halted.tracks["production"]] == ["4202", "4300", "4103"]


async def test_a_first_phase_of_all_users_is_a_full_release_without_a_fraction(desk_of, halted):
    whole = replace(INTERNAL, share=Decimal(1))
    await desk_of(halted, HOTFIX).act(ActionKind.RESTART, whole)
    assert "userFraction" not in halted.tracks["production"][0]


async def test_a_build_that_is_out_cannot_be_restarted(desk_of, half):
    desk = desk_of(half)
    with pytest.raises(Impossible, match="a restart is for a build that nobody gets yet"):
        desk.plan(ActionKind.RESTART, await desk.see(), INTERNAL)


async def test_a_build_that_somebody_put_out_meanwhile_is_shown_instead(desk_of, halted):
    desk = desk_of(halted, HOTFIX)
    seen = await desk.see()
    change = desk.plan(ActionKind.RESTART, seen, INTERNAL)
    halted.tracks["production"].insert(0, release("inProgress", "4202", fraction=0.2, name="4.2.1"))
    with pytest.raises(StateDiffers, match="inProgress already"):
        await desk.store.perform(HOTFIX, change, seen)
    assert halted.writes() == []
    assert halted.open_edits() == []
