"""A waiver: for one gate, version, build and phase, for hours; it ends by itself and never becomes a PASS."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rollout_tui.domain.answers import answer, stopping
from rollout_tui.domain.assess import assess
from rollout_tui.domain.changes import changes
from rollout_tui.domain.evidence.finding import Finding, Latch
from rollout_tui.domain.facts import RolloutFacts
from rollout_tui.domain.plan import BugScope, Gate
from rollout_tui.domain.quantities import Proportion
from rollout_tui.domain.readings import NoReading, Scope
from rollout_tui.domain.recommend import recommend
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.verdicts import BugCount, GateResult, Verdict, Waiver
from rollout_tui.domain.waivers import LONGEST, Field, Wish, ended, mistakes, until
from rollout_tui.domain.waiving import release_notes
from tests.unit.domain.builders import (
    ANDROID,
    BUGS_GATE,
    CONNECT,
    CONNECT_GATE,
    HOUR,
    NOW,
    SIGNOFF_GATE,
    TIME_GATE,
    android_facts,
    play,
    reading,
)

REASON = "Failures are the known captive portal retries, #2218"
UNDECIDED = {CONNECT_GATE.id: Finding(Verdict.UNDECIDED, "under the limit, not proven")}


def waiver(**changes: object) -> Waiver:
    """Of the gate on connect failures, given an hour ago for four."""
    made = Waiver(
        "K7Q2MX",
        CONNECT_GATE.id,
        CONNECT_GATE.text,
        "closed",
        "4.2.0",
        "4201",
        REASON,
        "mara",
        "jkim",
        NOW - HOUR,
        NOW + 3 * HOUR,
        Verdict.UNDECIDED,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # Waiver's own names


def facts(*waivers: Waiver, **changes: object) -> RolloutFacts:
    return android_facts(**{"findings": UNDECIDED, "waivers": waivers} | changes)


def connect(rollout: Rollout) -> GateResult:
    return next(result for result in rollout.gates if result.gate.id == CONNECT_GATE.id)


def failed(at: float) -> dict[str, Finding]:
    return {CONNECT_GATE.id: Finding(Verdict.FAIL, "proven over", failed=Latch(at, 9.0), lean=-1.0)}


def test_a_gate_under_a_waiver_reads_waived_lets_through_and_still_tells_its_own_verdict() -> None:
    result = connect(assess(facts(waiver()), NOW))
    assert (result.verdict, result.found, result.holds) == (Verdict.WAIVED, Verdict.UNDECIDED, True)
    assert result.reason == (
        f"waived by mara for jkim, 3 h left: {REASON}; without it UNDECIDED, under the limit, not proven"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"expires_at": NOW},
        {"build": "4202"},
        {"version": "4.2.1"},
        {"phase": "internal"},
        {"gate": "crash_free_sessions"},
        {"text": "connect_failure_rate <= 2%"},
        {"ended_at": NOW - 60, "ended": "withdrawn by jkim"},
        {"given_at": NOW + 60},
        {"given_at": NOW - 25 * HOUR, "expires_at": NOW + 90 * HOUR},
    ],
)
def test_a_waiver_of_anything_else_changes_nothing(changes: dict[str, object]) -> None:
    assert connect(assess(facts(waiver(**changes)), NOW)).verdict is Verdict.UNDECIDED


def test_a_fail_that_is_proven_after_it_was_given_ends_it_for_good() -> None:
    rollout = assess(facts(waiver(), findings=failed(NOW - 60)), NOW)
    assert connect(rollout).verdict is Verdict.FAIL
    assert ended(waiver(), rollout, NOW) == "a FAIL was proven after it was given"


def test_a_fail_that_was_known_can_be_waived() -> None:
    known = waiver(found=Verdict.FAIL)
    rollout = assess(facts(known, findings=failed(NOW - 2 * HOUR)), NOW)
    assert (connect(rollout).verdict, connect(rollout).found) == (Verdict.WAIVED, Verdict.FAIL)
    assert ended(known, rollout, NOW) is None


def test_a_fail_that_lay_in_polls_read_later_was_not_known_either() -> None:
    rollout = assess(facts(waiver(), findings=failed(NOW - 5 * HOUR)), NOW)
    assert connect(rollout).verdict is Verdict.FAIL


def test_data_that_go_missing_are_no_data_until_they_are_back() -> None:
    silent = NoReading(CONNECT.id, Scope.PHASE, "4201", "Prometheus: HTTP 503", NOW, "Prometheus")
    rollout = assess(facts(waiver(), phase={CONNECT.id: silent}), NOW)
    assert connect(rollout).verdict is Verdict.NO_DATA
    assert ended(waiver(), rollout, NOW) is None
    blind = waiver(found=Verdict.NO_DATA)
    assert connect(assess(facts(blind, phase={CONNECT.id: silent}), NOW)).verdict is Verdict.WAIVED


def test_one_more_bug_than_were_open_ends_a_waiver_of_bugs() -> None:
    mine = waiver(gate=BUGS_GATE.id, text=BUGS_GATE.text, found=Verdict.FAIL, open=1)
    for count, verdict, why in ((1, Verdict.WAIVED, None), (2, Verdict.FAIL, "2 are open, 1 when it was given")):
        rollout = assess(facts(mine, bugs={BugScope.ANY: BugCount(count, NOW, "GitHub")}), NOW)
        result = next(one for one in rollout.gates if one.gate.id == BUGS_GATE.id)
        assert (result.verdict, ended(mine, rollout, NOW)) == (verdict, why)


def test_a_phase_that_was_left_ends_it_but_not_by_an_answer_from_before_it_was_given() -> None:
    before = (play("0.1", NOW - 60 * HOUR),)
    old = facts(waiver(), states=before, state=play("0.1", NOW - 2 * HOUR))
    assert ended(waiver(), assess(old, NOW), NOW) is None
    new = facts(waiver(), states=before, state=play("0.1", NOW - 12))
    assert ended(waiver(), assess(new, NOW), NOW) == "its phase was left"


def test_a_new_build_ends_it() -> None:
    other = waiver(build="4200")
    assert ended(other, assess(facts(other), NOW), NOW) == "given for 4.2.0 (4200), not for 4.2.0 (4201)"


@pytest.mark.parametrize("gate", [TIME_GATE, SIGNOFF_GATE])
def test_a_waiver_of_time_or_a_sign_off_is_never_in_force_however_it_came_to_be(gate: Gate) -> None:
    forged = waiver(gate=gate.id, text=gate.text)
    rollout = assess(android_facts(waivers=(forged,), signoffs=()), NOW)
    (result,) = (one for one in rollout.gates if one.gate.id == gate.id)
    assert (result.verdict is Verdict.WAIVED, result.waiver) == (False, None)


def test_time_and_sign_offs_cannot_be_waived() -> None:
    wish = Wish("x", REASON, "mara")
    assert "waiting cures it" in mistakes(wish, TIME_GATE, "jkim", ("mara",))[Field.GATE]
    assert "can give it" in mistakes(wish, SIGNOFF_GATE, "jkim", ("mara",))[Field.GATE]
    assert mistakes(wish, CONNECT_GATE, "jkim", ("mara", "tom")) == {}
    assert mistakes(wish, BUGS_GATE, "jkim", ("mara", "tom")) == {}


@pytest.mark.parametrize(
    ("wish", "field", "says"),
    [
        (Wish("x", "too short", "mara"), Field.REASON, "20 characters or more"),
        (Wish("x", " " * 40, "mara"), Field.REASON, "20 characters or more"),
        (Wish("x", REASON, "jkim"), Field.APPROVER, "you are jkim: the approver must be somebody else (mara, tom)"),
        (Wish("x", REASON, " JKIM "), Field.APPROVER, "you are jkim"),
        (Wish("x", REASON, "eve"), Field.APPROVER, "eve is no approver (mara, tom)"),
        (Wish("x", REASON, ""), Field.APPROVER, "who approves it? (mara, tom)"),
        (Wish("x", REASON, "mara", 25 * HOUR), Field.EXPIRES, "at most 24 h"),
        (Wish("x", REASON, "mara", 0), Field.EXPIRES, "at most 24 h"),
        (Wish("x", REASON, "mara", None), Field.EXPIRES, "no time"),
    ],
)
def test_what_is_wrong_with_a_wish_is_said_under_its_field(wish: Wish, field: Field, says: str) -> None:
    found = mistakes(wish, CONNECT_GATE, "jkim", ("jkim", "mara", "tom"))
    assert list(found) == [field]
    assert says in found[field]


def test_without_approvers_nothing_is_waived() -> None:
    assert "name approvers" in mistakes(Wish("x", REASON, "mara"), CONNECT_GATE, "jkim", ())[Field.APPROVER]
    assert "only approver" in mistakes(Wish("x", REASON, "jkim"), CONNECT_GATE, "jkim", ("jkim",))[Field.APPROVER]


def test_waived_is_the_answer_of_a_phase_that_goes_on_by_it_never_pass() -> None:
    results = [result for result in assess(facts(waiver()), NOW).gates if result.holds]
    assert answer(result.verdict for result in results) is Verdict.WAIVED
    assert stopping(results) == []


def test_next_says_what_is_waived_and_by_whom() -> None:
    told = recommend([assess(facts(waiver()), NOW)], NOW)
    assert "Waived: Connect fail ≤ 1 % until 17:32 by mara." in told.detail


def test_giving_and_ending_are_told_by_their_own_events_and_a_fail_by_both() -> None:
    before, under = assess(facts(), NOW), assess(facts(waiver()), NOW)
    assert changes(before, under, NOW) == ()
    assert changes(under, before, NOW) == ()
    (told,) = changes(under, assess(facts(waiver(), findings=failed(NOW - 60)), NOW), NOW)
    assert told.text.startswith("Gate Connect fail ≤ 1 %: WAIVED to FAIL")


def test_the_reason_of_a_waiver_is_a_section_of_the_release_notes_without_markup_from_outside() -> None:
    text = release_notes("acme", ANDROID, [waiver(reason="see <b>[x](http://evil)</b> @everyone, 20 characters")])
    assert text.startswith("### Gates that were overridden: acme 4.2.0, Android")
    assert "approved by mara (named by jkim, not asked), operator jkim, Wed 11 Mar 13:32 2026 UTC" in text
    assert not set("<>[]@") & set(text.partition("4201")[2])
    assert "@\u200beveryone" in unescape(text), "GitHub looks for names after all escapes are undone"
    assert release_notes("acme", ANDROID, [waiver(version="4.1.0")]) == ""


TIMES = st.floats(NOW - 100 * HOUR, NOW + 100 * HOUR)


@settings(deadline=None, max_examples=150)
@given(given_at=TIMES, lasts=st.floats(0, 200 * HOUR), now=TIMES, found=st.sampled_from([*Verdict][:4]))
def test_a_waiver_never_outlives_its_bounds_and_never_becomes_a_pass(
    given_at: float, lasts: float, now: float, found: Verdict
) -> None:
    mine = waiver(given_at=given_at, expires_at=given_at + lasts, found=found)
    plain = connect(assess(facts(states=(play("0.5", given_at - 500 * HOUR),)), now))
    result = connect(assess(facts(mine, states=(play("0.5", given_at - 500 * HOUR),)), now))
    if result.verdict is Verdict.WAIVED:
        assert given_at <= now < min(given_at + lasts, given_at + LONGEST) == until(mine)
        assert result.found is plain.verdict
    else:
        assert result == plain


def test_counts_do_not_matter_to_a_waiver_the_value_goes_on_being_told() -> None:
    worse = {CONNECT.id: reading(CONNECT, Proportion(5000, 100_000), scope=Scope.PHASE)}
    result = connect(assess(facts(waiver(), phase=worse), NOW))
    assert (result.verdict, float(result.value or 0)) == (Verdict.WAIVED, 0.05)
