"""Manners on pages and dialogs: storms of resizes, a frozen view, the end in whatever place it comes."""

from __future__ import annotations

import random
import re
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.rehearsal.serving import Served, served
from tests.terminal.driver import PATIENCE, Program, started

pytestmark = pytest.mark.usefixtures("private_places")
PAST, HELP = "Go to time", "Pause the focused platform"
DREW = b"\x1b[?2026l"


@pytest.fixture(scope="module")
def watched(tmp_path_factory) -> Iterator[Served]:
    """Services for all tests here: one alone changes them, at their console."""
    with served(tmp_path_factory.mktemp("rehearsal"), "ios-phased", 60.0, "--history", "60") as serving:
        yield serving


@pytest.fixture
def program(watched) -> Iterator[Program]:
    """The main screen at 120x40."""
    with started("watch", "--config", str(watched.config)) as running:
        running.wait_for("ANDROID  build 4201", "q Quit")
        running.wait_until(lambda: DREW in running.written, "Textual's first frame")
        yield running


def storm(program: Program) -> None:
    """A hundred sizes without a breath, then the one that it had."""
    sizes = random.Random(7)
    for _ in range(99):
        program.resize(sizes.randint(1, 300), sizes.randint(1, 100))
    program.resize(120, 40)


def test_after_storms_of_resizes_main_and_travel_are_whole_again_and_sigterm_ends_it_on_the_page(program):
    for _ in range(3):
        storm(program)
        program.wait_for("ANDROID  build 4201", "Crash rate", "EVENTS", "q Quit")
    program.press("t")
    program.wait_for(PAST, "Crash rate")
    for _ in range(3):
        storm(program)
        program.wait_for(PAST, "Crash rate", "PAST ")
    program.signal(signal.SIGTERM)
    assert program.ended() == 143
    assert program.left_on() == []


def test_after_storms_of_resizes_a_dialog_is_whole_again_and_sigterm_ends_it_there(program):
    program.press("?")
    program.wait_for(HELP)
    for _ in range(3):
        storm(program)
        program.wait_for(HELP, "acme-connect 4.2.0")
    program.signal(signal.SIGTERM)
    assert program.ended() == 143
    assert program.left_on() == []


def test_the_fleet_and_back_as_often_as_one_likes_and_the_picture_still_moves(program):
    for _ in range(2):
        program.press("f")
        program.wait_for("store says", "crash 6 h", gone="METRICS")
        program.press("\x1b")
        program.wait_for("METRICS", "EVENTS", gone="store says   phase")
    clock = re.search(r"\d\d:\d\d:\d\d UTC", program.text)[0]
    program.wait_until(lambda: clock not in program.text, "tick of the clock")
    program.press("t")
    program.wait_for(PAST)


@pytest.mark.parametrize("key", ["t", "?"], ids=["page", "dialog"])
def test_a_terminal_that_is_closed_over_a_page_or_a_dialog_ends_it(program, key):
    program.press(key)
    program.wait_for(PAST if key == "t" else HELP)
    program.hang_up()
    assert program.ended() == 128 + signal.SIGHUP


@pytest.mark.parametrize("is_stopped", [False, True], ids=["read by nobody", "stopped"])
def test_a_terminal_that_takes_nothing_any_more_keeps_no_program_from_its_end(program, is_stopped):
    if is_stopped:
        program.stop_output()
    for _ in range(20):
        program.press("\x0c")  # ctrl+l: the whole screen again, until nothing more goes in
        time.sleep(0.1)
    program.signal(signal.SIGTERM)
    assert program.process.wait(PATIENCE) == 143
    program.settle()
    assert program.left_on() == []


def test_a_frozen_view_writes_not_one_byte_while_events_arrive_until_a_key(program, watched):
    program.press(" ")
    program.wait_for("FROZEN")
    program.settle()
    before = len(program.written)
    with closing(sqlite3.connect(f"file:{watched.folder / 'history.db'}?mode=ro", uri=True)) as history:

        def told() -> bool:
            return bool(history.execute("SELECT 1 FROM events WHERE text LIKE '%to PAUSED%'").fetchone())

        watched.post("google_play", "/_rehearsal/console", {"build": "4201", "status": "halted", "fraction": 0.5})
        program.wait_until(told, "event of what somebody did at the console")
    assert bytes(program.written[before:]) == b""
    program.press(" ")
    program.wait_for("PAUSED", "while frozen", gone="FROZEN")
