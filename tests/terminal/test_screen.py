"""The program in a real terminal against rehearsed stores: what is seen, what keys do, how it ends."""

from __future__ import annotations

import os
import re
import signal
import sys
import tomllib

import httpx
import pytest

from tests.rehearsal.serving import until
from tests.terminal.driver import PATIENCE, Program, confirm_pause, started, watch

pytestmark = pytest.mark.usefixtures("private_places")
METRICS = ("Crash rate", "Connect failures", "Connection time", "Session duration")
TEXTUAL_BEGINS, TEXTUAL_DREW = b"\x1b[?1004h", b"\x1b[?2026l"
"""Textual asks for news of the focus before it draws, and ends a frame with the end of a synchronised update."""
PHASES = ("Internal testing", "Closed testing", "Production")


# --- the rehearsal from end to end -------------------------------------------------------------------------------


def test_a_rehearsal_shows_both_platforms_and_pauses_android_at_its_store(tmp_path):
    with started("rehearse", TMPDIR=str(tmp_path)) as program:
        program.wait_for("REHEARSAL 60x", "ANDROID  build 4201", "iOS  build 87")
        screen = program.wait_for(*PHASES, *METRICS, "RUNNING", "PASS")
        assert all(screen.count(name) == 2 for name in METRICS)
        (folder,) = tmp_path.glob("rollout-rehearsal-*")
        config = tomllib.loads((folder / "config.toml").read_text())
        store = config["stores"]["play"]["base_url"]
        confirm_pause(program)
        program.wait_for("PAUSED", "undo 60 s: r y · Paused. Google Play shows it")
        tracks = httpx.get(f"{store}/_rehearsal/state", timeout=PATIENCE).json()["tracks"]
        assert {track["track"]: track["releases"][0]["status"] for track in tracks if track["releases"]} == {
            "production": "halted",
            "internal": "completed",
        }
        program.press("q")
        assert program.ended() == 0
        assert program.left_on() == []
        assert not folder.exists()


def test_a_rehearsal_passes_on_which_signal_ended_it(tmp_path):
    with started("rehearse", TMPDIR=str(tmp_path)) as program:
        program.wait_for("ANDROID  build 4201", "q Quit")
        (folder,) = tmp_path.glob("rollout-rehearsal-*")
        program.signal(signal.SIGINT)
        assert program.ended() == 130
        assert program.left_on() == []
        assert not folder.exists()


def test_a_rehearsal_that_is_killed_takes_its_services_along(tmp_path):
    with started("rehearse", TMPDIR=str(tmp_path)) as program:
        program.wait_for("ANDROID  build 4201")
        (folder,) = tmp_path.glob("rollout-rehearsal-*")
        program.signal(signal.SIGKILL)
        program.ended()
        until(lambda: not folder.exists(), "the end of the services")


# --- how it ends -------------------------------------------------------------------------------------------------


def test_without_the_mouse_nothing_asks_the_terminal_for_it(watched):
    with watch(watched, "--no-mouse") as program:
        program.wait_for("ANDROID  build 4201", "q Quit")
        program.wait_until(lambda: TEXTUAL_DREW in program.written, "Textual's first frame")
        assert not any(b"\x1b[?%dh" % mode in program.written for mode in (1000, 1002, 1003, 1006, 1015))


# --- the first frame -----------------------------------------------------------------------------------------------


def test_what_is_known_is_seen_at_once_and_never_goes_away_again(watched):
    with watch(watched) as program:
        program.wait_for("NEXT", "ANDROID  build 4201", "q Quit")
        program.wait_until(lambda: TEXTUAL_BEGINS in program.written, "Textual")
        program.wait_until(lambda: TEXTUAL_DREW in program.written, "Textual's first frame")
        frame, _, rest = bytes(program.written).partition(TEXTUAL_BEGINS)
        assert b"NEXT" in frame, "it is older than Textual's first word"
        assert b"Quit" in frame
        assert program.written.count(b"\x1b[?1049h") == 1, "nothing clears it"
        assert len(rest.partition(TEXTUAL_DREW)[0]) < 6_000, "what stands there is not written again"


def test_a_key_that_is_pressed_on_the_first_frame_is_answered_and_not_echoed(watched):
    with watch(watched) as program:
        program.wait_for("q Quit")
        program.press("?")
        program.wait_for("Pause the focused platform")
        assert TEXTUAL_BEGINS in program.written


def test_256_colours_16_and_none_have_their_first_frame_too(watched):
    for environment in ({"COLORTERM": ""}, {"TERM": "xterm", "COLORTERM": ""}, {"NO_COLOR": "1"}):
        with watch(watched, **environment) as program:
            program.wait_for("NEXT", "q Quit")
            program.wait_until(lambda: TEXTUAL_BEGINS in program.written, "Textual")
            assert b"NEXT" in bytes(program.written).partition(TEXTUAL_BEGINS)[0]
            # Off keys are bright black: on a ground of bright black nobody would see them.
            assert not re.search(rb"\x1b\[[0-9;]*\b100m", bytes(program.written))
            program.press("q")
            assert program.ended() == 0
            assert program.left_on() == []


# --- sizes -------------------------------------------------------------------------------------------------------


def test_a_small_window_says_what_it_needs_and_pauses_all_the_same(rehearsal):
    with watch(rehearsal, columns=50, rows=12) as program:
        program.wait_for("This window is 50x12.", "Pause works at any size.", "ANDROID", "RUNNING 50 %")
        confirm_pause(program)
        program.wait_for("This window is 50x12.", "PAUSED")
        assert rehearsal.play()[0] == "halted"
        # While the store is still read back, q asks first.
        program.press_until("q", lambda: program.process.poll() is not None, "end of the program")
        assert program.ended() == 0


def test_another_size_is_drawn_anew(watched):
    with watch(watched) as program:
        program.wait_for("ANDROID  build 4201", "iOS  build 87")
        program.resize(80, 24)
        screen = program.wait_for("Crash rate", "q Quit", gone="iOS  build 87")
        assert screen.count("Crash rate") == 1
        program.resize(50, 12)
        program.wait_for("This window is 50x12.", gone="Crash rate")
        program.resize(120, 40)
        assert program.wait_for(*METRICS, "iOS  build 87").count("Crash rate") == 2


# --- keys --------------------------------------------------------------------------------------------------------


def test_escape_takes_a_pause_back_and_nothing_is_sent(watched):
    with watch(watched) as program:
        program.wait_for("RUNNING", "q Quit")
        program.press("p")
        program.wait_for("PAUSE ANDROID")
        program.press_until("\x1b", lambda: "PAUSE ANDROID" not in program.text, "end of the dialog")
        assert [call for call in watched.log("google_play") if call["path"].endswith(":commit")] == []


def test_tab_moves_to_the_other_platform_and_question_mark_explains_the_keys(watched):
    with watch(watched) as program:
        program.wait_for("RUNNING", "▌ANDROID")
        program.press("\t")
        program.wait_for("▌iOS", gone="▌ANDROID")
        program.press("p")
        program.wait_for("the phased release of 4.2.0 (87) becomes PAUSED.")
        program.press_until("\x1b", lambda: "becomes PAUSED" not in program.text, "end of the dialog")
        program.press("?")
        program.wait_for("Pause the focused platform", "Read stores and sources again now")


def test_read_only_says_why_nothing_can_be_changed(watched):
    with watch(watched, "--read-only") as program:
        program.wait_for("READ-ONLY", "RUNNING")
        program.press("p")
        program.wait_for("PAUSE ANDROID: READ-ONLY", "started with --read-only", "start again without it")
        program.press("y")
        program.press_until("\x1b", lambda: "PAUSE ANDROID" not in program.text, "end of the dialog")
        assert [call for call in watched.log("google_play") if call["path"].endswith(":commit")] == []


# --- when things fail --------------------------------------------------------------------------------------------


def test_services_that_are_gone_are_shown_in_words_and_the_screen_lives_on(rehearsal):
    with watch(rehearsal) as program:
        program.wait_for("RUNNING", "PASS", gone="UNKNOWN")
        rehearsal.process.kill()
        rehearsal.process.wait(PATIENCE)
        # Stores and sources notice it at their own polls: in the end nothing is OK any more.
        program.wait_for("UNKNOWN", "NO DATA", gone="● OK")
        program.wait_for("cannot be reached")
        program.press("?")
        program.wait_for("Pause the focused platform")
        program.press_until("\x1b", lambda: "Pause the focused platform" not in program.text, "end of the help")
        program.press("q")
        assert program.ended() == 0
        assert program.left_on() == []


def test_what_somebody_else_changes_at_the_store_is_seen(rehearsal):
    with watch(rehearsal) as program:
        program.wait_for("RUNNING", "PASS")
        rehearsal.post("google_play", "/_rehearsal/console", {"build": "4201", "status": "halted", "fraction": 0.5})
        program.press("u")
        program.wait_for("PAUSED", "halted")


# --- terminals that cannot show it -------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["watch", "rehearse"])
def test_a_dumb_terminal_is_refused_with_what_works_there(watched, verb):
    arguments = ["watch", "--config", str(watched.config)] if verb == "watch" else ["rehearse"]
    with started(*arguments, TERM="dumb") as program:
        assert program.ended() == 4
        assert "rollout-tui status --watch" in program.text.replace("\n", "")
        assert b"\x1b" not in program.written


def test_actions_ask_on_a_terminal_and_take_no_for_an_answer(rehearsal):
    command = ["pause", "android", "--config", str(rehearsal.config)]
    with started(*command) as program:
        program.wait_for("Do it? [y/N]")
        program.press("n\r")
        assert program.ended() == 1
        assert "Nothing was changed." in program.text
    assert rehearsal.play()[0] == "inProgress"
    with started(*command) as program:
        program.wait_for("Do it? [y/N]")
        program.press("y\r")
        assert program.ended() == 0
    assert rehearsal.play()[0] == "halted"


def test_status_watch_goes_on_with_plain_lines(rehearsal):
    with started("status", "--watch", "--config", str(rehearsal.config), columns=200, TERM="dumb") as program:
        program.wait_until(lambda: b"RUNNING android" in program.written, "first look")
        rehearsal.post("github", "/_rehearsal/issues", {"title": "It crashes", "labels": ["critical", "4.2.0"]})
        program.wait_until(lambda: b"FAIL android gate No new critical bugs" in program.written, "line of the change")
        program.press("\x03")
        assert program.ended() == 130
        assert b"\x1b" not in program.written


def test_the_driver_notices_a_terminal_that_was_left_changed():
    code = "import sys; sys.stdout.write('\\x1b[?1049h\\x1b[?25l'); sys.stdout.flush()"
    program = Program([sys.executable, "-c", code], 80, 24, os.environ)
    try:
        assert program.ended() == 0
        assert program.left_on() == ["the alternate screen", "the hidden cursor"]
    finally:
        program.close()
