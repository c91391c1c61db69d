"""What stands in a pane when not all is known, or when something is under way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rollout_tui.domain.actions import ActionKind, Running, Step
from rollout_tui.domain.releases import PhaseKind, Platform, StateWord
from rollout_tui.domain.snapshot import Rollout, Snapshot, Urgency
from rollout_tui.domain.verdicts import Verdict
from rollout_tui.tui.ink import blank, text_of
from rollout_tui.tui.view.scene import Focus, Scene
from rollout_tui.tui.view.screen import screen_rows
from tests.tui.fake_desk import FakeDesk
from tests.tui.samples import android, incident, ios, snapshot
from tests.unit.domain.builders import HOUR, NOW, apple, play

SIZES = [(120, 40), (100, 28), (80, 24), (60, 16)]
ALL_STEPS = (Step.JOURNALLED, Step.ACCEPTED, Step.READING_BACK)


def screen(shown: Snapshot, size: tuple[int, int] = (120, 40), pane: int = 0) -> str:
    rows = screen_rows(Scene(shown, NOW, Focus(pane), who="jkim"), *size, blank(size[0]))
    return "\n".join(text_of(row) for row in rows)


def reviewed(word: StateWord, status: str) -> Rollout:
    """iOS at App Review, in one of its states."""
    state = apple(PhaseKind.REVIEW, NOW - 20, word, status)
    tested = apple(PhaseKind.TESTERS, NOW - 57 * HOUR, status="IN_BETA_TESTING")
    return ios(state=state, states=(tested, replace(state, as_of=NOW - 21 * HOUR)))


def unread() -> Rollout:
    """Android before the first answer of anybody."""
    unknown: dict[str, object] = dict.fromkeys(("state", "requested", "observed"))
    empty: dict[str, object] = {name: {} for name in ("recent", "phase", "curves", "bugs")}
    return android(**unknown, **empty, states=(), reading_since=NOW - 3)


def denied() -> Rollout:
    """Android with a store that refuses to be read."""
    return android(
        state=play("0.5", NOW - 425),
        state_problem="Google Play: 403 insufficient permission",
        state_hint="release-bot lacks “Release to production”.",
        state_failing_since=NOW - 400,
    )


def under_way(*steps: Step) -> Rollout:
    """Android while it is being paused."""
    proposal = FakeDesk(snapshot()).propose(Platform.ANDROID, ActionKind.PAUSE)
    return replace(android(), running=Running(proposal, steps, NOW - 14, NOW + 166))


def paused() -> Rollout:
    """Android, halted nine minutes ago."""
    halted = play("0.5", NOW - 9, StateWord.PAUSED, "halted")
    states = (play("0.1", NOW - 66 * HOUR), play("0.5", NOW - 9 * HOUR), replace(halted, as_of=NOW - 540))
    return android(state=halted, states=states)


@pytest.mark.parametrize("size", SIZES)
def test_the_first_read_is_told_with_its_age_and_nothing_is_made_up(size: tuple[int, int]) -> None:
    text = screen(snapshot(unread(), ios(), events=()), size)
    for needed in ("? UNKNOWN", "never read yet", "3 s", "? NO DATA", "–"):
        assert needed in text
    assert "0.00 %" not in text


@pytest.mark.parametrize("size", SIZES)
def test_a_rejected_phase_tells_how_long_the_review_took_and_not_for_how_long_it_is_rejected(
    size: tuple[int, int],
) -> None:
    refused, looked = (apple(PhaseKind.REVIEW, NOW - 20, word) for word in (StateWord.REJECTED, StateWord.IN_REVIEW))
    tested = apple(PhaseKind.TESTERS, NOW - 57 * HOUR, status="IN_BETA_TESTING")
    states = (tested, replace(looked, as_of=NOW - 27 * HOUR), replace(refused, as_of=NOW - 6 * HOUR))
    text = screen(snapshot(android(), ios(state=refused, states=states)), size, 1)
    row = next(row for row in text.splitlines() if "App Review" in row and "✗" in row and "NEXT" not in row)
    assert "took 21 h" in row
    assert row.rstrip().endswith("rejected")


def test_when_nothing_has_happened_the_events_say_so() -> None:
    assert "nothing has happened yet" in screen(snapshot(events=()))


@pytest.mark.parametrize("size", SIZES)
def test_an_unreadable_store_is_unknown_with_what_was_last_known_and_never_shown_as_running(
    size: tuple[int, int],
) -> None:
    text = screen(snapshot(denied(), ios()), size)
    assert "last RUNNING 50 % at 14:25" in text
    assert ("not read for 6 min" in text) is (size != (100, 28))
    assert "► RUNNING 50 %" not in text
    assert "► 50 %" not in text
    assert "Mend Google Play" in text


def test_an_unreadable_store_shows_the_vendors_words_and_who_must_act() -> None:
    text = screen(snapshot(denied(), ios()))
    assert "Google Play: 403 insufficient permission. release-bot" in text
    assert "To pause all the same: press p, then y." in text


@pytest.mark.parametrize(
    ("word", "status", "shown"),
    [
        (StateWord.IN_REVIEW, "IN_REVIEW", "○ IN REVIEW"),
        (StateWord.WAITING, "PENDING_DEVELOPER_RELEASE", "○ WAITING"),
        (StateWord.REJECTED, "REJECTED", "✗ REJECTED"),
    ],
)
@pytest.mark.parametrize("size", [*SIZES, (52, 12)])
def test_the_states_of_a_review_stand_beside_numbers_that_never_run_together(
    word: StateWord, status: str, shown: str, size: tuple[int, int]
) -> None:
    text = screen(snapshot(android(), reviewed(word, status)), size, pane=1)
    assert shown in text
    if size[1] >= 16:
        assert " 6 % 22 min" in text, "the last number keeps its age, and a space before it"
        assert "no users" in text


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("steps", [(), ALL_STEPS[:1], ALL_STEPS[:2], ALL_STEPS])
def test_while_an_action_is_under_way_the_state_word_stays_what_the_store_said(
    size: tuple[int, int], steps: tuple[Step, ...]
) -> None:
    text = screen(snapshot(under_way(*steps), ios()), size)
    assert "► RUNNING  50 % 12 s" in text
    assert "PAUSED" not in text
    assert ("► reading back 14 s of 180 s" in text) is (len(steps) == 3)


def test_the_steps_of_an_action_are_told_where_there_is_room() -> None:
    text = screen(snapshot(under_way(*ALL_STEPS), ios()))
    assert "pause sent 14:31:53, not seen yet" in text
    assert "✓ written ✓ accepted ► reading back 14 s of 180 s" in text
    assert "► writing the intent" in screen(snapshot(under_way(), ios()))


@pytest.mark.parametrize("size", SIZES)
def test_a_paused_rollout_says_so_in_ladder_and_store(size: tuple[int, int]) -> None:
    text = screen(snapshot(paused(), ios()), size)
    assert "‖ PAUSED" in text
    assert "‖ Closed" in text
    assert "17 h left" not in text


def test_a_finished_rollout_has_no_gates_and_says_so() -> None:
    done = play("1", NOW - 9, StateWord.DONE, "completed")
    states = (play("0.1", NOW - 166 * HOUR), play("0.5", NOW - 149 * HOUR), replace(done, as_of=NOW - 100 * HOUR))
    text = screen(snapshot(android(state=done, states=states), ios()))
    assert "✓ DONE" in text
    assert "no gates in this phase" in text


def test_a_waived_gate_is_told_apart_from_one_that_passes() -> None:
    first = android()
    gates = (replace(first.gates[0], verdict=Verdict.WAIVED), *first.gates[1:])
    assert "⚑ WAIVED    Crash-free ≥ 99.5 %" in screen(snapshot(replace(first, gates=gates), ios()))


@pytest.mark.parametrize("size", SIZES)
def test_a_share_that_somebody_else_changed_says_so_beside_it(size: tuple[int, int]) -> None:
    moved = android(state=play("0.2", NOW - 9), changed_elsewhere="20 % was not asked for here")
    text = screen(snapshot(moved, ios()), size)
    for needed in ("elsewhere", "20 % 9 s", "43 % 14 min"):
        assert needed in text


def test_an_alarm_stands_in_next_and_over_the_events() -> None:
    text = screen(replace(snapshot(), alarm="history cannot be written: disk full"))
    assert "History cannot be written: disk full." in text
    assert "EVENTS history cannot be written: disk full ─" in text


def test_in_one_row_an_alarm_replaces_nothing_to_do_but_never_what_must_be_done() -> None:
    alarm = "history cannot be written: disk full"
    assert "NEXT  History cannot be written: disk full." in screen(replace(snapshot(), alarm=alarm), (60, 16))
    burning = replace(incident(), alarm=alarm)
    assert burning.recommendation.urgency is Urgency.ACT_NOW
    assert "NEXT  Pause Android: press p, then y." in screen(burning, (60, 16))


def test_a_window_that_is_too_small_never_shows_an_unreadable_store_as_running() -> None:
    text = screen(snapshot(denied(), ios()), (52, 12))
    assert "? UNKNOWN" in text
    assert "RUNNING 50 %" not in text


@pytest.mark.parametrize("share", ["0.000001", "0.005", "0.999999", "1"])
@pytest.mark.parametrize("size", SIZES)
def test_odd_shares_leave_room_for_their_age(share: str, size: tuple[int, int]) -> None:
    assert " 3 s" in screen(snapshot(android(state=play(share, NOW - 3)), ios()), size)
