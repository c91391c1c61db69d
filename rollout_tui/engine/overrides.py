"""What people decide about gates: waivers given and taken back, sign-offs, and the release notes that tell of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from zoneinfo import ZoneInfo

from rollout_tui.config.settings import Settings
from rollout_tui.domain.actions import Actor
from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.requests import Asked, Request, Said, as_terms
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.verdicts import GateResult, SignOff, Waiver
from rollout_tui.domain.waivers import Field, Wish, given, is_same, mistakes
from rollout_tui.domain.waiving import gate_label, release_notes, waiver_ended, waiver_given, who
from rollout_tui.domain.words import day_and_time, plain_text, span
from rollout_tui.engine.archive import Archive
from rollout_tui.engine.board import Board
from rollout_tui.engine.deeds import Record
from rollout_tui.engine.providers import Providers
from rollout_tui.engine.second import SecondPerson, new_id, waiver_terms
from rollout_tui.engine.trouble import describe
from rollout_tui.history import History, HistoryError
from rollout_tui.history.audit import Deed
from rollout_tui.ports import Clock, Notes, ProviderError

_JUST = 0.001
"""Seconds between two answers at least."""


class Overrides:
    """The decisions of people at this desk. What is not kept was not given."""

    def __init__(
        self,
        settings: Settings,
        providers: Providers,
        archive: Archive,
        clock: Clock,
        actor: Actor,
        boards: Sequence[Board],
        second: SecondPerson,
        *,
        read_only: str | None,
        judged: Callable[[Platform], Rollout],
        tell: Callable[[Event], None],
        watch_closely: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._providers = providers
        self._archive = archive
        self._clock = clock
        self._actor = actor
        self._boards = {board.plan.platform: board for board in boards}
        self.second = second
        self._read_only = read_only
        self._judged = judged
        self._tell = tell
        self._watch_closely = watch_closely

    @property
    def approvers(self) -> Sequence[str]:
        """Who may approve an override."""
        return self._settings.approvals.approvers

    @property
    def must_agree(self) -> bool:
        """Whether the approver must say so himself before an override is in force."""
        return self.second.for_waivers

    def mistakes(self, platform: Platform, wish: Wish) -> Mapping[Field, str]:
        """What is wrong with a wish now, by field."""
        rollout = self._judged(platform)
        result = next((one for one in rollout.gates if one.gate.id == wish.gate), None)
        if rollout.current is None or result is None:
            return {Field.GATE: "it is no gate of the current phase, or that phase is not known"}
        return mistakes(wish, result.gate, self._actor.person, self.approvers)

    async def waive(self, platform: Platform, wish: Wish) -> Said:
        """Give a waiver; where a second person must say so himself, ask for it."""
        if self._read_only is not None:
            return Said(False, f"read-only: {self._read_only}")
        wrong = self.mistakes(platform, wish)
        rollout, board = self._judged(platform), self._boards[platform]
        result = next((one for one in rollout.gates if one.gate.id == wish.gate), None)
        if wrong or result is None or rollout.current is None:
            return Said(False, "; ".join(f"{field}: {why}" for field, why in wrong.items()))
        at, phase = self._clock.now(), rollout.current.phase.id
        waiver = given(wish, result, phase, rollout.plan, self._actor.person, at, new_id())
        try:
            if self.must_agree:
                return await self._ask(rollout, waiver)
            what = f"waives {result.gate.label}, {who(waiver)}, for {span(waiver.expires_at - at)}"
            deed = Record("waiver", at, what, waiver.reason, waiver.id).deed(self._actor, rollout)
            await self._archive.call(partial(_give, platform, waiver, deed))
        except HistoryError as error:
            return Said(False, f"It cannot be kept: {_cause(error)}. Nothing was waived.")
        await self._in_force(board, waiver)
        where = await self.publish(platform)
        until = day_and_time(waiver.expires_at, self._zone)
        return Said(True, f"{result.gate.label} is WAIVED until {until}. {where}", waiver=waiver)

    async def withdraw(self, platform: Platform, gate: str) -> Said:
        """Take a waiver back before its time."""
        if self._read_only is not None:
            return Said(False, f"read-only: {self._read_only}")
        rollout, board, now = self._judged(platform), self._boards[platform], self._clock.now()
        standing = [one for one in board.waivers if one.gate == gate and one.ended_at is None and now < one.expires_at]
        if not standing:
            return Said(False, f"No waiver of {gate} is in force on {rollout.plan.label}.")
        why = f"withdrawn by {self._actor.person}"
        try:
            for waiver in standing:
                what = f"ends the waiver of {gate_label(rollout.plan, waiver)}"
                deed = Record("waiver-end", now, what, ref=waiver.id).deed(self._actor, rollout)
                await self._archive.call(partial(_end, waiver, now, why, deed))
        except HistoryError as error:
            return Said(False, f"It cannot be kept: {_cause(error)}. The waiver stands.")
        board.waivers = [replace(one, ended_at=now, ended=why) if one in standing else one for one in board.waivers]
        for waiver in standing:
            self._tell(waiver_ended(waiver, self._judged(platform), why, now))
        return Said(True, f"The waiver of {gate_label(rollout.plan, standing[0])} is over: {why}.")

    async def sign(self, platform: Platform, gate: str, by: str, note: str, *, withdraw: bool = False) -> Said:
        """A named person's answer to a sign-off gate of the current phase, or that answer taken back."""
        if self._read_only is not None:
            return Said(False, f"read-only: {self._read_only}")
        rollout = self._judged(platform)
        result = next((one for one in rollout.gates if one.gate.id == gate), None)
        if result is None or rollout.current is None:
            return Said(False, f"{rollout.plan.label} asks for no such sign-off now")
        if result.gate.signers and by not in result.gate.signers:
            return Said(False, f"{by} may not answer {result.gate.label}: {' or '.join(result.gate.signers)} may")
        plan = rollout.plan
        # The newest answer stands, also where the clock was set back since the one before it.
        now = max(self._clock.now(), *(one.at + _JUST for one in self._boards[platform].signoffs), 0.0)
        answer = SignOff(gate, rollout.current.phase.id, plan.version, plan.build, by, now, note, withdrawn=withdraw)
        verb = "withdraws" if withdraw else "signs"
        told = f"{by} {verb} {result.gate.label} for {plan.label} {plan.version} ({plan.build}), {_phase(rollout)}."
        deed = Record("sign-off", now, told, note).deed(
            self._actor, rollout, gate=answer.gate, phase=answer.phase, by=answer.by
        )
        try:
            await self._archive.call(partial(_answer, platform, answer, deed))
        except HistoryError as error:
            return Said(False, f"The answer cannot be kept: {_cause(error)}. Nothing was written.")
        await self.second.refresh(self._boards[platform])
        self._tell(Event(now, EventKind.SIGNOFF, told, platform, who=by))
        return Said(True, told)

    async def find(self, request: str) -> Request | None:
        """The request of that id. Raises HistoryError."""
        return await self._archive.call(lambda history: history.requests.one(request))

    def terms(self, request: Request) -> list[tuple[str, str]]:
        """Exactly what is asked for, name by name."""
        terms: dict[str, object] = json.loads(request.terms)
        return [(name, plain_text(_written(value), 400)) for name, value in terms.items() if value not in (None, [])]

    async def approve(self, request: Request) -> Said:
        """The yes of this desk's user, known by the process' uid; sudo makes no second person of the requester."""
        if is_same(self._actor.person, request.requester):
            return Said(False, f"Not granted: {request.requester} asked for it: a second person must grant it.")
        said = await self.second.take(request, self._actor.user, f"OS user on {self._actor.host}")
        if said.done and request.asked is not Asked.WAIVE:
            verb = f"rollout-tui {json.loads(request.terms).get('action', 'promote')} {request.platform}"
            return replace(said, text=f"{said.text} It counts once, for exactly this: {verb}, by {request.requester}.")
        return await self.granted(said)

    async def granted(self, said: Said) -> Said:
        """What follows a yes: a waiver that is in force by it is watched, and told in the release notes."""
        if said.waiver is None or said.request is None:
            return said
        platform = said.request.platform
        self._watch_closely()
        return replace(said, text=f"{said.text} {await self.publish(platform)}")

    def notes(self, platform: Platform) -> str:
        """The section for the release notes; empty where nothing was overridden."""
        board = self._boards[platform]
        return release_notes(self._settings.plan.app, board.plan, board.waivers, self._zone)

    async def publish(self, platform: Platform) -> str:
        """Put the reasons into the release notes, where the tracker keeps them; says where, or what to do instead."""
        plan, text = self._boards[platform].plan, self.notes(platform)
        paste = "For the release notes: rollout-tui waivers --notes."
        try:
            tracker = None if plan.tracker is None else self._providers.tracker(plan.tracker)
            where = await tracker.write_notes(plan, text) if isinstance(tracker, Notes) else None
        except ProviderError as error:
            return f"The release notes were not changed ({describe(error)}). {paste}"
        return paste if where is None else f"The reason stands in {where}."

    async def _ask(self, rollout: Rollout, waiver: Waiver) -> Said:
        label = gate_label(rollout.plan, waiver)
        told = f"waive {label} ({waiver.found}) on {rollout.plan.label} {waiver.version} ({waiver.build}), "
        told += f"{_phase(rollout)}, until {day_and_time(waiver.expires_at, self._zone)}: {waiver.reason}"
        terms = as_terms(action="waive", **waiver_terms(waiver))
        request = await self.second.ask(rollout.plan, Asked.WAIVE, terms, told, waiver.approver)
        return Said(False, self.second.how(request), request)

    async def _in_force(self, board: Board, waiver: Waiver) -> None:
        await self.second.refresh(board)
        if waiver not in board.waivers:
            board.waivers.append(waiver)
        self._tell(waiver_given(waiver, board.plan))
        self._watch_closely()

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self._settings.ui.timezone)


def by_whom(name: str | None, actor: Actor) -> tuple[str, str]:
    """Who answers, and a note of who entered it where that is somebody else."""
    by = plain_text(name or actor.user, 64).strip()
    return by, "" if by == actor.user else f" (entered by {actor})"


def question(rollout: Rollout, name: str) -> GateResult | str:
    """The gate of the current phase that a name means, by id, label or metric; or why there is none."""
    if rollout.current is None:
        return f"The current phase of {rollout.plan.label} is not known: {rollout.store.problem or 'not read yet'}."
    wanted = name.strip().casefold()
    for result in rollout.gates:
        gate = result.gate
        names = (gate.id, gate.id.removeprefix("signoff:"), gate.label, gate.text, gate.metric or "")
        if wanted in {one.casefold() for one in names if one}:
            return result
    known = ", ".join(result.gate.id for result in rollout.gates) or "none"
    return f'{_phase(rollout)} of {rollout.plan.label} has no gate "{plain_text(name, 60)}"; it has {known}.'


def _phase(rollout: Rollout) -> str:
    return "phase not known" if rollout.current is None else rollout.current.phase.label


def _cause(error: HistoryError) -> str:
    return str(error).removeprefix("history cannot be written: ")


def _written(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _give(platform: Platform, waiver: Waiver, deed: Deed, history: History) -> None:
    history.audit.append(deed)
    history.waivers.add(platform, waiver)


def _answer(platform: Platform, answer: SignOff, deed: Deed, history: History) -> None:
    history.audit.append(deed)
    history.signoffs.add(platform, answer)


def _end(waiver: Waiver, at: float, why: str, deed: Deed, history: History) -> None:
    history.audit.append(deed)
    history.waivers.end(waiver.id, at, why)
