"""The gates of a pane: needle, decision, counts; words before needle, no number cut or run together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rollout_tui.domain.evidence.finding import Ahead, Finding, Latch
from rollout_tui.domain.plan import Gate, GateKind
from rollout_tui.domain.quantities import Bare, Quantity
from rollout_tui.domain.releases import Trial
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.verdicts import GateResult, SignOff, Verdict
from rollout_tui.tui.ink import Pen, text_of
from rollout_tui.tui.symbols import ascii_text
from rollout_tui.tui.view.arithmetic import gate_pair
from rollout_tui.tui.view.gates import gate_row, gates_title
from rollout_tui.tui.view.needle import put_needle, shares
from rollout_tui.tui.view.scene import Scene
from tests.evidence import fading
from tests.tui.samples import android, incident, ios, snapshot
from tests.unit.domain.builders import CONNECT_GATE, CRASH_FREE_GATE, NOW, TIME_LIMIT_GATE

QUIET = android()
FINDINGS = {result.gate.id: result.finding for result in QUIET.gates if result.finding is not None}


def with_finding(gate: Gate, verdict: Verdict, quantity: Quantity | None = None, **changes: object) -> Rollout:
    """The quiet Android with other evidence on one gate."""
    finding = replace(FINDINGS[gate.id], verdict=verdict, **changes)  # type: ignore[arg-type]  # Finding's own names
    gates = tuple(
        result
        if result.gate.id != gate.id
        else replace(result, verdict=verdict, finding=finding, quantity=quantity or result.quantity)
        for result in QUIET.gates
    )
    return replace(QUIET, gates=gates)


def row(rollout: Rollout, gate: Gate, width: int = 58) -> str:
    result = next(result for result in rollout.gates if result.gate.id == gate.id)
    return text_of(gate_row(Scene(snapshot(rollout, ios()), NOW), rollout, result, width)).rstrip()


def needle(fail: float | None, passing: float | None, lean: float = 0.0) -> str:
    pen = Pen(7)
    put_needle(pen, 0, Finding(Verdict.UNDECIDED, "", None, None, fail, passing, 4.6, 4.6, lean), Verdict.UNDECIDED)
    return text_of(pen.row())


@pytest.mark.parametrize(
    ("fail", "passing", "drawn"),
    [
        (-9.0, 4.6, "╌╌╌┼━━━"),
        (-9.0, 4.5, "╌╌╌┼━━╌"),
        (-9.0, 0.4, "╌╌╌┼━╌╌"),
        (-0.1, 0.1, "╌╌╌┼╌╌╌"),
        (0.5, -1.2, "╌╌━┼╌╌╌"),
        (6.0, -4.0, "━━━┼╌╌╌"),
        (4.6, 4.6, "━━━┼━━━"),
    ],
)
def test_the_needle_shows_both_sides_and_is_full_only_when_proven(fail: float, passing: float, drawn: str) -> None:
    assert needle(fail, passing) == drawn


def test_evidence_that_is_no_number_is_drawn_from_where_it_leans() -> None:
    assert [needle(None, None, lean) for lean in (-1, -0.5, 0, 0.99, 1)] == [
        "━━━┼╌╌╌",
        "╌━━┼╌╌╌",
        "╌╌╌┼╌╌╌",
        "╌╌╌┼━━╌",
        "╌╌╌┼━━━",
    ]
    assert shares(Finding(Verdict.UNDECIDED, "", lean=-2.0)) == (1.0, 0.0)


def test_the_heads_stand_over_the_needle_and_are_left_out_where_they_do_not_fit() -> None:
    scene = Scene(snapshot(), NOW)
    title = text_of(gates_title(scene, QUIET, 58))
    assert title == "GATES since phase start, 31 h ────── FAIL ──┬── PASS ─────"
    assert title.index("┬") == row(QUIET, CRASH_FREE_GATE).index("┼")
    assert "FAIL" not in text_of(gates_title(scene, QUIET, 48))


def test_a_row_has_verdict_gate_value_needle_decision_and_where_it_fits_counts_and_interval() -> None:
    assert row(QUIET, CONNECT_GATE) == "~ UNDECIDED Connect fail ≤ 1 %    0.93 % ╌╌╌┼━━╌ in 4–19 h"
    assert row(QUIET, CONNECT_GATE, 78).endswith("╌╌╌┼━━╌ in 4–19 h 2,224 of 239,100")
    assert row(QUIET, CRASH_FREE_GATE, 98).endswith("proven    664 of 214,300 · [99.64–99.73 %]")
    assert row(QUIET, TIME_LIMIT_GATE, 98).endswith("proven    236,800 connects · [4.2–4.2 s, approx.]")
    assert row(QUIET, CONNECT_GATE, 48) == "~ UNDECIDED Connect fail ≤ 1 %    0.93 % 4–19 h"


def test_a_fail_that_a_part_of_the_phase_proved_stands_at_fail_with_the_moment_of_its_decision() -> None:
    evidence = {"failed": Latch(NOW - 60, 4.9), "log_fail": 90.0, "log_pass": 90.0}
    failed = with_finding(CRASH_FREE_GATE, Verdict.FAIL, since=NOW - 1927, **evidence)
    assert row(failed, CRASH_FREE_GATE) == "✗ FAIL      Crash-free ≥ 99.5 %  99.69 % ━━━┼╌╌╌ at 14:31"
    assert "━━━┼╌╌╌ proven at 14:31" in row(failed, CRASH_FREE_GATE, 78)
    assert "proven at 14:31 by the sessions since 14:00" in row(failed, CRASH_FREE_GATE, 98)
    assert row(failed, CRASH_FREE_GATE, 48) == "✗ FAIL      Crash-free ≥ 99.5 %  99.69 % proven"
    result = next(one for one in failed.gates if one.gate.id == CRASH_FREE_GATE.id)
    _, below = gate_pair(Scene(snapshot(), NOW), failed, result, 80)
    assert text_of(below).rstrip().endswith("[99.64–99.73 %] · by those since 14:00")


def test_words_that_say_more_than_the_needle_take_its_place_and_stand_beside_it_where_both_fit() -> None:
    capless = replace(QUIET.plan.metrics[2], cap=None)
    plan = replace(QUIET.plan, metrics=(*QUIET.plan.metrics[:2], capless, QUIET.plan.metrics[3]))
    uncapped = replace(with_finding(TIME_LIMIT_GATE, Verdict.UNDECIDED, lean=0.9), plan=plan)
    assert row(uncapped, TIME_LIMIT_GATE) == "~ UNDECIDED Connect time < 10 s    4.2 s needs a cap"
    bare = with_finding(CRASH_FREE_GATE, Verdict.UNDECIDED, Bare(0.003), trend="below in 6 of 6 hours", lean=0.0)
    assert row(bare, CRASH_FREE_GATE) == "~ UNDECIDED Crash-free ≥ 99.5 %  99.70 % trend only"
    assert row(bare, CRASH_FREE_GATE, 98).endswith("trend only: below in 6 of 6 hours n unknown")


def test_a_fail_whose_evidence_has_fallen_says_so_and_all_of_it_where_there_is_room() -> None:
    failed = with_finding(CRASH_FREE_GATE, Verdict.FAIL)
    gates = tuple(
        replace(result, finding=fading(result.finding, NOW - 60))
        if result.gate.id == CRASH_FREE_GATE.id and result.finding is not None
        else result
        for result in failed.gates
    )
    faded = replace(failed, gates=gates)
    assert row(faded, CRASH_FREE_GATE).endswith("━━━┼╌╌╌ at 14:31")
    assert row(faded, CRASH_FREE_GATE, 98).endswith("FAIL at 14:31, evidence then 130:1, now 4.1:1")


def test_a_fail_stays_where_its_source_is_silent() -> None:
    silent = with_finding(CRASH_FREE_GATE, Verdict.FAIL, failed=Latch(NOW - 60, 4.9))
    gates = tuple(
        replace(result, quantity=None, value=None) if result.gate.id == CRASH_FREE_GATE.id else result
        for result in silent.gates
    )
    assert row(replace(silent, gates=gates), CRASH_FREE_GATE).endswith("? at 14:31")


def test_long_ranges_lose_their_in_before_the_needle_goes() -> None:
    slow = with_finding(CONNECT_GATE, Verdict.UNDECIDED, ahead=Ahead(9, 99, None, 12.2, 199.0))
    assert row(slow, CONNECT_GATE).endswith("╌╌╌┼━━╌ 12–199 h")
    assert row(slow, CONNECT_GATE, 78).endswith("in 12–199 h 2,224 of 239,100")


@pytest.mark.parametrize("width", range(48, 100, 5))
def test_no_two_numbers_run_together_at_any_width(width: int) -> None:
    for rollout in (*incident().rollouts, QUIET):
        for result in rollout.gates:
            text = row(rollout, result.gate, width)
            assert len(text) <= width
            if result.verdict is Verdict.NO_DATA:
                assert " ? " in text[33:], "a cause that is long begins where the value would stand"
            else:
                assert text[40:41] in (" ", ""), "one blank between value and what follows"
            assert not text.endswith(("[", "–", ","))


def test_in_ascii_needle_and_heads_keep_their_cells() -> None:
    assert ascii_text(row(QUIET, CONNECT_GATE)) == "~ UNDECIDED Connect fail <=1 %    0.93 % ...|==. in 4-19 h"
    title = ascii_text(text_of(gates_title(Scene(snapshot(), NOW), QUIET, 58)))
    assert title == "GATES since phase start, 31 h ------ FAIL --+-- PASS -----"


def test_the_colour_of_the_needle_is_that_of_the_verdict() -> None:
    scene = Scene(snapshot(), NOW)
    for result, tone in zip(QUIET.gates[:3], ("ok", "info", "ok"), strict=True):
        inks = {ink.colour for text, ink in gate_row(scene, QUIET, result, 58) if "━" in text}
        assert inks == {tone}


def signed_off(width: int, trial: Trial | None, signed: bool = False) -> str:
    """The row of a sign-off in a pane of that width."""
    gate = Gate("signoff:testflight feedback positive", "TestFlight feedback", GateKind.SIGNOFF, "")
    by = SignOff(gate.id, "testflight", "4.2.0", "87", "mara", NOW - 7200.0) if signed else None
    result = GateResult(
        gate, Verdict.PASS if signed else Verdict.UNDECIDED, "", waits=not signed, signoff=by, trial=trial
    )
    return row(replace(QUIET, gates=(result,)), gate, width)


def test_a_sign_off_shows_the_counts_that_it_rests_on_as_far_as_there_is_room():
    trial = Trial(4210, 5, 11, NOW - 10_800.0)
    assert signed_off(58, trial).endswith("none 11 told, 5 crash")
    assert signed_off(100, trial).endswith("none needed: 5 crashes in 4,210 sessions, 11 feedback")
    assert signed_off(110, trial, signed=True).endswith(
        "signed by mara, 2 h ago: 5 crashes in 4,210 sessions, 11 feedback"
    )
    assert signed_off(58, trial, signed=True).endswith("signed by mara, 2 h ago")
    assert signed_off(58, None).endswith("none needed")


def test_every_gate_says_why_nothing_holds_while_the_store_cannot_be_read():
    signed = (SignOff("signoff:maintainer", "closed", "4.2.0", "4201", "mara", NOW - 7200.0),)
    unread = android(state_problem="HTTP 503", signoffs=signed)
    for result in unread.gates:
        assert row(unread, result.gate).startswith("? NO DATA")
        assert row(unread, result.gate).endswith("? HTTP 503")
        above, below = gate_pair(Scene(snapshot(unread, ios()), NOW), unread, result, 110)
        assert "the phase is not known: HTTP 503" in text_of(above) + text_of(below)
