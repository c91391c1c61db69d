"""Small parts of the engine: clocks, curves, who acts, changes made elsewhere, what an error says, the HTTP client."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from rollout_tui.config.settings import ClockSettings
from rollout_tui.domain.actions import Expectation
from rollout_tui.domain.releases import PhaseKind, StateWord
from rollout_tui.engine.actor import this_actor
from rollout_tui.engine.clock import ScaledClock, WallClock, make_clock
from rollout_tui.engine.curves import COUNT, STEP, CurveBook, aligned_end
from rollout_tui.engine.elsewhere import changed_by_hand
from rollout_tui.engine.http import make_client
from rollout_tui.engine.trouble import blamed, describe, remedy
from rollout_tui.ports import Denied
from tests.unit.domain.builders import CRASH, DURATION, NOW, apple, play

ROOT = Path(__file__).parents[3]


def test_a_rehearsals_clock_runs_at_its_speed_from_its_origin(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = make_clock(ClockSettings(speed=60.0, origin=NOW, anchor=500.0))
    monkeypatch.setattr("time.time", lambda: 502.0)
    assert clock.now() == NOW + 120


async def test_a_rehearsals_clock_sleeps_its_own_seconds() -> None:
    clock = ScaledClock(ClockSettings(speed=100_000.0))
    async with asyncio.timeout(60):
        await clock.sleep(3600)


def test_without_a_rehearsal_the_wall_counts() -> None:
    assert isinstance(make_clock(ClockSettings()), WallClock)


def test_a_curve_shows_the_worst_of_each_bucket_aligned_to_the_wall_clock() -> None:
    book = CurveBook(CRASH)
    edge = aligned_end(NOW)
    for at, value in ((edge - 1, 0.2), (edge - 2, 0.9), (edge - STEP - 1, 0.4), (edge - 3 * STEP - 1, 0.3)):
        book.note(at, value)
    curve = book.curve(NOW, None)
    assert (curve.step, curve.end, len(curve.values)) == (STEP, edge, COUNT)
    assert curve.values[-4:] == (0.3, None, 0.4, 0.9)
    assert curve.known_until == edge - 1
    assert curve.end % STEP == 0


def test_worst_obeys_the_metrics_direction() -> None:
    book = CurveBook(DURATION)
    book.note(NOW, 400.0)
    book.note(NOW, 60.0)
    assert book.curve(NOW, None).values[-1] == 60.0


def test_a_curve_moves_on_with_time_and_forgets_what_left_it() -> None:
    book = CurveBook(CRASH)
    for bucket in range(3 * COUNT):
        book.note(NOW + bucket * STEP, 0.1)
    later = NOW + 3 * COUNT * STEP
    values = book.curve(later, None).values
    assert (values[0], values[-1]) == (0.1, None)
    assert len(book._buckets) <= COUNT


def test_a_worse_poll_outdoes_what_history_held_of_its_bucket() -> None:
    book = CurveBook(CRASH)
    book.fill(aligned_end(NOW), [0.1, 0.2], NOW)
    book.note(NOW, 0.9)
    assert book.curve(NOW, None).values[-2:] == (0.1, 0.9)


def test_the_actor_is_the_user_the_host_and_where_the_session_came_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "mara")  # a variable that anybody may set names nobody
    monkeypatch.setattr("pwd.getpwuid", lambda uid: SimpleNamespace(pw_name="jk\x1b[31mim"))
    monkeypatch.setattr("socket.gethostname", lambda: "rel-01.example.org")
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.7 51022 10.0.0.1 22")
    actor = this_actor()
    assert str(actor) == "jk·[31mim@rel-01"
    assert actor.origin == "10.0.0.7"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (play("0.5", NOW), play("0.2", NOW), "committed 50 % became 20 %"),
        (play("0.5", NOW), play("0.5", NOW, StateWord.PAUSED, "halted"), "inProgress became halted"),
        (play("0.5", NOW), play("0.5", NOW + 9), None),
        (None, play("0.5", NOW), None),
        (apple(PhaseKind.REVIEW, NOW, StateWord.IN_REVIEW), apple(PhaseKind.REVIEW, NOW, StateWord.WAITING), None),
        (
            apple(PhaseKind.PHASED, NOW),
            apple(PhaseKind.PHASED, NOW, StateWord.PAUSED, "PAUSED"),
            "ACTIVE became PAUSED",
        ),
        (apple(PhaseKind.PHASED, NOW), replace(apple(PhaseKind.PHASED, NOW), day=4), None),
        (
            play("1", NOW, StateWord.DONE, "completed"),
            play("0.99", NOW, StateWord.PAUSED, "halted"),
            "completed became halted",
        ),
        (
            play("0.5", NOW),
            replace(play("0.6", NOW, StateWord.WAITING, "APPROVED_NOT_PUBLISHED"), kind=None),
            "committed 50 % became 60 %",
        ),
        (
            apple(PhaseKind.TESTERS, NOW, status="IN_BETA_TESTING"),
            apple(PhaseKind.REVIEW, NOW, StateWord.IN_REVIEW, "WAITING_FOR_REVIEW"),
            "IN_BETA_TESTING became WAITING_FOR_REVIEW",
        ),
        (
            apple(PhaseKind.REVIEW, NOW, StateWord.IN_REVIEW, "IN_REVIEW"),
            apple(PhaseKind.REVIEW, NOW, StateWord.PAUSED, "DEVELOPER_REJECTED"),
            "IN_REVIEW became DEVELOPER_REJECTED",
        ),
        (
            apple(PhaseKind.REVIEW, NOW, StateWord.WAITING, "PENDING_DEVELOPER_RELEASE"),
            apple(PhaseKind.PHASED, NOW),
            "PENDING_DEVELOPER_RELEASE became ACTIVE",
        ),
        (
            replace(apple(PhaseKind.PHASED, NOW), day=3),
            apple(PhaseKind.PHASED, NOW, StateWord.DONE, "COMPLETE"),
            "ACTIVE became COMPLETE",
        ),
        (replace(apple(PhaseKind.PHASED, NOW), day=7), apple(PhaseKind.PHASED, NOW, StateWord.DONE, "COMPLETE"), None),
        (apple(PhaseKind.TESTERS, NOW, StateWord.IN_REVIEW), apple(PhaseKind.TESTERS, NOW), None),
        (apple(PhaseKind.REVIEW, NOW, StateWord.IN_REVIEW), apple(PhaseKind.REVIEW, NOW, StateWord.REJECTED), None),
        (play("0.5", NOW), replace(play("0.1", NOW), build="4202"), None),
    ],
)
def test_a_change_made_by_hand_is_told_from_what_stores_do_by_themselves(
    before: object, after: object, said: str | None
) -> None:
    assert changed_by_hand(before, after, None) == said  # type: ignore[arg-type]  # states, by the table above


def test_what_was_asked_for_here_is_no_change_made_elsewhere() -> None:
    halted = play("0.5", NOW, StateWord.PAUSED, "halted")
    assert changed_by_hand(play("0.5", NOW), halted, Expectation(StateWord.PAUSED, "halted")) is None


def test_an_error_is_told_plainly_cut_and_with_its_remedy() -> None:
    error = Denied("no right\x1b]0;x\x07 " + "x" * 999, "grant it")
    assert "\x1b" not in describe(error)
    assert len(describe(error)) <= 300
    assert remedy(error) == "grant it"
    assert blamed("GitHub", Denied("GitHub: HTTP 403")) == "GitHub: HTTP 403"
    assert blamed("GitHub", Denied("HTTP 403")) == "GitHub: HTTP 403"


async def test_the_client_keeps_to_itself_redirects_included() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(302, headers={"Location": "http://elsewhere/"})

    async with make_client(httpx.MockTransport(answer)) as client:
        response = await client.get("http://play/")
    assert response.status_code == 302
    assert [request.headers["User-Agent"] for request in seen] == ["rollout-tui"]


async def test_a_proxy_is_never_asked_for_this_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    async with make_client() as client:
        direct = client._transport
        assert client._transport_for_url(httpx.URL("http://127.0.0.1:9090/api")) is direct
        assert client._transport_for_url(httpx.URL("http://localhost:9090/api")) is direct
        assert client._transport_for_url(httpx.URL("http://metrics.example/api")) is not direct


def test_the_engine_is_painted_without_importing_what_the_network_needs() -> None:
    heavy = ("httpx", "google.auth", "jwt", "textual")
    program = f"import sys, rollout_tui.engine.engine; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
