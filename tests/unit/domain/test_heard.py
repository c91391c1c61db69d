"""Who is asked, and what came of it last."""

from __future__ import annotations

from dataclasses import replace

from rollout_tui.domain.heard import Asked, heard
from rollout_tui.domain.plan import BugScope
from rollout_tui.domain.quantities import Proportion
from rollout_tui.domain.readings import NoReading, Scope
from rollout_tui.domain.snapshot import Heard
from rollout_tui.domain.verdicts import BugCount
from tests.unit.domain.builders import ANDROID, CRASH, NOW, android_facts, play, reading

SENTRY = Asked("sentry", "Sentry", 60.0)
PLAN = replace(ANDROID, store="play", sources=("sentry",), tracker="github")


def one(asked: Asked, **facts: object) -> Heard:
    (found,) = heard([asked], [android_facts(plan=PLAN, **facts)])
    return found


def test_a_store_is_as_old_as_what_it_said_last_and_names_its_problem() -> None:
    asked = Asked("play", "Google Play", 30.0)
    state = play("0.5", NOW - 12)
    assert one(asked, state=state) == Heard("Google Play", 30.0, NOW - 12, name="play")
    assert one(asked, state=state, state_problem="HTTP 503") == Heard(
        "Google Play", 30.0, NOW - 12, "HTTP 503", name="play"
    )


def test_a_source_that_answers_one_question_is_heard_whatever_else_it_lacks() -> None:
    answer = replace(reading(CRASH, Proportion(1, 1000)), source="sentry", taken_at=NOW - 40)
    lacks = NoReading("connect", Scope.RECENT, "4201", "Sentry: no such metric", NOW, "sentry")
    assert one(SENTRY, recent={"crash_rate": answer, "connect": lacks}) == Heard(
        "Sentry", 60.0, NOW - 40, name="sentry"
    )


def test_a_silent_source_says_why_and_when_it_was_heard_last() -> None:
    silent = NoReading("crash_rate", Scope.RECENT, "4201", "Sentry: HTTP 503", NOW, "sentry")
    last = replace(reading(CRASH, Proportion(1, 1000)), source="sentry", taken_at=NOW - 900)
    found = one(SENTRY, recent={"crash_rate": silent}, last_good={"crash_rate": last})
    assert found == Heard("Sentry", 60.0, NOW - 900, "Sentry: HTTP 503", name="sentry")


def test_what_was_never_heard_has_no_time_and_what_nobody_uses_is_left_out() -> None:
    never = one(SENTRY, recent={}, last_good={}, observed=None, unheard=frozenset({"sentry"}))
    assert never == Heard("Sentry", 60.0, name="sentry")
    assert heard([Asked("old", "Old", 60.0)], [android_facts(plan=PLAN)]) == ()


def test_a_tracker_counts_or_says_why_not() -> None:
    asked = Asked("github", "GitHub issues", 300.0)
    count = BugCount(0, NOW - 180, "GitHub")
    assert one(asked, bugs={BugScope.ANY: count}) == Heard("GitHub issues", 300.0, NOW - 180, name="github")
    assert one(asked, bugs={BugScope.ANY: "GitHub: HTTP 403"}).problem == "GitHub: HTTP 403"


def test_a_source_of_which_nothing_is_asked_stands_by() -> None:
    assert one(SENTRY, recent={}, last_good={}, observed=None) == Heard("Sentry", 60.0, idle=True, name="sentry")
