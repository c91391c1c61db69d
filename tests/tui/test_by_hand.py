"""Where a person pauses in the store's console: said wherever the store cannot be read or did not take a pause."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest

from rollout_tui.cli.act import _described
from rollout_tui.cli.facts import snapshot_facts
from rollout_tui.cli.lines import snapshot_lines
from rollout_tui.domain.actions import USUAL, ActionKind, Change, Ending, Intent, Outcome
from rollout_tui.domain.recommend import recommend
from rollout_tui.domain.releases import Platform, ReleaseState
from rollout_tui.domain.runbook import PLAN, standing
from rollout_tui.domain.sentences import by_hand
from rollout_tui.domain.snapshot import Recommendation, Rollout
from rollout_tui.engine.proposals import propose
from rollout_tui.ports import Unreachable
from rollout_tui.tui.ink import blank, text_of
from rollout_tui.tui.view.runbook import Open, runbook_rows
from rollout_tui.tui.view.scene import Focus, Scene
from rollout_tui.tui.view.screen import screen_rows
from tests.tui.fake_desk import FakeDesk
from tests.tui.hand import at_the_keyboard
from tests.tui.samples import android, incident, ios, snapshot
from tests.unit.domain.builders import NOW, play

WAY = "Play Console: Production > Manage rollout > Halt rollout"
SAID = "by hand: Play Console: Production, Manage rollout, Halt rollout"


def with_way(rollout: Rollout) -> Rollout:
    """The rollout, its store's provider telling the way."""
    plan = replace(rollout.plan, phases=tuple(replace(phase, by_hand=WAY) for phase in rollout.plan.phases))
    phases = tuple(replace(each, phase=replace(each.phase, by_hand=WAY)) for each in rollout.phases)
    return replace(rollout, plan=plan, phases=phases)


def unreadable(age: float = 425) -> Rollout:
    """Android, whose store does not answer since some minutes."""
    return with_way(
        android(
            state=play("0.5", NOW - age),
            state_problem="Google Play cannot be reached",
            state_hint="look at the network",
            state_failing_since=NOW - age + 25,
        )
    )


def refused(rollout: Rollout, at: float = NOW - 5) -> Rollout:
    """It was paused, and the store did not take it."""
    outcome = Outcome("1", Platform.ANDROID, ActionKind.PAUSE, Ending.REFUSED, "Google Play cannot be reached.", at)
    return replace(rollout, last_outcome=replace(outcome, by_hand=WAY))


def advice(rollout: Rollout) -> Recommendation:
    return recommend([rollout, ios()], NOW)


@pytest.mark.parametrize("size", [(200, 60), (120, 40), (100, 34), (80, 24)])
def test_the_pane_of_an_unreadable_store_says_where(size: tuple[int, int]) -> None:
    shown = snapshot(unreadable(), ios())
    rows = [text_of(row) for row in screen_rows(Scene(shown, NOW, Focus(0), who="jkim"), *size, blank(size[0]))]
    assert {len(row) for row in rows} == {size[0]}
    assert len(rows) == size[1]
    pane = "\n".join(rows[3:])
    assert "Play Console: Production > Manage rollout" in pane
    for never_dropped in ("? UNKNOWN", "last RUNNING 50 %", "Crash rate", "NO DATA"):
        assert never_dropped in pane


def test_the_pane_of_a_store_that_answers_does_not() -> None:
    rows = screen_rows(Scene(snapshot(with_way(android()), ios()), NOW, Focus(0)), 120, 40, blank(120))
    assert "Play Console" not in "".join(text_of(row) for row in rows)


async def test_the_dialog_of_a_pause_says_it_while_the_store_cannot_be_read() -> None:
    for rollout, told in ((unreadable(), True), (with_way(android()), False)):
        async with at_the_keyboard(FakeDesk(snapshot(rollout, ios()))) as hand:
            await hand.press("p")
            front = "\n".join(hand.front())
            assert ("or by hand    Play Console: Production > Manage rollout > Halt rollout" in front) is told


def test_next_says_it_with_the_reason_and_after_a_refusal_as_the_thing_to_do() -> None:
    before = advice(unreadable())
    assert before.headline.startswith("Mend Google Play for Android")
    assert f"Google Play cannot be reached. By hand: {WAY}." in before.detail
    after = advice(refused(unreadable()))
    assert after.headline == f"Pause Android by hand. {WAY}."
    assert after.detail.startswith(
        "The pause was refused: Google Play cannot be reached. To try again: press p, then y."
    )
    assert after.brief_headline.startswith("Android by hand: Play Console")


def test_only_what_the_store_did_not_take_is_done_by_hand() -> None:
    """A pause that the program refused never reached the store: pressed again, it may."""
    rollout = refused(unreadable())
    assert rollout.last_outcome is not None
    busy = replace(rollout, last_outcome=replace(rollout.last_outcome, by_hand=""))
    assert advice(busy).headline.startswith("Mend Google Play for Android")


def test_a_refusal_is_not_told_for_ever() -> None:
    """Five minutes, once the store was read since; then a pause by hand is asked for only where one is called for."""
    assert advice(refused(with_way(android()), NOW - 240)).headline == f"Pause Android by hand. {WAY}."
    assert "by hand" not in advice(refused(with_way(android()), NOW - 600)).headline
    crashing = with_way(incident().rollouts[0])
    assert advice(crashing).headline.startswith("Pause Android: press p")
    assert advice(refused(crashing, NOW - 600)).headline == f"Pause Android by hand. {WAY}."


def test_the_runbook_names_it_below_a_pause_that_is_not_done() -> None:
    rollout = with_way(incident().rollouts[0])
    scene = Scene(snapshot(rollout, ios()), NOW, Focus(0))
    for width in (120, 80):
        rows = runbook_rows(scene, Open(rollout, standing(PLAN[Platform.ANDROID], [], {})), width, 30)
        told = [text_of(row) for row in rows]
        check = next(n for n, row in enumerate(told) if "The store says halted" in row)
        assert "or by hand: Play Console: Production > Manage rollout" in told[check + 1]
        assert {len(row) for row in told} == {width}


def test_status_says_it_in_words_and_as_a_fact() -> None:
    shown = snapshot(unreadable(), ios())
    (line,) = [line for line in snapshot_lines(shown) if "Google Play says" in line]
    assert f"now cannot be read: Google Play cannot be reached, {SAID}" in line
    never = with_way(android(state=None, states=(), state_problem="HTTP 503"))
    assert f"UNKNOWN android Google Play HTTP 503, {SAID}" in snapshot_lines(snapshot(never, ios()))
    facts = snapshot_facts(shown, FakeDesk(shown).propose)
    assert facts["platforms"]["android"]["store"]["by_hand"] == WAY
    assert facts["platforms"]["ios"]["store"]["by_hand"] is None


APPLE = (
    "App Store Connect: TestFlight > Beta > Builds > remove 87",
    "App Store Connect: App Review > the submission > Cancel Submission",
    "App Store Connect: 4.2.0 > Phased Release > Pause",
)
ANY = (
    "App Store Connect: TestFlight > Beta > Builds > remove 87, or App Review > the submission > Cancel Submission,"
    " or 4.2.0 > Phased Release > Pause"
)


def never_read(ways: tuple[str, ...] = APPLE) -> Rollout:
    """iOS at a first start whose store does not answer: nobody knows its phase."""
    rollout = ios(state=None, states=(), state_problem="App Store cannot be reached", state_failing_since=NOW - 60)
    assert rollout.current is None
    phases = zip(rollout.plan.phases, ways, strict=True)
    return replace(rollout, plan=replace(rollout.plan, phases=tuple(replace(p, by_hand=way) for p, way in phases)))


def test_of_a_phase_that_is_not_known_no_single_button_is_told() -> None:
    """Whoever removes a build from TestFlight while the ladder climbs has paused nothing."""
    assert by_hand(never_read()) == ANY
    assert by_hand(never_read(), 60) == "App Store Connect"
    assert by_hand(never_read(), 10) == ""
    assert by_hand(never_read(("", *APPLE[1:]))) == "App Store Connect"
    assert by_hand(never_read(("one", "two", "two"))) == "one, or two"
    assert by_hand(never_read(("one", "two", "two")), 8) == ""
    assert by_hand(never_read((WAY,) * 3), 10) == WAY
    assert by_hand(never_read(("",) * 3)) == ""


@pytest.mark.parametrize("size", [(200, 60), (160, 40), (120, 40), (100, 34), (80, 24), (60, 16)])
def test_no_screen_tells_a_single_button_of_it(size: tuple[int, int]) -> None:
    shown = snapshot(with_way(android()), never_read())
    shown = replace(shown, recommendation=recommend(shown.rollouts, NOW))
    rows = [text_of(row) for row in screen_rows(Scene(shown, NOW, Focus(1), who="jkim"), *size, blank(size[0]))]
    assert {len(row) for row in rows} == {size[0]}
    for row in rows:
        assert ("remove 87" in row) is ("Phased Release > Pause" in row)
    assert size[1] < 24 or "By hand: App Store Connect" in "\n".join(rows)


def test_status_and_a_refusal_tell_all_of_them() -> None:
    shown = snapshot(android(), never_read())
    facts = snapshot_facts(shown, FakeDesk(shown).propose)
    assert facts["platforms"]["ios"]["store"]["by_hand"] == ANY
    rollout = never_read()
    message = "App Store cannot be reached."
    outcome = Outcome("1", Platform.IOS, ActionKind.PAUSE, Ending.REFUSED, message, NOW - 5, by_hand=ANY)
    told = recommend([android(), replace(rollout, last_outcome=outcome)], NOW)
    assert told.headline == f"Pause iOS by hand. {ANY}."
    assert told.brief_headline == "iOS by hand: App Store Connect."
    assert told.detail.startswith("The pause was refused: App Store cannot be reached. To try again: press p, then y.")


@pytest.mark.parametrize(
    ("rollout", "kind", "told"),
    [
        (unreadable(), ActionKind.PAUSE, True),
        (with_way(android(state=None, states=(), state_problem="HTTP 503")), ActionKind.PAUSE, True),
        (with_way(android()), ActionKind.PAUSE, False),
        (unreadable(), ActionKind.RESUME, False),
        (with_way(android(state=None, states=(), state_problem="HTTP 503")), ActionKind.RESUME, False),
    ],
)
def test_the_verb_says_it_where_the_dialog_does(rollout: Rollout, kind: ActionKind, told: bool) -> None:
    """Beside a resume, the button that pauses would be the wrong one."""
    proposal = FakeDesk(snapshot(rollout, ios())).propose(Platform.ANDROID, kind)
    assert (f"  or by hand: {WAY}" in _described(proposal, rollout, NOW)) is told


def test_a_proposal_carries_it_for_a_refusal() -> None:
    for rollout, kind, hand in (
        (never_read(), ActionKind.PAUSE, ANY),
        (unreadable(), ActionKind.PAUSE, WAY),
        (unreadable(), ActionKind.RESUME, ""),
    ):
        made = propose(kind, rollout, USUAL, NOW, no_change, read_only=None, zone=UTC)
        assert made.by_hand == hand
        assert any(f"HTTP 503. By hand: {hand}." in against.reason for against in made.obstacles) is bool(hand)


def no_change(_intent: Intent, _state: ReleaseState | None) -> Change:
    raise Unreachable("HTTP 503")
