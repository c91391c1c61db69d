"""Every action says its effect at the store in the store's terms, before anything is sent."""

from __future__ import annotations

from decimal import Decimal

import pytest

from rollout_tui.domain.actions import ActionKind, FieldChange
from rollout_tui.domain.releases import StateWord
from rollout_tui.ports import Impossible
from tests.providers.google_play.desk import CLOSED, INTERNAL, PRODUCTION
from tests.providers.google_play.fake import FakePlay, release


async def test_a_pause_speaks_as_the_dialog_shows_it(desk_of, half):
    desk = desk_of(half)
    change = desk.plan(ActionKind.PAUSE, await desk.see())
    assert change.headline == "Google Play: production release 4.2.0 (4201) becomes halted."
    assert change.fields == (
        FieldChange("state", "inProgress", "halted"),
        FieldChange("share", "", "50 % stays written, reaches no new users"),
    )
    assert "The commit also sends changes that wait in the Play Console (the API cannot list them)." in change.effects
    assert "Resume later (r) reaches the same users first." in change.effects
    assert (change.expects.status, change.irreversible) == ("halted", False)


async def test_a_promotion_speaks_as_the_dialog_shows_it(desk_of, half):
    desk = desk_of(half)
    change = desk.plan(ActionKind.PROMOTE, await desk.see(), PRODUCTION)
    assert change.fields == (FieldChange("Google Play", "inProgress, userFraction 0.5", "completed, no fraction"),)
    assert change.way_back == (
        "none to 50 %. Halting a completed release works only when an earlier full release can take over (4.1.3 can)."
    )
    assert "Keeps name, notes, countries, priority and the retained bundle as they are." in change.effects
    assert change.expects.share == 1


async def test_planning_makes_no_call(desk_of, half):
    desk = desk_of(half)
    seen = await desk.see()
    half.calls.clear()
    for kind, phase in ((ActionKind.PAUSE, CLOSED), (ActionKind.PROMOTE, PRODUCTION)):
        desk.plan(kind, seen, phase)
    assert half.calls == []


def test_a_pause_can_be_planned_when_the_store_was_never_read(desk_of, half):
    change = desk_of(half).plan(ActionKind.PAUSE, None)
    assert change.headline == "Google Play: production release 4.2.0 (4201) becomes halted."


async def test_a_running_share_is_never_lowered(desk_of, half):
    desk = desk_of(half)
    with pytest.raises(Impossible, match="10 % is not more than the 50 %") as caught:
        desk.plan(ActionKind.PROMOTE, await desk.see(), INTERNAL)
    assert caught.value.remedy == "p halts it; then resume it at the lower share"


@pytest.mark.parametrize(
    ("status", "fraction", "why"),
    [("completed", None, "everybody is offered it"), ("halted", 0.5, "it is halted"), ("draft", None, "a draft")],
)
async def test_only_a_running_release_is_promoted(desk_of, status, fraction, why):
    desk = desk_of(FakePlay({"production": [release(status, "4201", fraction=fraction)]}))
    with pytest.raises(Impossible, match=why):
        desk.plan(ActionKind.PROMOTE, await desk.see(), PRODUCTION)


async def test_a_resume_goes_to_the_same_share_unless_another_is_chosen(desk_of):
    desk = desk_of(FakePlay({"production": [release("halted", "4201", fraction=0.5)]}))
    seen = await desk.see()
    assert seen.word is StateWord.PAUSED
    assert desk.plan(ActionKind.RESUME, seen).expects.share == Decimal("0.5")
    lower = desk.plan(ActionKind.RESUME, seen, share=Decimal("0.1"))
    assert lower.fields[1] == FieldChange("share", "50 %", "10 %")


async def test_nothing_is_resumed_that_runs(desk_of, half):
    desk = desk_of(half)
    with pytest.raises(Impossible, match="nothing is halted"):
        desk.plan(ActionKind.RESUME, await desk.see())


async def test_halting_a_completed_release_names_its_preconditions_and_the_share_it_must_write(desk_of):
    play = FakePlay({"production": [release("completed", "4201")]})
    desk = desk_of(play)
    change = desk.plan(ActionKind.PAUSE, await desk.see(), PRODUCTION)
    assert any("not the track's first" in effect for effect in change.effects)
    assert change.fields[1].after.startswith("0.99: a halted release must have one")
