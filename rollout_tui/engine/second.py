"""The second person: asking for one, taking a yes, and using it once. Pausing never comes here."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from functools import partial

from rollout_tui.config.settings import ApprovalSettings
from rollout_tui.domain import words
from rollout_tui.domain.actions import Actor, Proposal
from rollout_tui.domain.events import Event, EventKind
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.requests import (
    Approval,
    Asked,
    Grant,
    Request,
    Said,
    matching,
    meant,
    needed,
    refusal,
    terms_of,
    who_may,
)
from rollout_tui.domain.severity import Severity
from rollout_tui.domain.snapshot import Rollout
from rollout_tui.domain.verdicts import Verdict, Waiver
from rollout_tui.domain.waivers import is_same
from rollout_tui.domain.waiving import waiver_given
from rollout_tui.engine.archive import Archive
from rollout_tui.engine.board import Board
from rollout_tui.engine.deeds import Record
from rollout_tui.engine.memory import recall_people
from rollout_tui.history import History, HistoryError
from rollout_tui.history.audit import Deed
from rollout_tui.ports import Clock

_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Of ids that are read aloud and typed: none is taken for another."""


def new_id() -> str:
    """Six of the letters."""
    return "".join(secrets.choice(_LETTERS) for _ in range(6))


class SecondPerson:
    """Requests and grants, in history, where every process and user who shares it finds them."""

    def __init__(
        self,
        archive: Archive,
        clock: Clock,
        settings: ApprovalSettings,
        actor: Actor,
        boards: Sequence[Board],
        judged: Callable[[Platform], Rollout],
        tell: Callable[[Event], None],
    ) -> None:
        self._archive = archive
        self._clock = clock
        self._settings = settings
        self._actor = actor
        self._boards = {board.plan.platform: board for board in boards}
        self._judged = judged
        self._tell = tell

    @property
    def for_waivers(self) -> bool:
        """Whether a waiver needs a second person's own yes."""
        return Asked.WAIVE in self._settings.second_person

    def told(self, proposal: Proposal) -> str:
        """What the proposal must say of a second person; empty where none is asked."""
        if needed(proposal, self._settings.second_person) is None:
            return ""
        now, board = self._clock.now(), self._boards[proposal.platform]
        request = matching(board.requests, terms_of(proposal, board.plan), now)
        if request is None:
            who = " or ".join(name for name in self._settings.approvers if not is_same(name, self._actor.person))
            return f"needed: confirming asks {who or 'nobody, since no approver is named'}; nothing is sent before"
        if request.grant is not None:
            by = f"{request.grant.by} said yes {words.age(now - request.grant.at)} ago ({request.grant.how})"
            return f"{by}, {request.id}; good for this one, {words.span(request.expires_at - now)} left"
        return f"asked {words.age(now - request.at)} ago. {self.how(request)}"

    async def stop(self, proposal: Proposal) -> str | None:
        """Why the action must wait, after asking for it; None where it may go on: the grant is used up by that.

        Raises HistoryError.
        """
        asked = needed(proposal, self._settings.second_person)
        if asked is None:
            return None
        board = self._boards[proposal.platform]
        plan, terms, now = board.plan, terms_of(proposal, board.plan), self._clock.now()
        await self.refresh(board)
        request = matching(board.requests, terms, now)
        if request is not None and request.grant is not None:
            what = f"uses the yes of {request.grant.by}: {request.told}"
            deed = Record("approval-used", now, what, ref=request.id).deed(self._actor, self._judged(plan.platform))
            used = await self._archive.call(partial(_use, request.id, now, deed))
            await self.refresh(board)
            if not used:
                return f"the yes of {request.grant.by} ({request.id}) was used by another process just now"
            self._note(plan.platform, now, f"{request.id}: the yes of {request.grant.by} is used by {self._actor}")
            return None
        if request is None:
            change = "" if proposal.change is None else proposal.change.headline
            told = f"{proposal.kind.value.capitalize()} {plan.label}: {change}"
            request = await self.ask(plan, asked, terms, told)
        return self.how(request)

    async def ask(self, plan: RolloutPlan, asked: Asked, terms: str, told: str, approver: str = "") -> Request:
        """Write a request. Raises HistoryError."""
        now = self._clock.now()
        request = Request(
            new_id(),
            plan.platform,
            plan.version,
            plan.build,
            asked,
            terms,
            told,
            self._actor.person,
            now,
            now + self._settings.expiry,
            approver,
        )
        deed = Record("request", now, told, ref=request.id).deed(self._actor, self._judged(plan.platform))
        await self._archive.call(partial(_add, request, deed))
        await self.refresh(self._boards[plan.platform])
        self._note(plan.platform, now, f"{self._actor} asks for a second person, {request.id}: {told}")
        return request

    async def take(self, request: Request, by: str, how: str) -> Said:
        """A yes: written once, and a waiver is in force by it. What refuses it is said, never raised."""
        now, board = self._clock.now(), self._boards.get(request.platform)
        if board is None:
            return Said(False, f"{request.id} is about {request.platform}, which this configuration does not roll out")
        against = refusal(request, by, self._settings.approvers, now)
        if against is not None:
            return Said(False, f"Not granted: {against}.")
        grant = Grant(by, now, how)
        waiver = None if request.asked is not Asked.WAIVE else _waiver(request, grant)
        record = Record("approval", now, f"{by} says yes to {request.requester}: {request.told}", how, request.id)
        deed = record.deed(self._actor, self._judged(request.platform), by=by)
        try:
            written = await self._archive.call(partial(_grant, request, grant, waiver, deed))
        except HistoryError as error:
            return Said(False, f"Not granted: {error}.")
        await self.refresh(board)
        if not written:
            return Said(False, f"Not granted: {request.id} was granted, used or over meanwhile.")
        self._note(
            request.platform, now, f"{by} said yes to {request.id} of {request.requester} ({how}): {request.told}"
        )
        if waiver is not None:
            self._tell(waiver_given(waiver, board.plan))
        return Said(True, f"Granted: {request.told}", request, waiver)

    async def hear(self, board: Board, approvals: Sequence[Approval]) -> list[Said]:
        """Take what was said on the release's pull request."""
        names = {login.casefold(): name for name, login in self._settings.logins.items()}
        names = {
            name.casefold(): name for name in self._settings.approvers if name not in self._settings.logins
        } | names
        said: list[Said] = []
        for approval in approvals:
            request, name = meant(approval, board.requests, self._clock.now()), names.get(approval.login.casefold())
            if request is None or name is None or refusal(request, name, self._settings.approvers, self._clock.now()):
                continue
            said.append(await self.take(request, name, approval.how))
        return said

    def how(self, request: Request) -> str:
        """Whom to ask, and how it is granted."""
        who = " or ".join(who_may(request, self._settings.approvers))
        left = words.span(request.expires_at - self._clock.now())
        return (
            f"Ask {who} for {request.id}: rollout-tui approve {request.id}. As another user of this host; or "
            f"/approve {request.id} on the release's pull request where that is set up. {left} left."
        )

    async def refresh(self, board: Board) -> None:
        """Read what others wrote."""
        await self._archive.try_call(partial(recall_people, board=board, now=self._clock.now()), None)

    def _note(self, platform: Platform, at: float, text: str) -> None:
        self._tell(Event(at, EventKind.REQUEST, text, platform, Severity.INFO, self._actor.person))


def waiver_terms(waiver: Waiver) -> dict[str, object]:
    """A waiver as the terms of a request."""
    names = ("gate", "text", "phase", "reason", "approver", "operator", "expires_at", "open")
    return {name: getattr(waiver, name) for name in names} | {"found": waiver.found.value}


def _waiver(request: Request, grant: Grant) -> Waiver:
    """The waiver that was asked for, in force from the yes on; it ends when it was asked to end."""
    terms = json.loads(request.terms)
    return Waiver(
        id=request.id,
        gate=terms["gate"],
        text=terms["text"],
        phase=terms["phase"],
        version=request.version,
        build=request.build,
        reason=terms["reason"],
        approver=grant.by,
        operator=request.requester,
        given_at=grant.at,
        expires_at=terms["expires_at"],
        found=Verdict(terms["found"]),
        open=terms["open"],
        confirmed=grant.how,
    )


def _add(request: Request, deed: Deed, history: History) -> None:
    history.audit.append(deed)
    history.requests.add(request)


def _use(request: str, at: float, deed: Deed, history: History) -> bool:
    used = history.requests.use(request, at)
    if used:
        history.audit.append(deed)
    return used


def _grant(request: Request, grant: Grant, waiver: Waiver | None, deed: Deed, history: History) -> bool:
    """The yes, and the waiver that stands by it: a request for one is used up at once. Not audited, not granted."""
    with history.whole():
        if not history.requests.grant(request.id, grant):
            return False
        history.audit.append(deed)
        if waiver is not None:
            history.requests.use(request.id, grant.at)
            history.waivers.add(request.platform, waiver)
    return True
