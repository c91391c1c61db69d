"""How the program ends in a real terminal, or stops: by keys, by signals, with its line, with a pause on its way."""

from __future__ import annotations

import shlex
import signal

import pytest

from tests.terminal.driver import PROGRAM, Program, confirm_pause, started, watch

pytestmark = pytest.mark.usefixtures("private_places")
TEXTUAL_DREW = b"\x1b[?2026l"
ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
OF_THE_SHELL = {"the line settings", "bracketed paste"}
"""What bash turns on itself while it reads a line."""
FAULTS = ("google_play", "/_rehearsal/faults")
SLOW = {"path": ":commit", "status": 0, "delay": 60.0, "times": 1}
"""Google Play carries out the next change after a minute, or once that is cured, and its answer is lost."""


@pytest.mark.parametrize("key", ["q", "\x03"], ids=["q", "ctrl+c"])
def test_q_and_ctrl_c_end_it_and_leave_the_terminal_as_it_was(watched, key):
    with watch(watched) as program:
        program.wait_for("ANDROID  build 4201", "q Quit")
        program.press(key)
        assert program.ended() == 0
        assert program.left_on() == []


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_ends_it_with_its_exit_code_and_leaves_the_terminal_as_it_was(watched, number):
    with watch(watched) as program:
        program.wait_for("ANDROID  build 4201", "q Quit")
        program.signal(number)
        assert program.ended() == 128 + number
        assert program.left_on() == []


def test_suspended_it_gives_the_terminal_back_and_paints_anew_when_it_goes_on(watched):
    with watch(watched) as program:
        program.wait_for("ANDROID  build 4201", "q Quit")
        program.wait_until(lambda: TEXTUAL_DREW in program.written, "Textual's first frame")
        program.signal(signal.SIGTSTP)
        program.wait_until(program.is_stopped, "its stop")
        program.wait_until(lambda: program.left_on() == [], "terminal as it was")
        before = len(program.written)
        program.signal(signal.SIGCONT)
        program.wait_until(lambda: b"NEXT" in program.written[before:], "whole picture")
        program.press("q")
        assert program.ended() == 0
        assert program.left_on() == []


def test_ctrl_z_waits_for_a_pause_then_goes_to_the_shell_and_fg_comes_back(rehearsal):
    with started("--norc", "--noprofile", "-i", command=("bash",), PS1="here> ") as shell:
        shell.press(shlex.join([*PROGRAM, "watch", "--config", str(rehearsal.config)]) + "\n")
        shell.wait_for("ANDROID  build 4201", "RUNNING", "q Quit")
        shell.wait_until(lambda: TEXTUAL_DREW in shell.written, "Textual's first frame")
        rehearsal.post(*FAULTS, SLOW)
        confirm_pause(shell)
        shell.press("\x1a")
        shell.wait_for("pause android is under way; ctrl+z once the store shows it")
        rehearsal.post(*FAULTS, {})
        shell.wait_for("PAUSED", "undo 60 s")
        assert rehearsal.play()[0] == "halted"
        before = len(shell.written)
        shell.press("\x1a")
        shell.wait_until(lambda: b"Stopped" in shell.written[before:], "word of the shell")
        assert set(shell.left_on()) <= OF_THE_SHELL
        before = len(shell.written)
        shell.press("fg\n")
        shell.wait_until(lambda: b"NEXT" in shell.written[before:], "whole picture")
        shell.wait_for("PAUSED", "halted")
        shell.press("?")
        shell.wait_for("HELP: MAIN SCREEN")
        before = len(shell.written)
        shell.press("\x1a")
        shell.wait_until(lambda: b"Stopped" in shell.written[before:], "word of the shell, over a dialog too")
        before = len(shell.written)
        shell.press("fg\n")
        shell.wait_until(lambda: b"HELP: MAIN SCREEN" in shell.written[before:], "the same dialog")
        before = len(shell.written)
        shell.press("?q")
        shell.wait_until(lambda: b"here> " in shell.written[before:], "the shell again")
        shell.press("echo code=$?\n")
        shell.wait_until(lambda: b"code=0" in shell.written[before:], "end of the program")
        assert set(shell.left_on()) <= OF_THE_SHELL


def test_ctrl_z_where_no_shell_waits_says_so_and_stops_nothing(watched):
    with watch(watched) as program:
        program.wait_for("ANDROID  build 4201", "q Quit")
        program.press("\x1a")
        program.wait_for("no shell waits behind this screen")
        assert not program.is_stopped()


def by_ctrl_c(program: Program) -> None:
    program.press("\x03")
    program.press("\x1a")


@pytest.mark.parametrize(
    "impatient",
    [by_ctrl_c, lambda program: program.signal(signal.SIGTERM), Program.hang_up],
    ids=["ctrl+c, ctrl+z", "SIGTERM", "the window is closed"],
)
def test_a_pause_that_was_promised_on_leaving_goes_out_whoever_is_impatient(rehearsal, impatient):
    with watch(rehearsal) as program:
        program.wait_for("ANDROID  build 4201", "RUNNING", "q Quit")
        rehearsal.post(*FAULTS, SLOW)
        confirm_pause(program)
        program.press("q")
        program.wait_for("Pause android: it still goes out.")
        told = b"the pause of android goes out first, which takes at most 10 s"
        program.press_until("q", lambda: told in program.written, "line in the terminal as it was")
        assert program.left_on() == []
        impatient(program)
        program.settle()
        rehearsal.post(*FAULTS, {})
        assert program.ended() == 0
    assert rehearsal.play()[0] == "halted"


def test_a_terminal_that_is_closed_ends_it(watched):
    with watch(watched) as program:
        program.wait_for("ANDROID  build 4201", "q Quit")
        program.hang_up()
        assert program.ended() == 128 + signal.SIGHUP


def test_a_terminal_that_is_closed_without_a_signal_ends_it_too(watched):
    with started("watch", "--config", str(watched.config), controls=False) as program:
        program.wait_for("ANDROID  build 4201", "q Quit")
        program.hang_up()
        assert program.ended() == 128 + signal.SIGHUP


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_on_the_first_frame_gives_the_terminal_back(watched, number):
    with watch(watched) as program:
        program.wait_for("NEXT")
        program.signal(number)
        assert program.ended() == 128 + number
        assert program.left_on() == []
