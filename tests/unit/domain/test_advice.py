"""NEXT and the reasons why not: one recommendation, pausing first, promotion only when everything holds."""

from __future__ import annotations

from dataclasses import replace

from rollout_tui.domain.actions import ActionKind, Ending, Outcome
from rollout_tui.domain.assess import assess
from rollout_tui.domain.changes import changes
from rollout_tui.domain.facts import RolloutFacts
from rollout_tui.domain.obstacles import obstacles
from rollout_tui.domain.quantities import Proportion
from rollout_tui.domain.readings import NoReading, Scope
from rollout_tui.domain.recommend import recommend
from rollout_tui.domain.releases import PhaseKind, Platform, StateWord
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Rollout, Urgency
from rollout_tui.domain.verdicts import SignOff
from tests.unit.domain.builders import CRASH, HOUR, IOS, NOW, android_facts, apple, play, reading

SIGNED = SignOff("signoff:maintainer", "closed", "4.2.0", "4201", "mara", NOW - 9 * HOUR)


def android(**kw: object) -> Rollout:
    return assess(android_facts(**kw), NOW)


def with_crashes(bad: int, total: int) -> Rollout:
    facts = android_facts()
    return android(
        recent={**facts.recent, CRASH.id: reading(CRASH, Proportion(bad, total))},
        phase={**facts.phase, CRASH.id: reading(CRASH, Proportion(bad, total), scope=Scope.PHASE)},
    )


def ready() -> Rollout:
    return android(states=(play("0.1", NOW - 90 * HOUR), play("0.5", NOW - 49 * HOUR)), signoffs=(SIGNED,))


def ios(state: object = None) -> Rollout:
    facts = RolloutFacts(IOS, "App Store", state=state, states=(state,) if state else ())  # type: ignore[arg-type]
    return assess(facts, NOW)


def test_a_quiet_rollout_says_nothing_to_do_and_when_the_next_moment_comes() -> None:
    advice = recommend([android()], NOW)
    assert advice.urgency is Urgency.WAIT
    assert advice.headline == (
        "Nothing to do now. Android may go to 100 % in 17 h at the earliest, Thu 12 Mar 07:32 UTC."
    )
    assert advice.detail == "Open: the maintainer sign-off."


def test_a_critical_crash_rate_says_pause_with_both_keys_its_counts_and_the_cost_of_waiting() -> None:
    advice = recommend([with_crashes(241, 10_002)], NOW)
    assert (advice.urgency, advice.severity, advice.key) == (Urgency.ACT_NOW, Severity.CRITICAL, "p")
    assert advice.headline.startswith("Pause Android: press p, then y.")
    assert "2.41 % (241 of 10,002), proven over 0.5 %." in advice.detail
    assert "about 190 sessions over the target" in advice.detail


def test_a_platform_that_must_be_paused_comes_before_one_that_may_be_promoted() -> None:
    other = replace(ready(), plan=replace(ready().plan, platform=Platform.IOS, label="iOS"))
    advice = recommend([other, with_crashes(241, 10_002)], NOW)
    assert advice.platform is Platform.ANDROID
    assert advice.detail.endswith("Then iOS: promote iOS to Production 100 %: press n.")


def test_promotion_is_recommended_only_when_every_gate_holds() -> None:
    assert recommend([ready()], NOW).headline == "Promote Android to Production 100 %: press n."
    unsigned = android(states=(play("0.5", NOW - 49 * HOUR),))
    assert recommend([unsigned], NOW).urgency is Urgency.WAIT


def test_missing_data_asks_to_mend_the_source_and_never_to_promote() -> None:
    gone = {m: NoReading(m, Scope.RECENT, "4201", "Prometheus: HTTP 503", NOW, "p") for m in android_facts().recent}
    advice = recommend([android(recent=gone, phase=gone, signoffs=(SIGNED,))], NOW)
    assert (advice.urgency, advice.severity) == (Urgency.BLIND, Severity.UNKNOWN)
    assert advice.detail == "Prometheus: HTTP 503. No data is never a pass."
    assert advice.headline == "Nobody sees Android: no data. Press u to read again, or run rollout-tui doctor."
    assert advice.brief_headline == "Android has no data: press u, or run rollout-tui doctor."
    one = NoReading(CRASH.id, Scope.RECENT, "4201", "Prometheus: HTTP 503", NOW, "p")
    advice = recommend([android(recent={**android_facts().recent, CRASH.id: one})], NOW)
    assert advice.headline == (
        "Mend the source of Android's crash rate. Press u to read again, or run rollout-tui doctor."
    )


def test_what_a_source_lacks_is_told_without_its_expression_where_there_is_no_room_for_it() -> None:
    said = 'Prometheus has no series for build 4201: app_crashed_sessions_total{platform="android",build="4201"}'
    gone = {m: NoReading(m, Scope.RECENT, "4201", said, NOW, "p") for m in android_facts().recent}
    blind = android(recent=gone, phase=gone)
    other = replace(blind, plan=replace(blind.plan, platform=Platform.IOS, label="iOS"))
    advice = recommend([blind, other], NOW)
    assert advice.detail.startswith(f"{said}. No data is never a pass.")
    assert advice.brief_detail.startswith("Prometheus has no series for build 4201. Then iOS: has no data: press u")


def test_a_store_that_cannot_be_read_says_so_and_that_pausing_is_tried_all_the_same() -> None:
    advice = recommend([android(state_problem="403 insufficient permission", state_failing_since=NOW - 360)], NOW)
    assert "cannot be read for 6 min" in advice.headline
    assert "To pause all the same: press p, then y." in advice.headline


def test_a_stores_long_error_begins_as_a_sentence_and_is_told_without_its_quotation_where_there_is_no_room() -> None:
    said = "an agreement with Apple is missing or has expired (“This request requires an in-effect agreement that…”)"
    hint = "the account holder accepts it in App Store Connect"
    blind = android(state_problem=said, state_hint=hint, state_failing_since=NOW - 360)
    advice = recommend([blind], NOW)
    assert advice.detail.startswith(f"A{said[1:]}. Last known: RUNNING.")
    assert advice.brief_detail.startswith("An agreement with Apple is missing or has expired. Last known: RUNNING.")
    assert advice.brief_detail.endswith("The account holder accepts it in App Store Connect.")
    other = replace(blind, plan=replace(blind.plan, platform=Platform.IOS, label="iOS"))
    told = recommend([blind, other], NOW).brief_detail
    assert told.startswith("An agreement with Apple is missing or has expired. Then iOS: ")


def test_what_apple_says_of_a_rejection_ends_as_a_sentence_and_the_short_form_says_what_to_do() -> None:
    refused = replace(apple(PhaseKind.REVIEW, NOW, StateWord.REJECTED, "REJECTED"), notes=("guideline 2.1",))
    advice = recommend([ios(refused)], NOW)
    assert advice.detail == "No user is affected. Guideline 2.1."
    assert advice.brief_headline == "iOS is rejected: answer in App Store, or send a new build."


def test_a_store_that_just_fell_silent_is_told_without_a_time_and_with_what_mends_it_as_a_sentence() -> None:
    rollout = android(state_problem="it cannot be opened", state_failing_since=NOW)
    hinted = replace(rollout, store=replace(rollout.store, hint="check the path and its permissions"))
    advice = recommend([hinted], NOW)
    assert "it cannot be read. To pause all the same: press p" in advice.headline
    assert advice.detail.endswith("Check the path and its permissions.")


def test_a_store_that_tells_no_phase_is_read_again_and_its_note_says_why() -> None:
    waits = "the share waits for another process of this host: process 4711"
    listed = replace(play("0.5", NOW, StateWord.UNKNOWN, "PUBLISHED"), share=None, notes=(waits,))
    for states in ((), (play("0.5", NOW - HOUR),)):
        advice = recommend([android(state=listed, states=states)], NOW)
        assert advice.headline == "Read Google Play again for Android: it says PUBLISHED, which tells no phase."
        assert advice.detail.startswith("The share waits for another process of this host: process 4711.")
        assert (advice.urgency, advice.key) == (Urgency.BLIND, "u")


def test_an_unconfirmed_action_outranks_everything() -> None:
    lost = Outcome("x", Platform.ANDROID, ActionKind.PAUSE, Ending.UNCONFIRMED, "not confirmed after 180 s", NOW)
    advice = recommend([replace(with_crashes(241, 10_002), last_outcome=lost)], NOW)
    assert advice.headline.startswith("Check Android at Google Play by hand")


def test_pausing_is_possible_whatever_is_broken() -> None:
    blind = android(recent={}, phase={}, bugs={}, state=None, states=(), state_problem="HTTP 503")
    assert obstacles(ActionKind.PAUSE, blind, NOW) == ()
    paused = android(state=play("0.5", NOW, StateWord.PAUSED, "halted"))
    assert [obstacle.reason for obstacle in obstacles(ActionKind.PAUSE, paused, NOW)] == ["already paused"]


def test_promoting_names_every_gate_that_does_not_hold_with_what_settles_it() -> None:
    against = obstacles(ActionKind.PROMOTE, android(), NOW)
    assert [(o.reason, o.remedy) for o in against] == [
        ("48 h in this phase: 17 h left", "wait, over Thu 12 Mar 07:32 UTC"),
        (
            "Maintainer sign-off: none yet; mara or tom may give it",
            'ask for it: rollout-tui sign "maintainer" --platform android',
        ),
    ]
    assert obstacles(ActionKind.PROMOTE, ready(), NOW) == ()


def test_promoting_needs_a_store_that_answers_and_a_phase_that_is_left() -> None:
    unread = android(state_problem="HTTP 503", states=(play("0.5", NOW - 49 * HOUR),), signoffs=(SIGNED,))
    assert obstacles(ActionKind.PROMOTE, unread, NOW)[0].reason == "Google Play cannot be read: HTTP 503"
    last = android(state=play("1", NOW, StateWord.DONE, "completed"), states=(play("1", NOW - HOUR),))
    assert obstacles(ActionKind.PROMOTE, last, NOW)[0].reason == "this is the last phase"
    paused_state = play("0.5", NOW, StateWord.PAUSED, "halted")
    assert obstacles(ActionKind.PROMOTE, android(state=paused_state), NOW)[0].reason == "it is paused"


def test_resume_is_off_while_nothing_is_paused_and_everything_is_off_read_only() -> None:
    assert obstacles(ActionKind.RESUME, android(), NOW)[0].reason == "nothing is paused"
    for kind in ActionKind:
        assert obstacles(kind, ready(), NOW, "started by jkim")[0].reason == "read-only: started by jkim"


def test_an_approved_release_waits_to_be_released() -> None:
    waiting = ios(apple(PhaseKind.REVIEW, NOW, StateWord.WAITING, "PENDING_DEVELOPER_RELEASE"))
    assert recommend([waiting], NOW).headline == "iOS is approved, not released."


def test_changes_are_told_once_with_their_numbers_and_silence_is_told_by_its_source() -> None:
    before, after = android(), with_crashes(110, 9_410)
    told = [(event.text, event.level) for event in changes(before, after, NOW)]
    assert ("Crash rate WARNING: 1.17 % of 9,410 (alert > 1 %)", Severity.WARNING) in told
    assert (
        "Gate Crash-free ≥ 99.5 %: PASS to FAIL, crash rate proven over 0.5 %. 110 of 9,410",
        Severity.CRITICAL,
    ) in told
    assert changes(after, after, NOW) == ()
    assert changes(None, after, NOW) == ()


def test_a_lost_source_is_one_event_for_all_its_metrics() -> None:
    gone = {m: NoReading(m, Scope.RECENT, "4201", "Prometheus: HTTP 503", NOW, "p") for m in android_facts().recent}
    lost = [event.text for event in changes(android(), android(recent=gone, phase=gone), NOW)]
    assert lost == [
        "Crash rate, Connect failures, Connection time, Session duration: no data. Prometheus: HTTP 503",
    ]


def test_a_source_that_answers_again_is_one_event_and_the_first_answer_is_none() -> None:
    gone = {m: NoReading(m, Scope.RECENT, "4201", "Prometheus: HTTP 503", NOW, "p") for m in android_facts().recent}
    silent = android(recent=gone, phase=gone, last_good=android_facts().recent)
    assert [event.text for event in changes(silent, android(), NOW)] == [
        "Crash rate, Connect failures, Connection time, Session duration: data again",
    ]
    assert changes(android(recent={}, phase={}, last_good={}), android(), NOW) == ()


def test_an_alarm_that_the_first_answer_brings_is_told() -> None:
    told = [event.text for event in changes(android(recent={}, last_good={}), with_crashes(241, 10_002), NOW)]
    assert "Crash rate CRITICAL: 2.41 % of 10,002 (critical > 2 %)" in told


def test_a_pause_and_a_change_made_elsewhere_are_events_in_the_stores_words() -> None:
    after = android(
        state=play("0.2", NOW, StateWord.PAUSED, "halted"),
        changed_elsewhere="committed 20 %, this program asked for 50 %",
    )
    told = [event.text for event in changes(android(), after, NOW)]
    assert "Google Play: RUNNING (inProgress) to PAUSED (halted), committed 50 % to 20 %" in told
    assert "Changed elsewhere: committed 20 %, this program asked for 50 %" in told
