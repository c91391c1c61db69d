"""Painting a board from history: what was known when the program last ran, judged by its age."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rollout_tui.domain.plan import BugScope
from rollout_tui.domain.readings import Scope
from rollout_tui.engine.board import Board
from rollout_tui.engine.curves import COUNT, STEP, aligned_end
from rollout_tui.history import History

if TYPE_CHECKING:
    from rollout_tui.engine.cases import Cases

_REQUESTS = 48 * 3600.0
"""Seconds after which a request is of no interest, whatever became of it."""


def recall(history: History, board: Board, now: float) -> None:
    """Fill the board. One read of each table; the curves come as buckets, not as samples."""
    plan = board.plan
    board.states = history.states.all(plan.platform, plan.build)
    board.state = history.states.newest(plan.platform, plan.build)
    recall_people(history, board, now)
    board.last_outcome = history.journal.last_outcome(plan.platform, plan.build)
    _recall_numbers(history, board, now)


def recall_then(history: History, board: Board, moment: float) -> None:
    """Fill the board with what was known at a past moment (epoch seconds UTC), and nothing that came later."""
    plan = board.plan
    board.bugs = dict.fromkeys(BugScope, "not recorded")
    board.states = history.states.all(plan.platform, plan.build, moment)
    board.state = history.states.at(plan.platform, plan.build, moment)
    signoffs = history.signoffs.all(plan.platform, plan.version, plan.build)
    board.signoffs = [signoff for signoff in signoffs if signoff.at <= moment]
    board.waivers = history.waivers.then(plan.platform, moment)
    board.asked = history.journal.last_entry(plan.platform, plan.build, moment)
    board.last_outcome = history.journal.last_outcome(plan.platform, plan.build, moment)
    _recall_numbers(history, board, moment, moment)


def _recall_numbers(history: History, board: Board, now: float, until: float = math.inf) -> None:
    plan = board.plan
    board.bugs.update(history.bugs.newest(plan.platform, plan.build, until))
    for scope in Scope:
        board.remember(history.samples.newest(plan.platform, plan.build, scope, until))
    end = aligned_end(now)
    for metric in plan.metrics:
        values = history.samples.buckets(
            plan.platform, plan.build, metric.id, metric.better, end, STEP, COUNT, metric.populations
        )
        board.fill_curve(metric.id, end, values)


def recall_people(history: History, board: Board, now: float) -> None:
    """What was done and found in whichever process: sign-offs, waivers, requests, FAILs."""
    plan = board.plan
    board.signoffs = history.signoffs.all(plan.platform, plan.version, plan.build)
    board.waivers = history.waivers.all(plan.platform)
    board.requests = [one for one in history.requests.since(now - _REQUESTS) if one.platform is plan.platform]
    board.asked = history.journal.last_entry(plan.platform, plan.build)
    board.countdown = history.countdowns.newest(plan.platform, plan.build)
    judgements = history.judgements.all(plan.platform, plan.version, plan.build)
    if board.cases is None and any(entry.latch is not None for entry in judgements):
        board.cases = _with_latches_alone(board, now)
    if board.cases is not None:
        board.cases.adopt(judgements)


def _with_latches_alone(board: Board, now: float) -> Cases | None:
    """A FAIL is seen in the first frame; the polls behind it are read later."""
    from rollout_tui.engine.cases import Cases

    clock = board.clock(now)
    return None if clock is None else Cases.open(board.plan, clock, board.stale_after)
