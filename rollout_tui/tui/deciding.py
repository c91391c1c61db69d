"""What people decide: overrides, sign-offs, acknowledgements, and what became of them. What may be the desk decides."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rollout_tui.domain.plan import GateKind
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.requests import Said
from rollout_tui.domain.snapshot import MetricStanding
from rollout_tui.domain.verdicts import GateResult
from rollout_tui.domain.waivers import not_waivable
from rollout_tui.engine.desk import Desk
from rollout_tui.tui.keyguard import KeyClock
from rollout_tui.tui.look import Look
from rollout_tui.tui.notices import Notices
from rollout_tui.tui.screens.dialog import Dialog
from rollout_tui.tui.view.scene import Scene
from rollout_tui.tui.view.shown import item_at

_log = logging.getLogger(__name__)

Push = Callable[[Dialog[Any], Callable[[Any], None]], object]


class Deciding:
    """One for the app."""

    def __init__(
        self,
        desk: Desk,
        look: Look,
        clock: KeyClock,
        notices: Notices,
        push: Push,
        scene: Callable[[], Scene],
    ) -> None:
        self._desk = desk
        self._look = look
        self._clock = clock
        self._notices = notices
        self._push = push
        self._scene = scene
        self._tasks: set[asyncio.Task[None]] = set()

    def open(self) -> None:
        """Ask about the focused gate: override or sign, whatever it is open to."""
        scene = self._scene()
        self._ask(scene.focused.plan.platform, gate_in_focus(scene))

    def open_for(self, platform: Platform, gate: str) -> None:
        """Ask about a gate that stands in the way of an action."""
        gates = self._desk.snapshot.rollout(platform).gates
        self._ask(platform, next((one for one in gates if one.gate.id == gate), None))

    def acknowledge(self) -> None:
        """What stands on the focused platform was seen; where a pause is counted down, ask whether to stop it."""
        rollout = self._scene().focused
        platform, countdown = rollout.plan.platform, self._desk.snapshot.rollout(rollout.plan.platform).countdown
        if countdown is None or not countdown.runs or self._desk.read_only is not None:
            self._do(self._desk.alarms.acknowledge(platform))
            return
        from rollout_tui.tui.screens.stopping import StopDialog

        def decided(answer: str | None) -> None:
            if answer is not None:
                self._do(self._desk.alarms.stop(platform))

        self._push(StopDialog(self._desk, self._look, self._scene, self._clock, platform), decided)

    def _ask(self, platform: Platform, result: GateResult | None) -> None:
        if result is None:
            self._notices.tell("no gate of this phase can be overridden", "warn")
        elif self._desk.read_only is not None:
            self._notices.tell(f"read-only: {self._desk.read_only}", "warn")
        elif result.gate.kind is GateKind.SIGNOFF:
            self._sign(platform, result)
        elif (why := not_waivable(result.gate)) is not None:
            self._notices.tell(why, "warn")
        else:
            self._override(platform, result)

    def _override(self, platform: Platform, result: GateResult) -> None:
        from rollout_tui.tui.screens.override import OverrideForm

        place = (platform, result.gate.id)
        form = OverrideForm(self._desk, self._look, self._scene, self._clock, place)

        def decided(answer: str | None) -> None:
            if answer is not None:
                self._do(self._desk.people.waive(platform, form.wish))

        self._push(form, decided)

    def _sign(self, platform: Platform, result: GateResult) -> None:
        from rollout_tui.tui.screens.override import SignDialog

        me = self._desk.actor.person
        dialog = SignDialog(self._desk, self._look, self._scene, self._clock, (platform, result.gate.id))

        def decided(answer: str | None) -> None:
            if answer is not None:
                self._do(self._desk.people.sign(platform, result.gate.id, me, ""))

        self._push(dialog, decided)

    def _do(self, work: Awaitable[Said]) -> None:
        task = asyncio.create_task(self._told(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _told(self, work: Awaitable[Said]) -> None:
        try:
            said = await work
        except Exception as error:  # noqa: BLE001  told where it was asked for
            _log.exception("a decision could not be kept")
            self._notices.tell(f"{type(error).__name__} in this program, see its log; nothing was decided", "crit")
            return
        tone = "ok" if said.done else "info" if said.request is not None else "warn"
        self._notices.tell(said.text, tone)


def gate_in_focus(scene: Scene) -> GateResult | None:
    """The focused gate; on a metric its own gate, and where that holds or there is none the first open one."""
    rollout, chosen = scene.focused, item_at(scene.focused, scene.focus.item)
    if isinstance(chosen, GateResult):
        return chosen
    metric = chosen.metric.id if isinstance(chosen, MetricStanding) else None
    mine = [gate for gate in rollout.gates if metric is not None and gate.gate.metric == metric]
    still_open = [gate for gate in rollout.gates if not gate.holds and gate.gate.kind is not GateKind.TIME]
    return next((gate for gate in mine if not gate.holds), next(iter(still_open), None))
