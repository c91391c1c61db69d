"""What leaving means is said in every window, of every kind of action, for one app and for many."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rollout_tui.domain.actions import ActionKind, Step
from rollout_tui.domain.releases import Platform
from rollout_tui.tui.app import RolloutApp
from rollout_tui.tui.ink import text_of
from rollout_tui.tui.view.quitting import OpenWork, Unended, quit_rows
from tests.tui.fake_desk import FakeDesk
from tests.tui.samples import incident

PROPOSAL = FakeDesk(incident()).propose(Platform.ANDROID, ActionKind.PAUSE)


@pytest.mark.parametrize(("width", "height"), [(76, 40), (76, 24), (56, 16), (50, 12), (20, 8)])
def test_it_fits_and_its_keys_stay(width: int, height: int) -> None:
    rows = quit_rows(OpenWork([Unended("acme", PROPOSAL)] * 8, ["mara " * 20], ["birch " * 20]), width, height)
    assert len(rows) <= height
    assert {len(text_of(row)) for row in rows} == {width}
    assert "q quit now" in text_of(rows[-2])


def told(work: OpenWork) -> str:
    """The dialog in one line."""
    return " ".join(text_of(row).strip("│ ") for row in quit_rows(work, 76, 40))


@pytest.mark.parametrize(
    ("kind", "steps", "fate"),
    [
        (ActionKind.PAUSE, (), "it still goes out. The journal does not have it yet: afterwards look at the store."),
        (ActionKind.PAUSE, (Step.JOURNALLED,), "it still goes out. The journal has it;"),
        (ActionKind.PAUSE, (Step.JOURNALLED, Step.ACCEPTED), "it went out to the store. The journal has it;"),
        (ActionKind.PAUSE, (Step.ACCEPTED,), "it went out to the store. The journal does not have it yet:"),
        (ActionKind.PROMOTE, (), "it ends here: nothing was sent to the store."),
        (ActionKind.PAUSE, None, "it still goes out. It begins or ends at this moment: afterwards look at the store."),
        (ActionKind.PROMOTE, None, "acme android: It begins or ends at this moment: afterwards look at the store."),
    ],
)
def test_the_journal_has_what_it_has(kind: ActionKind, steps: tuple[Step, ...] | None, fate: str) -> None:
    assert fate in told(OpenWork([Unended("acme", replace(PROPOSAL, kind=kind), steps)]))


def test_two_configurations_of_one_app_are_two() -> None:
    guarded, unguarded = FakeDesk(incident()), FakeDesk(incident())
    guarded.guard = "mara@rel-01"
    for desks in ((guarded, unguarded), (unguarded, guarded)):
        work = RolloutApp(desks[0], others=desks[1:]).leaving._seats.open_work
        assert work.guards == ("mara@rel-01",)
        assert work.unguarded == (incident().plan.app,)


def test_what_is_no_pause_stays_open_in_the_journal() -> None:
    promotion = Unended("acme", replace(PROPOSAL, kind=ActionKind.PROMOTE), (Step.JOURNALLED,))
    text = told(OpenWork([promotion], ["mara@rel-01"], ["birch"]))
    assert "Promote acme android: it stays open in the journal." in text
    assert "No guard runs for birch:" in text
