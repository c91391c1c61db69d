"""A second person: what was asked of one, who may grant it, and for what the grant counts. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rollout_tui.domain.actions import GOES_OUT, ActionKind, Proposal
from rollout_tui.domain.plan import RolloutPlan
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.verdicts import Waiver


class Asked(StrEnum):
    """What a second person may be needed for. Never for a pause."""

    PROMOTE = "promote"
    COMPLETE = "complete"
    """A promotion to everybody, or one that cannot be undone."""
    WAIVE = "waive"


@dataclass(frozen=True, slots=True)
class Grant:
    """A second person's yes: who, when (epoch seconds UTC), and how it is known ("OS user on rel-01")."""

    by: str
    at: float
    how: str


@dataclass(frozen=True, slots=True)
class Request:
    """Something that waits for a second person.

    `terms` is exactly what is asked for, as JSON whose keys are sorted: a grant counts for these terms alone. `told`
    says them in a sentence. `approver` is the only one who may grant it; empty: any approver but the requester.
    """

    id: str
    platform: Platform
    version: str
    build: str
    asked: Asked
    terms: str
    told: str
    requester: str
    at: float
    expires_at: float
    approver: str = ""
    grant: Grant | None = None
    used_at: float | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """A yes on a release's pull request, from somebody whose role there was checked.

    `login` is the name at the tracker, `request` the id that was written, None for an approving review that names
    none. `how` says where ("approving review of #12").
    """

    login: str
    at: float
    how: str
    request: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """How a wish of a person ended: whether it was done, in words, and what came of it."""

    done: bool
    text: str
    request: Request | None = None
    waiver: Waiver | None = None


def needed(proposal: Proposal, second_person: Collection[str]) -> Asked | None:
    """For which of the configured kinds an action needs a second person; None where it needs none."""
    if proposal.kind not in GOES_OUT or proposal.change is None:
        return None
    promotes = proposal.kind is ActionKind.PROMOTE
    if proposal.share == 1 or (promotes and proposal.change.irreversible):
        kinds = (Asked.COMPLETE, Asked.PROMOTE)
        return Asked.COMPLETE if any(kind in second_person for kind in kinds) else None
    return Asked.PROMOTE if promotes and Asked.PROMOTE in second_person else None


def terms_of(proposal: Proposal, plan: RolloutPlan) -> str:
    """Everything about an action that must be the same when it is performed as when it was granted."""
    seen = proposal.seen
    change = proposal.change
    return as_terms(
        action=proposal.kind.value,
        platform=plan.platform.value,
        version=plan.version,
        build=plan.build,
        target=None if proposal.target is None else proposal.target.id,
        share=None if proposal.share is None else str(proposal.share.normalize()),
        allowed=sorted(proposal.terms.allowed),
        store=None if change is None else change.store,
        changes=[] if change is None else [[field.name, field.before, field.after] for field in change.fields],
        seen=None if seen is None else [seen.word.value, seen.status, None if seen.share is None else str(seen.share)],
    )


def as_terms(**values: object) -> str:
    """Terms in their one form."""
    return json.dumps(values, sort_keys=True, ensure_ascii=False)


def is_open(request: Request, now: float) -> bool:
    """Whether it may still be granted, or a grant of it used."""
    return request.used_at is None and request.at <= now < request.expires_at


def meant(approval: Approval, requests: Iterable[Request], now: float) -> Request | None:
    """The request that a yes on the pull request grants.

    A review that names none is about the release as a whole: it grants the one request that is open, and none where
    there are several. A yes that is older than the request was about something else.
    """
    waiting = [request for request in requests if is_open(request, now) and request.grant is None]
    if approval.request is not None:
        waiting = [request for request in waiting if request.id == approval.request.strip().upper()]
    return waiting[0] if len(waiting) == 1 and approval.at >= waiting[0].at else None


def refusal(request: Request, by: str, approvers: Sequence[str], now: float) -> str | None:
    """Why that person cannot grant it; None where he can."""
    if request.used_at is not None:
        return f"{request.id} was used already"
    if now >= request.expires_at:
        return f"{request.id} has expired"
    if by.strip().casefold() == request.requester.strip().casefold():
        return f"{by} asked for it: a second person must grant it"
    if by not in approvers:
        return f"{by} is no approver; {' or '.join(who_may(request, approvers)) or 'nobody'} may grant it"
    if request.approver and by != request.approver:
        return f"it was asked of {request.approver}, not of {by}"
    return f"{request.id} was granted by {request.grant.by} already" if request.grant is not None else None


def who_may(request: Request, approvers: Iterable[str]) -> list[str]:
    """Whom to ask."""
    if request.approver:
        return [request.approver]
    return [name for name in approvers if name.casefold() != request.requester.casefold()]


def matching(requests: Iterable[Request], terms: str, now: float) -> Request | None:
    """The open request for exactly these terms; a granted one first."""
    mine = [request for request in requests if is_open(request, now) and request.terms == terms]
    return next((request for request in mine if request.grant is not None), mine[0] if mine else None)
