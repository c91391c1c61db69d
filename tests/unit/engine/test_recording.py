"""What is written down of an action, and what follows where it cannot be."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from rollout_tui.domain.actions import ActionKind, Ending
from rollout_tui.domain.releases import Platform, StateWord
from rollout_tui.history.audit import audit_file
from tests.unit.engine.acting import act, journalled, looking, without_history
from tests.unit.engine.fakes import World

ANDROID = Platform.ANDROID


def records(world: World) -> list[dict[str, Any]]:
    return [json.loads(line) for line in audit_file(world.path).read_text("utf-8").splitlines()]


async def test_intent_and_outcome_are_audited_with_who_why_states_and_verdicts(world: World) -> None:
    await act(await looking(world))
    intent, outcome = records(world)
    assert (intent["kind"], intent["user"], intent["origin"], intent["why"]) == (
        "intent",
        "jkim",
        "10.0.0.7",
        "because",
    )
    assert intent["what"] == "Google Play: 4.2.0 (4201) becomes halted."
    assert intent["before"]["status"] == "inProgress"
    assert {entry["gate"]: entry["verdict"] for entry in intent["verdicts"]}["crash_free_sessions"] == "PASS"
    assert (outcome["kind"], outcome["ref"], outcome["after"]["status"]) == ("outcome", intent["ref"], "halted")
    assert outcome["what"] == "Paused. Google Play shows it: halted."


async def test_a_pause_that_no_journal_knows_is_in_the_audit_log_all_the_same(world: World) -> None:
    outcome = await act(await without_history(world))
    assert (outcome.ending, outcome.journalled) == (Ending.DONE, False)
    assert [record["kind"] for record in records(world)] == ["intent", "outcome"]


def spoil(world: World) -> Path:
    """A folder stands where the log belongs."""
    log = audit_file(world.path)
    log.mkdir(parents=True)
    return log


async def test_an_audit_log_that_cannot_be_written_stops_no_pause_and_is_said(world: World) -> None:
    spoil(world)
    outcome = await act(await looking(world))
    assert (outcome.ending, outcome.journalled) == (Ending.DONE, True)
    assert outcome.message.endswith("It is not in the audit log: that could not be written.")
    assert journalled(world) == [("pause", "done")]


async def test_nothing_but_a_pause_is_done_that_the_audit_log_would_not_know(world: World) -> None:
    spoil(world)
    world.state = replace(world.state, word=StateWord.PAUSED, status="halted")
    outcome = await act(await looking(world), ActionKind.RESUME)
    assert outcome.ending is Ending.REFUSED
    assert "is a directory" in outcome.message
    assert world.store.performed == []
    assert journalled(world) == [("resume", "refused")]


async def test_no_history_and_no_audit_log_stop_no_pause_either(world: World) -> None:
    spoil(world)
    world.path.write_bytes(b"no database " * 99)
    outcome = await act(await looking(world))
    assert (outcome.ending, outcome.journalled) == (Ending.DONE, False)
