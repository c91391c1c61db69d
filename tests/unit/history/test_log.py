"""Events, release states, sign-offs and the journal: what is written is what is read, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from rollout_tui.domain.actions import ActionKind, Ending, Outcome
from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.plan import BugScope
from rollout_tui.domain.releases import Platform, ReleaseState, StateWord
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Requested
from rollout_tui.domain.verdicts import Bug, BugCount, SignOff
from rollout_tui.history import History
from tests.unit.domain.builders import NOW, play
from tests.unit.history.values import halted, pause

ANDROID = Platform.ANDROID


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    opened = History.open(tmp_path / "history.db")
    yield opened
    opened.close()


def ended(ending: Ending, intent: str = "intent-1", at: float = NOW + 14) -> Outcome:
    return Outcome(intent, ANDROID, ActionKind.PAUSE, ending, "Google Play says halted", at, halted(at))


def last_ending(history: History) -> Ending | None:
    outcome = history.journal.last_outcome(ANDROID, "4201")
    return None if outcome is None else outcome.ending


def requested(history: History) -> Requested | None:
    entry = history.journal.last_entry(ANDROID, "4201")
    return None if entry is None else entry.request()


def test_events_come_newest_first_and_those_of_one_moment_in_their_order(history: History) -> None:
    first = Event(NOW - 5, EventKind.STATE, "first", ANDROID, Severity.WARNING)
    second = Event(NOW, EventKind.SEVERITY, "second", Platform.IOS, Severity.CRITICAL)
    third = Event(NOW, EventKind.PROGRAM, "third \x1b[31m")
    history.events.add([first, second, third])
    assert history.events.newest(2) == [third, second]
    assert history.events.newest(10) == [third, second, first]


def test_older_events_than_a_moment_can_be_asked_for(history: History) -> None:
    events = [Event(NOW + second, EventKind.STATE, f"{second}") for second in range(5)]
    history.events.add(events)
    assert history.events.newest(2, before=NOW + 3) == [events[2], events[1]]


def test_a_change_that_two_programs_saw_is_one_event_but_a_repeated_one_is_two(history: History) -> None:
    lost = Event(NOW, EventKind.SOURCE, "Google Play cannot be read", ANDROID, Severity.UNKNOWN)
    back = Event(NOW + 10, EventKind.SOURCE, "Google Play can be read again", ANDROID, Severity.OK)
    history.events.add([lost])
    history.events.add([replace(lost, at=NOW + 2), back, replace(lost, at=NOW + 20), replace(lost, at=NOW + 200)])
    assert [event.at - NOW for event in history.events.newest(9)] == [200, 20, 10, 0]


def turned(seconds: float, text: str = "RUNNING (inProgress) to PAUSED (halted)") -> Event:
    return Event(NOW + seconds, EventKind.STATE, f"Google Play: {text}", ANDROID)


def seen(history: History, seconds: float, word: StateWord, share_age: float = 0, build: str = "4201") -> None:
    """An answer of the store, with a share that was read a while before."""
    at = NOW + seconds
    answer = replace(play("0.5", at, word, "halted" if word is StateWord.PAUSED else "inProgress"), build=build)
    history.states.add(ANDROID, replace(answer, share_as_of=at - share_age))


def told(history: History) -> list[float]:
    return [event.at - NOW for event in reversed(history.events.newest(20)) if event.kind is EventKind.STATE]


def test_a_state_that_each_program_sees_turn_when_it_looks_itself_is_told_once_however_much_later(
    history: History,
) -> None:
    began = Event(NOW, EventKind.STATE, "Phase Closed testing began", ANDROID)
    seen(history, -300, StateWord.RUNNING)
    seen(history, 0, StateWord.PAUSED)
    history.events.add([turned(0), began])
    seen(history, 300, StateWord.RUNNING, share_age=600)  # by a program that has not read the share again
    seen(history, 360, StateWord.PAUSED)
    history.events.add([turned(360), replace(began, at=NOW + 360)])
    assert told(history) == [0, 0]


def test_a_state_that_turns_back_and_again_is_told_each_time(history: History) -> None:
    seen(history, -300, StateWord.RUNNING)
    back = "PAUSED (halted) to RUNNING (inProgress)"
    for second, word in enumerate((StateWord.PAUSED, StateWord.RUNNING) * 2):
        seen(history, second, word)
        history.events.add([turned(second) if word is StateWord.PAUSED else turned(second, back)])
    assert told(history) == [0, 1, 2, 3]


def test_a_state_that_turned_back_while_nobody_told_it_is_told_when_it_turns_again(history: History) -> None:
    seen(history, -300, StateWord.RUNNING)
    seen(history, 0, StateWord.PAUSED)
    history.events.add([turned(0)])
    seen(history, 30, StateWord.RUNNING, share_age=300)
    seen(history, 60, StateWord.RUNNING)  # a resume on a command line, which tells no change of state
    seen(history, 120, StateWord.PAUSED)
    history.events.add([turned(120)])
    assert told(history) == [0, 120]


def test_another_build_turns_anew(history: History) -> None:
    seen(history, 0, StateWord.PAUSED)
    history.events.add([turned(0)])
    seen(history, 300, StateWord.RUNNING, build="4202")
    seen(history, 600, StateWord.PAUSED, build="4202")
    history.events.add([turned(600)])
    assert told(history) == [0, 600]


def test_what_two_programs_measured_at_their_own_moments_is_one_event_whatever_the_numbers(history: History) -> None:
    def told(seconds: float, text: str, kind: EventKind = EventKind.SEVERITY) -> Event:
        return Event(NOW + seconds, kind, text, Platform.ANDROID)

    worse = told(0, "Crash rate WARNING: 1.02 % of 8,327 (alert > 1 %)")
    other = told(5, "Connect failures left the target: 1.01 % of 9,334 (target < 1 %)")
    fails = told(
        6, "Gate Crash-free ≥ 99.5 %: PASS to FAIL, crash rate proven over 0.5 %. 141 of 44,643", EventKind.VERDICT
    )
    history.events.add([worse, other, fails])
    history.events.add(
        [
            told(8, "Crash rate WARNING: 1.03 % of 8,391 (alert > 1 %)"),
            told(9, "Connect failures left the target: 1.02 % of 9,433 (target < 1 %)"),
            told(
                14,
                "Gate Crash-free ≥ 99.5 %: PASS to FAIL, crash rate proven over 0.5 %. 142 of 44,679",
                EventKind.VERDICT,
            ),
        ]
    )
    assert history.events.newest(9) == [fails, other, worse]
    back = told(60, "Crash rate back in its target: 0.40 % of 8,400 (target < 0.5 %)")
    again = told(120, "Crash rate WARNING: 1.04 % of 8,401 (alert > 1 %)")
    gate = told(
        121, "Gate Crash-free ≥ 99 %: PASS to FAIL, crash rate proven over 1 %. 142 of 44,679", EventKind.VERDICT
    )
    history.events.add([back, again, gate])
    assert history.events.newest(3) == [gate, again, back], "what is new is told, also the same again after its end"


def test_a_state_comes_back_with_everything_that_it_held(history: History) -> None:
    history.states.add(ANDROID, halted())
    (kept,) = history.states.all(ANDROID, "4201")
    assert kept == halted()
    assert str(kept.share) == "0.50"


def test_only_changes_of_state_are_kept_but_the_newest_answer_keeps_its_own_age(history: History) -> None:
    for minute in range(4):
        history.states.add(ANDROID, play("0.1", NOW + minute * 60))
    history.states.add(ANDROID, play("0.5", NOW + 300))
    history.states.add(ANDROID, play("0.5", NOW + 360))
    assert [state.as_of for state in history.states.all(ANDROID, "4201")] == [NOW, NOW + 300]
    newest = history.states.newest(ANDROID, "4201")
    assert newest is not None
    assert (newest.as_of, newest.share) == (NOW + 360, Decimal("0.5"))


def ages(history: History, moment: float) -> tuple[float, float | None] | None:
    """At a past moment: how old the answer was and how old the share in it."""
    state = history.states.at(ANDROID, "4201", moment)
    if state is None:
        return None
    return moment - state.as_of, None if state.share_as_of is None else moment - state.share_as_of


def test_a_past_moment_knows_how_old_an_answer_was_that_came_again_and_again(history: History) -> None:
    for minute in range(120):
        history.states.add(ANDROID, play("0.1", NOW + minute * 60))
    assert ages(history, NOW - 1) is None
    assert ages(history, NOW + 3600) == (0, 0)
    assert ages(history, NOW + 119 * 60 + 90) == (90, 90)
    history.states.add(ANDROID, play("0.1", NOW + 119 * 60 + 4000))
    assert ages(history, NOW + 119 * 60 + 3000) == (3000, 3000), "nobody looked meanwhile"


def test_a_past_share_that_cost_an_edit_has_its_own_age(history: History) -> None:
    for minute in range(60):
        state = play("0.1", NOW + minute * 60)
        history.states.add(ANDROID, replace(state, share_as_of=NOW + minute // 15 * 900))
    assert ages(history, NOW + 14 * 60) == (0, 14 * 60)
    assert ages(history, NOW + 40 * 60) == (0, 10 * 60)
    assert len(history._connection.execute("SELECT * FROM looks").fetchall()) == 4


def test_a_past_moment_knows_nothing_of_a_later_answer(history: History) -> None:
    history.states.add(ANDROID, replace(play("0.1", NOW), notes=("then",), next_step_at=NOW + 500))
    history.states.add(ANDROID, replace(play("0.1", NOW + 60), notes=("later",), next_step_at=NOW + 900))
    then = history.states.at(ANDROID, "4201", NOW + 59)
    assert then is not None
    assert (then.notes, then.next_step_at) == (("then",), NOW + 500)


def test_several_programs_write_what_the_store_said_in_one_history(history: History) -> None:
    """Their answers arrive in any order; no age is younger than the newest answer of then."""
    for second in (0, 60, 55, 120, 115, 118, 180):
        history.states.add(ANDROID, play("0.1", NOW + second))
    history.states.add(ANDROID, play("0.5", NOW + 181))
    history.states.add(ANDROID, play("0.1", NOW + 179))
    assert ages(history, NOW + 180) == (0, 0)
    then, now = history.states.at(ANDROID, "4201", NOW + 180), history.states.newest(ANDROID, "4201")
    assert then is not None
    assert now is not None
    assert (then.share, now.share, now.as_of) == (Decimal("0.1"), Decimal("0.5"), NOW + 181)


def looks(history: History) -> int:
    (count,) = history._connection.execute("SELECT COUNT(*) FROM looks").fetchone()
    return int(count)


def test_two_programs_with_a_share_of_their_own_time_each_are_two_looks_and_not_two_a_poll(history: History) -> None:
    for minute in range(60):
        at = NOW + minute * 60
        history.states.add(ANDROID, replace(play("0.1", at), share_as_of=NOW + minute // 15 * 900))
        history.states.add(ANDROID, replace(play("0.1", at + 5), share_as_of=NOW - 430 + (minute + 7) // 15 * 900))
    assert looks(history) <= 10, "each reads the share anew every 15 minutes"
    assert ages(history, NOW + 14 * 60 + 3) == (0, 373), "of the share that was read last"
    history.states.add(ANDROID, play("0.5", NOW + 3600))
    assert ages(history, NOW + 3590) == (45, 420)
    assert ages(history, NOW + 3601) == (1, 1)


def test_an_answer_that_says_something_else_ends_the_look_before(history: History) -> None:
    for second, share in ((0, "0.1"), (60, "0.5"), (120, "0.1")):
        history.states.add(ANDROID, play(share, NOW + second))
    then = history.states.at(ANDROID, "4201", NOW + 90)
    assert then is not None
    assert (then.share, then.as_of) == (Decimal("0.5"), NOW + 60)
    assert looks(history) == 3


def test_an_older_answer_that_says_something_else_is_not_the_newest(history: History) -> None:
    for second in (100, 200):
        history.states.add(ANDROID, play("0.5", NOW + second))
    history.states.add(ANDROID, play("0.1", NOW + 199))
    newest, then = history.states.newest(ANDROID, "4201"), history.states.at(ANDROID, "4201", NOW + 230)
    assert newest == then == play("0.5", NOW + 200)
    history.states.add(ANDROID, play("0.5", NOW + 260))
    assert looks(history) == 2


def test_looks_are_forgotten_in_bites_but_never_the_newest(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rollout_tui.history.log._FORGOTTEN_AT_ONCE", 4)
    for number in range(10):
        history.states.add(ANDROID, play("0.1" if number % 2 else "0.5", NOW + number * 60))
    bites = list(iter(lambda: history.states.prune(NOW + 9000), 0))
    assert bites == [4, 4, 1]
    assert history.states.newest(ANDROID, "4201") == play("0.1", NOW + 540)


def test_nothing_is_known_of_a_build_that_was_never_seen(history: History) -> None:
    history.states.add(ANDROID, halted())
    assert history.states.newest(ANDROID, "4202") is None
    assert history.states.all(ANDROID, "4202") == []
    assert history.journal.last_entry(ANDROID, "4202") is None


def test_a_state_written_by_a_newer_program_loses_only_what_this_one_does_not_know(history: History) -> None:
    from rollout_tui.history.log import decode_state, encode_state

    text = encode_state(halted()).replace("{", '{"moon_phase": 3, ', 1)
    assert decode_state(text) == halted()


def test_two_people_may_sign_the_same_gate(history: History) -> None:
    mara = SignOff("signoff:maintainer", "closed", "4.2.0", "4201", "mara", NOW, "go")
    tom = replace(mara, by="tom")
    history.signoffs.add(ANDROID, mara)
    history.signoffs.add(ANDROID, tom)
    history.signoffs.add(ANDROID, mara)
    assert history.signoffs.all(ANDROID, "4.2.0", "4201") == [mara, tom]
    assert history.signoffs.all(ANDROID, "4.2.0", "4202") == [], "void for a new build"


def test_an_intent_is_open_until_its_outcome_is_written(history: History) -> None:
    history.journal.write_intent(pause())
    assert history.journal.open_intents(ANDROID) == [pause()]
    assert history.journal.open_intents(Platform.IOS) == []
    history.journal.write_outcome(ended(Ending.DONE))
    assert history.journal.open_intents(ANDROID) == []


def test_of_a_pause_that_the_store_did_not_take_the_next_start_knows_where_a_person_does_it(history: History) -> None:
    history.journal.write_intent(pause())
    history.journal.write_outcome(replace(ended(Ending.REFUSED), by_hand="Play Console: Halt rollout"))
    outcome = history.journal.last_outcome(ANDROID, "4201")
    assert outcome is not None
    assert outcome.by_hand == "Play Console: Halt rollout"


def test_the_first_outcome_stands(history: History) -> None:
    history.journal.write_intent(pause())
    history.journal.write_outcome(ended(Ending.DONE))
    history.journal.write_outcome(ended(Ending.UNCONFIRMED))
    assert last_ending(history) is Ending.DONE


def test_what_was_not_confirmed_may_still_be_settled(history: History) -> None:
    history.journal.write_intent(pause())
    history.journal.write_outcome(ended(Ending.UNCONFIRMED))
    history.journal.write_outcome(ended(Ending.DONE))
    assert last_ending(history) is Ending.DONE


def test_the_last_request_is_the_newest_one_that_may_have_reached_the_store(history: History) -> None:
    history.journal.write_intent(pause("a", NOW))
    history.journal.write_outcome(ended(Ending.DONE, "a"))
    history.journal.write_intent(replace(pause("b", NOW + 60), requested="100 %"))
    assert requested(history) == Requested("100 %", NOW + 60, "jkim@rel-01")
    history.journal.write_outcome(ended(Ending.REFUSED, "b"))
    assert requested(history) == Requested("halted", NOW, "jkim@rel-01")


def test_the_journal_is_on_the_disk_before_the_call_returns(history: History) -> None:
    """Full synchronisation for the journal alone; polls go on with the cheaper one."""
    seen: list[str] = []
    history._connection.set_trace_callback(seen.append)
    history.journal.write_intent(pause())
    history._connection.set_trace_callback(None)
    inserted = next(index for index, text in enumerate(seen) if text.startswith("INSERT INTO journal"))
    assert "PRAGMA synchronous = FULL" in seen[:inserted]
    assert history._connection.execute("PRAGMA synchronous").fetchone() == (1,)


def test_retention_never_touches_states_signoffs_or_the_journal(history: History) -> None:
    history.states.add(ANDROID, halted(NOW - 1e7))
    history.journal.write_intent(pause(at=NOW - 1e7))
    history.signoffs.add(ANDROID, SignOff("g", "p", "4.2.0", "4201", "mara", NOW - 1e7))
    history.events.add([Event(NOW - 1e7, EventKind.STATE, "old"), Event(NOW, EventKind.STATE, "new")])
    history.states.add(ANDROID, halted(NOW - 9e6))
    while history.prune(NOW - 1000):
        pass
    newest = history.states.newest(ANDROID, "4201")
    assert newest is not None
    assert newest.as_of == NOW - 9e6, "the last answer is never forgotten"
    assert len(history._connection.execute("SELECT * FROM looks").fetchall()) == 1
    assert [event.text for event in history.events.newest(9)] == ["new"]
    assert len(history.states.all(ANDROID, "4201")) == 1
    assert len(history.journal.open_intents(ANDROID)) == 1
    assert len(history.signoffs.all(ANDROID, "4.2.0", "4201")) == 1


def test_states_of_the_past_may_be_written_in_any_order(history: History) -> None:
    later: ReleaseState = play("0.5", NOW)
    history.states.add(ANDROID, later)
    history.states.add(ANDROID, play("0.1", NOW - 3600))
    assert history.states.newest(ANDROID, "4201") == later
    assert [state.share for state in history.states.all(ANDROID, "4201")] == [Decimal("0.1"), Decimal("0.5")]


def test_bugs_come_back_with_number_title_and_link(history: History) -> None:
    told = (Bug("#7", "Crash", "https://github.example/7", 5.0), Bug("#6", "Hang"))
    counted = {BugScope.ANY: BugCount(9, 100.0, "GitHub", told)}
    history.bugs.add(ANDROID, "4201", counted)
    assert history.bugs.newest(ANDROID, "4201") == counted
    assert history.bugs.newest(ANDROID, "4201", until=99.0) == {}


def test_what_is_left_of_a_budget_is_not_remembered_nor_read_out_of_a_file_that_has_it() -> None:
    from rollout_tui.domain.releases import Budget
    from rollout_tui.history.log import decode_state, encode_state

    answered = replace(halted(), budget=Budget(3000, 3600, 60))
    assert "budget" not in encode_state(answered)
    of_before = encode_state(halted()).replace("{", '{"budget": {"left": 3000, "of": 3600, "reserve": 60}, ', 1)
    assert decode_state(of_before) == halted() == decode_state(encode_state(answered))
