"""Painting a board from history: what was known when the program last ran, judged by its age."""

from __future__ import annotations

from rollout_tui.domain.readings import Scope
from rollout_tui.engine.board import Board
from rollout_tui.engine.curves import COUNT, STEP, aligned_end
from rollout_tui.history import History


def recall(history: History, board: Board, now: float) -> None:
    """Fill the board. One read of each table; the curves come as buckets, not as samples."""
    plan = board.plan
    board.states = history.states.all(plan.platform, plan.build)
    board.state = history.states.newest(plan.platform, plan.build)
    recall_people(history, board)
    board.last_outcome = history.journal.last_outcome(plan.platform, plan.build)
    for scope in Scope:
        board.remember(history.samples.newest(plan.platform, plan.build, scope))
    end = aligned_end(now)
    for metric in plan.metrics:
        values = history.samples.buckets(
            plan.platform, plan.build, metric.id, metric.better, end, STEP, COUNT, metric.population
        )
        board.fill_curve(metric.id, end, values)


def recall_people(history: History, board: Board) -> None:
    """What people did, in whichever process: sign-offs, and what was asked of the store."""
    plan = board.plan
    board.signoffs = history.signoffs.all(plan.platform, plan.version, plan.build)
    board.asked = history.journal.last_entry(plan.platform, plan.build)
    if board.cases is not None:
        board.cases.adopt(history.judgements.all(plan.platform, plan.version, plan.build))
