"""What leaving means is said in every window, of every kind of action, for one app and for many."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rollout_tui.domain.actions import ActionKind
from rollout_tui.domain.releases import Platform
from rollout_tui.tui.ink import text_of
from rollout_tui.tui.view.quitting import OpenWork, quit_rows
from tests.tui.fake_desk import FakeDesk
from tests.tui.samples import incident

PROPOSAL = FakeDesk(incident()).propose(Platform.ANDROID, ActionKind.PAUSE)


@pytest.mark.parametrize(("width", "height"), [(76, 40), (76, 24), (56, 16), (50, 12), (20, 8)])
def test_it_fits_and_its_keys_stay(width: int, height: int) -> None:
    rows = quit_rows(OpenWork([("acme", PROPOSAL)] * 8, ["mara " * 20], ["birch " * 20]), width, height)
    assert len(rows) <= height
    assert {len(text_of(row)) for row in rows} == {width}
    assert "q quit now" in text_of(rows[-2])


def test_what_is_no_pause_stays_open_in_the_journal() -> None:
    work = OpenWork([("acme", replace(PROPOSAL, kind=ActionKind.PROMOTE))], ["mara@rel-01"], ["birch"])
    text = " ".join(text_of(row).strip("│ ") for row in quit_rows(work, 76, 40))
    assert "Promote acme android: it stays open in the journal." in text
    assert "No guard runs for birch:" in text
