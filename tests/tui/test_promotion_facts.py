"""What the dialogs of a promotion show of the gates, and of the phase to come."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rollout_tui.cli.act import _described
from rollout_tui.domain.actions import ActionKind
from rollout_tui.domain.assess import assess
from rollout_tui.domain.facts import RolloutFacts
from rollout_tui.domain.releases import PhaseKind, Platform
from rollout_tui.domain.snapshot import Snapshot
from rollout_tui.domain.verdicts import Verdict
from rollout_tui.tui.ink import text_of
from rollout_tui.tui.view.dialogs import DialogState, dialog_rows
from rollout_tui.tui.view.scene import Scene
from tests.tui.fake_desk import FakeDesk
from tests.tui.hand import ready_desk
from tests.tui.samples import android, incident, snapshot
from tests.unit.domain.builders import IOS, NOW, apple


def test_a_promotion_says_beforehand_what_the_phase_to_come_cannot_prove() -> None:
    plan = replace(IOS, phases=(IOS.phases[1], IOS.phases[0]))
    state = apple(PhaseKind.REVIEW, NOW - 9)
    facts = RolloutFacts(plan, "App Store", state=state, states=(state,))
    shown = snapshot(android(), assess(facts, NOW))
    proposal = FakeDesk(shown).propose(Platform.IOS, ActionKind.PROMOTE)
    scene = Scene(shown, NOW, who="jkim@rel-01")
    for width, height in ((86, 38), (76, 60)):
        rows = [text_of(row) for row in dialog_rows(scene, proposal, DialogState(), width, height)]
        text = " ".join(" ".join(row.strip("│ ") for row in rows).split())
        assert "What TestFlight cannot prove" in text
        assert (
            "Crash-free ≥ 99.5 %: at most 800 sessions expected, PASS needs 1,224: this gate will end undecided" in text
        )


def test_both_dialogs_of_a_promotion_list_every_gate_with_verdict_evidence_and_age() -> None:
    for shown in (snapshot(), ready_desk().snapshot):
        proposal = FakeDesk(shown).propose(Platform.ANDROID, ActionKind.PROMOTE)
        rows = [text_of(row) for row in dialog_rows(Scene(shown, NOW), proposal, DialogState(), 86, 38)]
        text = "\n".join(rows)
        assert "✓ PASS      Crash-free ≥ 99.5 %     99.69 %  proven, n " in text
        for row in rows:
            if "Crash-free" in row and "PASS" in row:
                assert row.rstrip("│ ").endswith(" s")


@pytest.mark.parametrize(
    ("kind", "label"),
    [(ActionKind.PAUSE, "because"), (ActionKind.RESUME, "bad now"), (ActionKind.PROMOTE, "bad now")],
)
def test_on_the_command_line_a_bad_metric_is_the_reason_of_a_pause_alone(kind: ActionKind, label: str) -> None:
    rollout = android()
    proposal = FakeDesk(snapshot(rollout)).propose(Platform.ANDROID, kind)
    bad = replace(
        proposal,
        because="Crash rate 2.41 %.",
        change=proposal.change or FakeDesk(snapshot()).propose(Platform.ANDROID, ActionKind.PAUSE).change,
    )
    assert f"  {label}: Crash rate 2.41 %." in _described(bad, rollout, NOW)


@pytest.mark.parametrize("shown", [snapshot(), incident()])
def test_in_the_smallest_window_every_gate_in_the_way_is_seen_without_scrolling(shown: Snapshot) -> None:
    proposal = FakeDesk(shown).propose(Platform.ANDROID, ActionKind.PROMOTE)
    text = "\n".join(text_of(row) for row in dialog_rows(Scene(shown, NOW), proposal, DialogState(), 56, 16))
    assert "50 % → Production 100 %" in text
    for result in proposal.gates:
        assert (result.gate.label in text) is (result.verdict is not Verdict.PASS)


def test_in_the_smallest_window_the_exact_change_stands_first_where_every_gate_holds() -> None:
    shown = ready_desk().snapshot
    proposal = FakeDesk(shown).propose(Platform.ANDROID, ActionKind.PROMOTE)
    rows = [text_of(row) for row in dialog_rows(Scene(shown, NOW), proposal, DialogState(), 56, 16)]
    assert "6 of 6 hold" in rows[2]
    assert "Google Play: build 4201 goes to 100 %." in rows[3]
    assert any("► Cancel      Promote to 100 %   off: text differs" in row for row in rows)
