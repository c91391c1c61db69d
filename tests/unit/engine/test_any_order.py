"""Actions, crashes, lost answers and changes made elsewhere in any order: at most one effect for each confirmed intent,
and after settling journal and store agree."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Coroutine
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from rollout_tui.domain.actions import ActionKind, Change, Ending
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.releases import Platform, ReleaseState, StateWord
from rollout_tui.engine.engine import Engine
from rollout_tui.history import History
from rollout_tui.ports import OutcomeUnknown, Refused, StateDiffers, Unreachable
from tests.unit.engine.fakes import World

ANDROID = Platform.ANDROID
T = TypeVar("T")


class Killed(BaseException):
    """The process ends here: nothing of the program hears of it."""


def fail(error: BaseException) -> Callable[[], None]:
    """What raises it."""

    def failing() -> None:
        raise error

    return failing


def nothing() -> None:
    """All goes well."""


BEFORE = {
    "refuses": fail(Refused("no")),
    "is unreachable": fail(Unreachable("no route")),
    "is never reached by a killed process": fail(Killed()),
    "loses the call": fail(OutcomeUnknown("no answer")),
}
AFTER = {
    "answers": nothing,
    "loses the answer": fail(OutcomeUnknown("no answer")),
    "answers a killed process": fail(Killed()),
    "breaks": fail(KeyError("x")),
}


class AnyOrder(RuleBasedStateMachine):
    """One release at Google Play, one program at a time that acts on it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="any-order-"))
        self.runner = asyncio.Runner()
        self.world = self.run(self.make_world())
        self.effects: list[str] = []
        self.before = self.after = nothing
        self.engine = self.run(self.start())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """On this example's own loop."""
        return self.runner.run(work)

    async def make_world(self) -> World:
        """A store that compares and changes as a real one does."""
        world = World(self.folder)
        world.store.perform = self.perform  # type: ignore[method-assign]
        return world

    async def perform(self, _: RolloutPlan, change: Change, seen: ReleaseState | None) -> None:
        """Google Play's side of an action."""
        self.before()
        state = self.world.state
        if seen is not None and not seen.same_as(state):
            raise StateDiffers("it differs", state)
        expects = change.expects
        self.effects.append(change.headline)
        self.world.state = replace(
            state,
            word=expects.word or state.word,
            status=expects.status or state.status,
            share=expects.share or state.share,
        )
        self.after()

    async def start(self) -> Engine:
        """A program that has read the store."""
        engine = self.world.engine()
        await engine.read_stores()
        return engine

    @rule(
        kind=st.sampled_from([ActionKind.PAUSE, ActionKind.PAUSE, ActionKind.RESUME]),
        how=st.sampled_from([*AFTER, *BEFORE]),
        looks_first=st.booleans(),
    )
    def act(self, kind: ActionKind, how: str, looks_first: bool) -> None:
        """A confirmed action, at a store that does what `how` says; a killed process starts anew."""
        self.before, self.after = BEFORE.get(how, nothing), AFTER.get(how, nothing)
        had, intents = len(self.effects), len(self.journal())
        if looks_first:
            self.run(self.engine.read_stores())
        killed = self.run(self.acting(kind))
        self.before = self.after = nothing
        assert len(self.effects) - had <= 1, "one confirmed intent, two effects"
        assert len(self.effects) - had <= len(self.journal()) - intents, "an effect that no intent tells of"
        if killed:
            self.restart()

    async def acting(self, kind: ActionKind) -> bool:
        """Whether it was killed."""
        proposal = self.engine.propose(ANDROID, kind)
        task = asyncio.ensure_future(self.shielded(proposal))
        while not task.done():
            await self.world.clock.advance(5)
            await asyncio.sleep(0.0005)
        return task.result()

    async def shielded(self, proposal: Any) -> bool:
        """A kill must not end the test's own loop."""
        try:
            await self.engine._works.actions[ANDROID].perform(proposal)
        except Killed:
            return True
        return False

    @rule(share=st.sampled_from(["0.2", "0.5"]), word=st.sampled_from([StateWord.RUNNING, StateWord.PAUSED]))
    def somebody_else_changes_it(self, share: str, word: StateWord) -> None:
        """In the console."""
        status = "inProgress" if word is StateWord.RUNNING else "halted"
        self.world.state = replace(self.world.state, share=Decimal(share), word=word, status=status)

    @rule()
    def restart(self) -> None:
        """End the program and start it again."""
        had = len(self.effects)
        self.run(self.engine.close())
        self.engine = self.run(self.start())
        self.run(self.engine.settle(ANDROID))
        assert len(self.effects) == had, "settling changed the store"

    @rule()
    def settle(self) -> None:
        """When it can be told, everything ends, and as the store says."""
        waiting = [intent for intent, ending, _, _ in self.journal() if ending is None]
        self.run(self.world.clock.advance(200))
        self.run(self.engine.read_stores())
        assert self.run(self.engine.settle(ANDROID))
        for intent, ending, action, _ in self.journal():
            assert ending is not None
            if intent in waiting and ending == Ending.DONE:
                wanted = {"pause": StateWord.PAUSED, "resume": StateWord.RUNNING}[action]
                assert self.world.state.word is wanted, "the journal says done, the store does not"

    def journal(self) -> list[tuple[str, str | None, str, float]]:
        """Intent, ending, action and time of every line."""
        history = History.reader(self.world.path)
        rows = history._connection.execute("SELECT intent, ending, action, at FROM journal ORDER BY at").fetchall()
        history.close()
        return [tuple(row) for row in rows]

    @invariant()
    def the_audit_log_is_whole(self) -> None:
        """Whatever happened."""
        history = History.reader(self.world.path)
        assert history.audit.log.check(history.audit.anchors()).problems == ()
        history.close()

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.run(self.engine.close())
        self.runner.close()
        shutil.rmtree(self.folder)


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=30, stateful_step_count=10, deadline=None)
