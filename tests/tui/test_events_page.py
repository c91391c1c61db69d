"""The page of events, and what every page does: share the head, keep pausing two keys away, give the screen back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.severity import Severity
from rollout_tui.history.chain import Link, Sought
from rollout_tui.tui.screens.confirm import ConfirmDialog
from rollout_tui.tui.screens.events import EventsPage
from rollout_tui.tui.screens.main import MainScreen
from rollout_tui.tui.screens.travel import TravelPage
from rollout_tui.tui.view.event_origin import origin
from tests.tui.fake_desk import FakeDesk
from tests.tui.hand import at_the_keyboard
from tests.tui.samples import EVENTS, snapshot
from tests.unit.domain.builders import HOUR, NOW

SIZES = [(200, 60), (120, 40), (100, 30), (80, 24), (60, 16), (40, 10)]
OLD = tuple(
    Event(NOW - (3 + n) * HOUR, EventKind.STATE, f"Old event {n}", Platform.IOS, who="mara" if n % 2 else "")
    for n in range(450)
)


@pytest.mark.parametrize("size", SIZES)
async def test_every_row_is_as_wide_as_the_screen_and_the_footer_is_last(size: tuple[int, int]) -> None:
    async with at_the_keyboard(FakeDesk(snapshot()), size=size) as hand:
        await hand.press("e")
        rows = hand.front()
        assert isinstance(hand.app.screen, EventsPage)
        assert {len(row) for row in rows} == {size[0]}
        assert len(rows) == size[1]
        assert "Pause" in rows[-1]


async def test_events_stand_below_their_days_newest_first_with_who_did_it() -> None:
    signed = Event(NOW - 30 * HOUR, EventKind.SIGNOFF, "Signed: feedback", Platform.IOS, Severity.OK, who="mara")
    async with at_the_keyboard(FakeDesk(snapshot(events=(*EVENTS, signed)))) as hand:
        await hand.press("e")
        text = "\n".join(hand.front())
        assert "both platforms · all kinds · 4 of 4" in text
        assert text.index("Connect failures left the target") < text.index("Observed share") < text.index("Signed")
        assert any("mara" in row and "signoff" in row for row in hand.front())
        assert "Wed 11 Mar 2026" in text
        assert "Tue 10 Mar 2026" in text


async def test_new_events_are_followed_at_the_top_and_counted_when_scrolled_away() -> None:
    desk = FakeDesk(snapshot())
    async with at_the_keyboard(desk) as hand:
        await hand.press("e", "down")
        chosen = [row for row in hand.front() if row.startswith("▌")]
        fresh = tuple(Event(NOW + n, EventKind.STATE, f"Fresh {n}", Platform.ANDROID) for n in (2, 1))
        desk.publish(replace(desk.snapshot, events=(*fresh, *EVENTS)))
        await hand.pilot.pause()
        text = "\n".join(hand.front())
        assert "2 new, press home" in text
        assert "Fresh" not in text
        assert [row for row in hand.front() if row.startswith("▌")] == chosen
        await hand.press("home")
        text = "\n".join(hand.front())
        assert "new, press home" not in text
        assert "Fresh 2" in text


async def test_a_filter_is_typed_and_its_letters_act_on_nothing() -> None:
    desk = FakeDesk(snapshot())
    async with at_the_keyboard(desk) as hand:
        await hand.press("e", "slash", *"gap")
        assert isinstance(hand.app.screen, EventsPage)
        assert "no event is like that" in "\n".join(hand.front())
        await hand.press("escape", "slash", *"gate", "enter")
        listed = [row for row in hand.front()[4:34] if ":" in row]
        assert len([row for row in listed if "Gate Connect fail" in row]) == 1
        assert not [row for row in listed if "Observed share" in row]
        await hand.press("c")
        assert "· state ·" in hand.front()[3]
        assert desk.performed == []


async def test_one_platform_is_shown_with_what_concerns_both() -> None:
    both = Event(NOW - 5, EventKind.SOURCE, "Sentry answers again")
    async with at_the_keyboard(FakeDesk(snapshot(events=(both, *EVENTS)))) as hand:
        await hand.press("e", "2")
        text = "\n".join(hand.front()[4:34])
        assert "Sentry answers again" in text
        assert "Gate Connect fail" in text
        assert "Observed share" not in text


async def test_the_end_of_the_list_reads_on_into_history() -> None:
    desk = FakeDesk(snapshot())
    desk.past.stored = OLD
    async with at_the_keyboard(desk) as hand:
        await hand.press("e", "end")
        await hand.pilot.pause()
        assert "of 203" in hand.front()[3]
        for _ in range(4):
            await hand.press("end")
            await hand.pilot.pause()
        assert "of 453" in hand.front()[3]
        assert "Old event 449" in "\n".join(hand.front())


async def test_p_pauses_from_a_page_and_the_page_is_behind_the_dialog() -> None:
    desk = FakeDesk(snapshot())
    async with at_the_keyboard(desk) as hand:
        await hand.press("e", "p")
        assert isinstance(hand.app.screen, ConfirmDialog)
        await hand.press("y")
        assert [proposal.platform for proposal in desk.performed] == [Platform.ANDROID]
        assert isinstance(hand.app.screen, EventsPage)
        await hand.press("escape")
        assert isinstance(hand.app.screen, MainScreen)


async def test_its_own_key_closes_a_page_again_and_help_works_on_it() -> None:
    async with at_the_keyboard(FakeDesk(snapshot())) as hand:
        await hand.press("e", "question_mark")
        assert "HELP" in hand.screen()
        await hand.press("escape", "e")
        assert isinstance(hand.app.screen, MainScreen)


async def test_t_travels_to_the_moment_of_the_chosen_event_and_esc_returns() -> None:
    desk = FakeDesk(snapshot())
    async with at_the_keyboard(desk) as hand:
        await hand.press("e", "down", "t")
        assert isinstance(hand.app.screen, TravelPage)
        await hand.until(lambda: desk.travels.asked[-1:] == [EVENTS[1].at], "that moment")
        await hand.press("escape")
        assert isinstance(hand.app.screen, MainScreen)


async def test_x_writes_what_is_listed_as_json_lines_into_a_new_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with at_the_keyboard(FakeDesk(snapshot())) as hand:
        await hand.press("e", "2", "x")
        (written,) = tmp_path.glob("events-acme-connect-*.jsonl")
        (line,) = written.read_text(encoding="utf-8").splitlines()
        assert json.loads(line)["text"] == EVENTS[2].text
        await hand.press("x")
        assert "not written, File exists" in hand.front()[-1]


async def test_x_on_an_empty_list_writes_no_file_and_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with at_the_keyboard(FakeDesk(snapshot())) as hand:
        await hand.press("e", "slash", *"zzz", "enter", "x")
        assert "nothing to write: no event is listed" in hand.front()[-1]
        assert list(tmp_path.iterdir()) == []


async def test_one_page_gives_way_to_another_and_esc_leaves_both() -> None:
    async with at_the_keyboard(FakeDesk(snapshot())) as hand:
        await hand.press("e", "i", "b")
        assert len(hand.app.screen_stack) == 3
        await hand.press("escape")
        assert isinstance(hand.app.screen, MainScreen)


async def test_hostile_words_of_an_event_are_plain_text() -> None:
    bad = Event(NOW - 5, EventKind.SOURCE, "[red]\x1b[31m\u202eevil\u200b " + "漢" * 300, who="\x1bmara")
    async with at_the_keyboard(FakeDesk(snapshot(events=(bad,))), size=(80, 24)) as hand:
        await hand.press("e")
        rows = hand.front()
        assert {len(row) for row in rows} == {80}
        assert not any("\x1b" in row or "\u202e" in row for row in rows)
        assert any("[red]" in row for row in rows)


async def origin_of(event: Event, desk: FakeDesk) -> str:
    desk.publish(replace(desk.snapshot, events=(event,)))
    async with at_the_keyboard(desk) as hand:
        await hand.press("e")
        rows = await hand.settled()
        start = next(n for n, row in enumerate(rows) if row.startswith(" from "))
        return " ".join(" ".join(rows[start : start + 2]).split())


async def test_what_somebody_did_names_its_line_of_the_audit_log() -> None:
    desk = FakeDesk(snapshot())
    event = Event(NOW, EventKind.ACTION, "Pause by jkim@rel-01: halted.", Platform.ANDROID, who="jkim")
    desk.past.links = {event: Link(14, "ab12" * 16)}
    told = await origin_of(event, desk)
    assert "from audit log, line 14, hash ab12ab12ab12ab12; rollout-tui audit verify checks the chain" in told
    assert "the audit log cannot be read" in await origin_of(replace(event, at=NOW - 9), desk)


async def test_a_line_of_the_audit_log_that_comes_late_is_found_with_the_next_answer() -> None:
    event = Event(NOW, EventKind.ACTION, "Pause by jkim@rel-01: halted.", Platform.ANDROID, who="jkim")
    desk = FakeDesk(snapshot(events=(event,)))
    desk.past.why_not = "the audit log has no line of that moment"
    async with at_the_keyboard(desk) as hand:
        await hand.press("e")
        assert "has no line of that moment" in "\n".join(await hand.settled())
        desk.past.links = {event: Link(14, "ab12" * 16)}
        desk.publish(replace(desk.snapshot, at=NOW + 5))
        assert "audit log, line 14, hash ab12" in "\n".join(await hand.settled())


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [
        (
            EventKind.SEVERITY,
            "Crash rate CRITICAL: 2.41 %",
            "a reading held against the plan's lines; Crash rate is read from Prometheus now; no person did it",
        ),
        (
            EventKind.SEVERITY,
            "Something else WARNING",
            "a reading held against the plan's lines; no person did it, so the audit log has no line of it",
        ),
        (
            EventKind.VERDICT,
            "Gate Crash-free ≥ 99.5 %: FAIL",
            "the gate's rule on all that was counted by then; Crash rate is read from Prometheus now",
        ),
        (
            EventKind.SOURCE,
            "Crash rate, Connect failures: no data. Prometheus: HTTP 503",
            "this program, when it asked Prometheus; no person did it, so the audit log has no line of it",
        ),
        (
            EventKind.SOURCE,
            "Google Play cannot be read: HTTP 503",
            "this program, when it asked Google Play; no person",
        ),
        (EventKind.SOURCE, "Something else: data again", "this program, when it asked the source that is named"),
        (
            EventKind.ELSEWHERE,
            "Changed elsewhere: 60 %",
            "what Google Play answered; somebody did it outside this program: the store's console may say who",
        ),
        (
            EventKind.STATE,
            "Google Play: RUNNING to PAUSED",
            "what Google Play answered; where an action of this program led to it, that is an event of its own",
        ),
        (EventKind.STEP, "Note: told", "a note or tick of the runbook, kept in the history and not in the audit log"),
        (EventKind.PROGRAM, "guard began", "this program about itself"),
    ],
)
async def test_what_the_audit_log_does_not_have_says_what_it_rests_on(kind: EventKind, text: str, told: str) -> None:
    assert told in await origin_of(Event(NOW, kind, text, Platform.ANDROID), FakeDesk(snapshot()))


def test_every_kind_of_event_has_an_origin() -> None:
    for kind in EventKind:
        for platform in (None, Platform.IOS):
            assert origin(Event(NOW, kind, "x", platform), snapshot(), Sought(None, "not found"))


async def test_a_long_text_is_read_whole_below_the_list() -> None:
    way = "By hand: Play Console: Production > Manage rollout > Halt rollout."
    event = Event(NOW, EventKind.ACTION, f"Not paused, refused. {'Google Play cannot be reached. ' * 3}{way}")
    async with at_the_keyboard(FakeDesk(snapshot(events=(event,))), size=(80, 24)) as hand:
        await hand.press("e")
        rows = await hand.settled()
        start = next(n for n, row in enumerate(rows) if row.startswith(" what    "))
        assert way in " ".join(" ".join(rows[start : start + 4]).split())
