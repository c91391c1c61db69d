"""Who gets a build by an action: shares of what, in words; numbers only where a store or the plan tells them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from rollout_tui.domain.actions import ActionKind
from rollout_tui.domain.reach import reached
from rollout_tui.domain.releases import PhaseKind, StateWord
from tests.tui.samples import android, ios, store_state
from tests.unit.domain.builders import ANDROID, IOS, NOW, apple

TESTFLIGHT, REVIEW, PHASED = IOS.phases


def test_a_share_is_of_the_users_of_its_track_beside_what_is_out_now() -> None:
    rollout = android()
    now = "now 50 % committed, 43 % of sessions"
    assert reached(ActionKind.PROMOTE, rollout, ANDROID.phases[2], Decimal(1)) == f"all users of production; {now}"
    small = reached(ActionKind.PROMOTE, rollout, ANDROID.phases[0], Decimal("0.1"))
    assert small == f"10 % of all users of production; {now}"
    blind = store_state(rollout, rollout.store.state, observed=None)
    assert reached(ActionKind.PROMOTE, blind, ANDROID.phases[2], None).endswith("; now 50 % committed")


def test_a_resume_reaches_the_same_users() -> None:
    told = reached(ActionKind.RESUME, android(), ANDROID.phases[1], None)
    assert told == "the same users first: 50 % of all users of production"
    unknown = store_state(android(), None)
    assert reached(ActionKind.RESUME, unknown, ANDROID.phases[1], None) == "the same users as before the pause"
    assert reached(ActionKind.RESUME, ios(), PHASED, None).startswith("automatic updates go on from day 3 of 7 on, 5 %")


def test_a_group_has_the_size_that_the_store_tells_else_the_plans() -> None:
    group = replace(TESTFLIGHT, group="QA")
    phased = ios()
    assert reached(ActionKind.RESTART, phased, group, None).startswith("the testers of group QA (100 in the plan)")
    tested = store_state(phased, replace(apple(PhaseKind.TESTERS, NOW), testers=42, share=None), observed=None)
    assert reached(ActionKind.RESTART, tested, group, None) == "the 42 testers of group QA"
    assert reached(ActionKind.RESTART, tested, replace(group, group=None), None) == "the 42 testers of the group"


def test_review_reaches_nobody_new_and_a_phased_release_its_ladder() -> None:
    in_review = ios(state=apple(PhaseKind.REVIEW, NOW, StateWord.WAITING, "PENDING_DEVELOPER_RELEASE"))
    assert reached(ActionKind.PROMOTE, in_review, REVIEW, None).startswith("nobody new: App Review")
    assert reached(ActionKind.PROMOTE, ios(), PHASED, None).startswith("all users, by automatic updates; now 5 %")


def test_a_pause_reaches_nobody() -> None:
    assert reached(ActionKind.PAUSE, android(), ANDROID.phases[1], None) == ""
