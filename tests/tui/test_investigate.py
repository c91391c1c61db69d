"""What is wrong with a build, on screen: worst groups first, who did not answer, words of people as plain text."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from rollout_tui.domain.investigation import Feedback, FeedbackKind, Inquired, Investigation, TroubleGroup, TroubleKind
from rollout_tui.domain.plan import BugScope
from rollout_tui.domain.verdicts import Bug, BugCount
from rollout_tui.tui.app import RolloutApp
from rollout_tui.tui.screens.confirm import ConfirmDialog
from rollout_tui.tui.screens.investigate import InvestigatePage
from tests.tui.fake_desk import FakeDesk
from tests.tui.hand import Hand, at_the_keyboard
from tests.tui.samples import android, incident, ios, snapshot
from tests.unit.domain.builders import HOUR, NOW

RECONNECT = TroubleGroup(
    "g1",
    TroubleKind.CRASH,
    "SIGSEGV",
    "ReconnectTimer.fire",
    reports=328,
    users=301,
    first_build="4201",
    new=True,
    first_seen=NOW - HOUR,
    link="https://sentry.example/g1\nrm -rf ~\n",
    log="event/1",
)
TUNNEL = TroubleGroup("g2", TroubleKind.CRASH, "IllegalState", "TunnelService.onStart", 23, None, "4100", new=False)
BACK = TroubleGroup("v1", TroubleKind.ANR, "Input timed out", "MainActivity", reports=49, regressed=True)
WORDS = Feedback("f1", FeedbackKind.SCREENSHOT, NOW - 60, "Dies every time I unlock the phone", "Pixel 9", "Android 15")
SENTRY = Inquired("sentry", "Sentry", Investigation("sentry", "4201", NOW - 55, (RECONNECT, TUNNEL), (WORDS,)))
VITALS = Inquired("vitals", "Android vitals", Investigation("vitals", "4201", NOW - 3600, (BACK,), note="a day late"))
SILENT = Inquired("app_store", "App Store", problem="HTTP 503")


def desk_with(*answers: Inquired) -> FakeDesk:
    desk = FakeDesk(incident())
    desk.inquiry.answers = list(answers)
    return desk


async def opened(hand: Hand, *keys: str) -> Sequence[str]:
    await hand.press("i", *keys)
    return await hand.settled()


@pytest.mark.parametrize("size", [(200, 60), (120, 40), (100, 30), (80, 24), (60, 16), (40, 10)])
async def test_every_row_is_as_wide_as_the_screen(size: tuple[int, int]) -> None:
    async with at_the_keyboard(desk_with(SENTRY, VITALS, SILENT), size=size) as hand:
        rows = await opened(hand)
        assert {len(row) for row in rows} == {size[0]}
        assert len(rows) == size[1]


async def test_groups_of_all_sources_stand_worst_first_with_share_users_and_since_when() -> None:
    desk = desk_with(SENTRY, VITALS)
    async with at_the_keyboard(desk) as hand:
        rows = await opened(hand)
        assert "1 Crash groups 3   2 Feedback 1   3 Open bugs 1" in rows[3]
        first, second, third = rows[5:8]
        assert first.split() == ["▌", "82", "%", "328", "301", "new", "ReconnectTimer.fire", "SIGSEGV"]
        assert second.split()[:5] == ["12", "%", "49", "?", "back"]
        assert third.split()[:4] == ["5", "%", "23", "?"]
        text = "\n".join(rows)
        assert "New: the build before did not have it." in text
        assert "Link: https://sentry.example/g1" in text
        assert "Android vitals: a day late" in text
        assert desk.inquiry.asked == [("android", NOW - 66 * HOUR)]


async def test_who_does_not_answer_is_told_and_the_others_are_read() -> None:
    async with at_the_keyboard(desk_with(SILENT, SENTRY)) as hand:
        text = "\n".join(await opened(hand))
        assert "? App Store: HTTP 503" in text
        assert "ReconnectTimer.fire" in text


async def test_what_an_answer_left_off_is_told_with_what_must_be_known_of_it() -> None:
    answer = Investigation("vitals", "4201", NOW - 3600, (BACK,), more_groups=1_210, more_feedback=3, note="a day late")
    async with at_the_keyboard(desk_with(replace(VITALS, answer=answer))) as hand:
        text = "\n".join(await opened(hand))
        assert "Android vitals: 1,210 more groups not listed. 3 more feedback not listed. a day late" in text


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ((), "no source of this rollout tells crash groups or feedback"),
        ((SILENT,), "nothing could be asked"),
        ((replace(SENTRY, answer=Investigation("sentry", "4201", NOW)),), "nothing was reported for this build"),
    ],
)
async def test_an_empty_list_says_why(answers: tuple[Inquired, ...], told: str) -> None:
    async with at_the_keyboard(desk_with(*answers)) as hand:
        assert told in "\n".join(await opened(hand))


async def test_words_of_people_and_open_bugs_have_lists_of_their_own() -> None:
    bug = BugCount(1, NOW - 240, "GitHub", (Bug("#2214", "Crash on reconnect", "https://github.example/2214"),))
    desk = FakeDesk(snapshot(android(bugs={BugScope.ANY: bug, BugScope.NEW: bug}), ios()))
    desk.inquiry.answers = [SENTRY]
    async with at_the_keyboard(desk) as hand:
        rows = await opened(hand, "2")
        assert "“Dies every time I unlock the phone” (Pixel 9)" in rows[5]
        await hand.press("3")
        rows = await hand.settled()
        assert "#2214" in rows[5]
        assert "Crash on reconnect" in rows[5]
        assert "Link: https://github.example/2214" in "\n".join(rows)


async def test_enter_fetches_the_whole_text_and_y_copies_the_link(monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    monkeypatch.setattr(RolloutApp, "copy_to_clipboard", lambda _, text: copied.append(text))
    desk = desk_with(SENTRY)
    desk.inquiry.texts["sentry", "event/1"] = "#0 libconnect.so  ReconnectTimer::fire\n#1 \x1b[31mlibc.so\x1b[0m"
    async with at_the_keyboard(desk) as hand:
        await opened(hand, "enter")
        text = "\n".join(await hand.settled())
        assert "#0 libconnect.so ReconnectTimer::fire" in text
        assert "\x1b" not in text
        await hand.press("y")
        assert copied == ["https://sentry.example/g1"], "and no line behind it, which a shell would run"
        await hand.press("down", "y")
        assert copied == ["https://sentry.example/g1"]
        assert "there is no link to copy" in (await hand.settled())[-1]


async def test_the_other_platform_is_told_beside_and_asked_with_tab() -> None:
    desk = desk_with(SENTRY)
    async with at_the_keyboard(desk) as hand:
        text = "\n".join(await opened(hand))
        assert "IS IT ON iOS TOO?" in text
        assert "Sentry: HTTP 503" in text
        await hand.press("tab")
        assert "IS IT ON Android TOO?" in "\n".join(await hand.settled())
        assert [platform for platform, _ in desk.inquiry.asked] == ["android", "ios"]


async def test_a_text_that_comes_late_is_not_shown_under_the_other_platform() -> None:
    desk = desk_with(SENTRY)
    come = asyncio.Event()

    async def late(*_: object) -> str:
        await come.wait()
        return "#0 ReconnectTimer::fire"

    desk.inquiry.log = late  # type: ignore[method-assign]
    async with at_the_keyboard(desk) as hand:
        await opened(hand, "enter", "tab")
        come.set()
        assert "ReconnectTimer::fire" not in "\n".join(await hand.settled())


async def test_pausing_is_two_keys_away_from_here() -> None:
    desk = desk_with(SENTRY)
    async with at_the_keyboard(desk) as hand:
        await opened(hand, "p")
        assert isinstance(hand.app.screen, ConfirmDialog)
        await hand.press("y")
        assert len(desk.performed) == 1
        assert isinstance(hand.app.screen, InvestigatePage)


async def test_hostile_words_are_plain_text() -> None:
    bad = replace(WORDS, text="[red]\x1b[31m\u202eevil\u200b " + "漢" * 300, device="\x07bell")
    group = replace(RECONNECT, title="[b]\x1b]0;owned\x07" + "x" * 10_000, location="\u202eabc")
    sentry = replace(SENTRY, answer=Investigation("sentry", "4201", NOW, (group,), (bad,)))
    async with at_the_keyboard(desk_with(sentry, replace(SILENT, problem="\x1b[2Jgone")), size=(80, 24)) as hand:
        for keys in ((), ("2",)):
            rows = await opened(hand, *keys) if not keys else (await hand.press(*keys), await hand.settled())[1]
            assert {len(row) for row in rows} == {80}
            assert not any(bad in row for row in rows for bad in ("\x1b", "\x07", "\u202e"))
