"""What Apple grants for so long, and a build that testers cannot have yet: told in NEXT and as events."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rollout_tui.domain.assess import assess
from rollout_tui.domain.changes import changes
from rollout_tui.domain.facts import RolloutFacts
from rollout_tui.domain.recommend import recommend
from rollout_tui.domain.releases import Grant, PhaseKind, ReleaseState, StateWord
from rollout_tui.domain.snapshot import Rollout, Urgency
from tests.unit.domain.builders import HOUR, IOS, NOW, apple

AFTER = "what follows day 30 is not known"


def paused(left: int | None) -> ReleaseState:
    grant = None if left is None else Grant(left, "of pause", AFTER)
    notes = ("manual updates and new installs go on", "paused 27 of 30 days")
    return replace(apple(PhaseKind.PHASED, NOW, StateWord.PAUSED, "PAUSED"), grant=grant, notes=notes)


def in_testflight(word: StateWord, status: str, note: str) -> ReleaseState:
    return replace(apple(PhaseKind.TESTERS, NOW - HOUR, word, status), notes=(note,))


def ios(state: ReleaseState) -> Rollout:
    return assess(RolloutFacts(IOS, "App Store", state=state, states=(state,)), NOW)


def test_a_paused_ladder_says_what_goes_on_and_how_much_pause_is_left() -> None:
    advice = recommend([ios(paused(3))], NOW)
    assert advice.headline.startswith("iOS is paused (PAUSED), 3 d of pause left. Find the cause: press i.")
    assert advice.detail.startswith("Manual updates and new installs go on. ")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (8, 7, True),
        (7, 6, False),
        (4, 3, True),
        (2, 1, True),
        (9, 2, True),
        (1, 0, False),
        (7, 7, False),
        (None, 3, True),
    ],
)
def test_what_runs_out_is_told_at_seven_three_and_one_days(before: int | None, after: int, told: bool) -> None:
    events = [event.text for event in changes(ios(paused(before)), ios(paused(after)), NOW)]
    assert events == ([f"App Store: {after} d of pause: {AFTER}"] if told else [])


def test_a_beta_review_is_waited_for_and_nobody_is_sent_to_mend_what_no_tester_can_feed() -> None:
    advice = recommend([ios(in_testflight(StateWord.IN_REVIEW, "IN_BETA_REVIEW", "in beta review"))], NOW)
    assert advice.urgency is Urgency.WAIT
    assert "iOS waits for beta review (IN_BETA_REVIEW): no tester has it yet." in advice.headline


@pytest.mark.parametrize(
    ("status", "note"),
    [
        ("MISSING_EXPORT_COMPLIANCE", "export compliance is not answered in App Store Connect"),
        ("PROCESSING", "Apple still processes the build"),
        ("READY_FOR_BETA_SUBMISSION", "an external group needs a beta review: not submitted yet"),
    ],
)
def test_a_build_that_waits_before_its_testers_says_for_what(status: str, note: str) -> None:
    advice = recommend([ios(in_testflight(StateWord.WAITING, status, note))], NOW)
    assert advice.headline == f"iOS is not with its testers yet ({status})."
    assert advice.detail.startswith(f"{note[:1].upper()}{note[1:]}.")
