"""NEXT where what was committed, or what is measured, is not what users get."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rollout_tui.domain.actions import ActionKind, Ending, Outcome
from rollout_tui.domain.obstacles import obstacles
from rollout_tui.domain.recommend import recommend
from rollout_tui.domain.releases import Platform, StateWord
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Progress, Rollout, Urgency
from tests.tui.samples import android, store_state
from tests.unit.domain.builders import NOW


def saying(status: str, word: StateWord, note: str, rollout: Rollout | None = None) -> Rollout:
    """Android with another answer of its store, which serves nothing of ours."""
    rollout = android() if rollout is None else rollout
    state = rollout.store.state
    assert state is not None
    said = replace(state, status=status, word=word, kind=None, share=None, notes=(note,))
    return store_state(rollout, said)


def paused(ending: Ending) -> Rollout:
    ended = Outcome("i1", Platform.ANDROID, ActionKind.PAUSE, ending, "it was committed", NOW - 60)
    return replace(android(), last_outcome=ended)


@pytest.mark.parametrize("ending", [Ending.DONE, Ending.UNCONFIRMED])
@pytest.mark.parametrize("status", ["NOT_SENT_FOR_REVIEW", "APPROVED_NOT_PUBLISHED"])
def test_a_pause_that_waits_in_the_console_is_the_most_urgent_thing(ending, status):
    told = recommend([saying(status, StateWord.WAITING, "halted is committed", paused(ending))], NOW)
    assert told.headline == f"Android is not paused yet ({status}): finish it in the store's console."
    assert (told.urgency, told.severity) == (Urgency.ACT_NOW, Severity.CRITICAL)
    assert told.detail.startswith("Halted is committed.")


def test_what_is_committed_and_not_sent_asks_to_be_sent():
    told = recommend([saying("NOT_SENT_FOR_REVIEW", StateWord.WAITING, "0 users until someone sends it")], NOW)
    assert told.headline == "Send Android in the store's console: NOT_SENT_FOR_REVIEW."
    told = recommend([saying("APPROVED_NOT_PUBLISHED", StateWord.WAITING, "0 users until someone publishes")], NOW)
    assert told.headline == "Publish Android in the store's console: APPROVED_NOT_PUBLISHED."


def test_a_build_that_is_not_served_any_more_asks_who_changed_it():
    told = recommend([saying("not on the track", StateWord.UNKNOWN, "4300 took its place")], NOW)
    assert told.headline.startswith("Android: Google Play does not serve build 4201 any more.")
    assert "4300 took its place. A new build goes into the configuration" in told.detail
    assert told.urgency is Urgency.ACT_SOON


def test_a_build_that_nobody_got_yet_says_how_it_begins():
    rollout = android()
    nothing = replace(rollout, phases=tuple(replace(one, progress=Progress.TO_COME) for one in rollout.phases))
    new = saying("not on the track", StateWord.UNKNOWN, "production holds 4130", nothing)
    told = recommend([new], NOW)
    assert told.headline == "Android: nobody gets build 4201 yet (not on the track)."
    begins = "Restart (ctrl+p) begins it at Internal testing; u reads the store again"
    assert told.detail == f"{begins}. Production holds 4130."
    (against,) = obstacles(ActionKind.PROMOTE, new, NOW)
    assert against.remedy == begins
