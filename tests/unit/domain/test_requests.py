"""A second person's yes: never the requester's own, for exactly one proposal, for a time."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rollout_tui.domain.actions import ActionKind, Change, Expectation, FieldChange, Proposal, Terms
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.requests import (
    Approval,
    Asked,
    Grant,
    Request,
    is_open,
    matching,
    meant,
    needed,
    refusal,
    terms_of,
    who_may,
)
from tests.unit.domain.builders import ANDROID, HOUR, NOW, play

APPROVERS = ("jkim", "mara", "tom")
REQUEST = Request("K7Q2MX", Platform.ANDROID, "4.2.0", "4201", Asked.PROMOTE, "{}", "promote", "jkim", NOW, NOW + HOUR)
CHANGE = Change("Google Play", "goes on", (FieldChange("share", "10 %", "50 %"),), (), "pause", Expectation())
PROPOSAL = Proposal(
    "p1", Platform.ANDROID, ActionKind.PROMOTE, "PROMOTE ANDROID", play("0.1", NOW), CHANGE, ANDROID.phases[1]
)


@pytest.mark.parametrize("kind", [ActionKind.PAUSE, ActionKind.RESUME])
def test_pausing_and_resuming_never_need_a_second_person(kind: ActionKind) -> None:
    assert needed(replace(PROPOSAL, kind=kind), [*Asked]) is None


def test_promoting_needs_one_where_that_is_configured_and_completing_is_a_kind_of_its_own() -> None:
    assert needed(PROPOSAL, ()) is None
    assert needed(PROPOSAL, ["promote"]) is Asked.PROMOTE
    assert needed(PROPOSAL, ["complete"]) is None
    last = replace(PROPOSAL, target=ANDROID.phases[2])
    assert needed(last, ["complete"]) is Asked.COMPLETE
    assert needed(last, ["promote"]) is Asked.COMPLETE
    assert needed(replace(PROPOSAL, change=replace(CHANGE, irreversible=True)), ["complete"]) is Asked.COMPLETE


def test_a_restart_that_reaches_everybody_at_once_completes_too() -> None:
    everybody = replace(PROPOSAL, kind=ActionKind.RESTART, target=ANDROID.phases[2])
    assert needed(everybody, ["complete"]) is Asked.COMPLETE
    assert needed(replace(PROPOSAL, kind=ActionKind.RESTART), [*Asked]) is None


@pytest.mark.parametrize(
    "other",
    [
        replace(PROPOSAL, target=ANDROID.phases[2]),
        replace(PROPOSAL, terms=Terms(Decimal("0.2"))),
        replace(PROPOSAL, terms=Terms(None, ("cancel-review",))),
        replace(PROPOSAL, seen=play("0.2", NOW)),
        replace(PROPOSAL, change=replace(CHANGE, fields=(FieldChange("share", "10 %", "60 %"),))),
    ],
)
def test_a_grant_counts_for_the_very_proposal_alone(other: Proposal) -> None:
    granted = replace(REQUEST, terms=terms_of(PROPOSAL, ANDROID), grant=Grant("mara", NOW, "OS user"))
    again = replace(PROPOSAL, id="p2", seen=play("0.1", NOW + 60))
    assert matching([granted], terms_of(again, ANDROID), NOW + 60) is granted
    assert matching([granted], terms_of(other, ANDROID), NOW + 60) is None
    assert matching([granted], terms_of(again, replace(ANDROID, build="4202")), NOW + 60) is None
    assert matching([granted], terms_of(again, ANDROID), NOW + HOUR) is None
    assert matching([replace(granted, used_at=NOW)], terms_of(again, ANDROID), NOW + 60) is None


@pytest.mark.parametrize(
    ("request_", "by", "at", "says"),
    [
        (REQUEST, "jkim", NOW, "jkim asked for it"),
        (REQUEST, "JKim ", NOW, "asked for it"),
        (REQUEST, "eve", NOW, "eve is no approver; mara or tom may grant it"),
        (REQUEST, "mara", NOW + HOUR, "has expired"),
        (replace(REQUEST, used_at=NOW), "mara", NOW, "was used already"),
        (replace(REQUEST, approver="tom"), "mara", NOW, "it was asked of tom"),
        (replace(REQUEST, grant=Grant("tom", NOW, "")), "mara", NOW, "was granted by tom already"),
    ],
)
def test_who_cannot_grant_is_told_why(request_: Request, by: str, at: float, says: str) -> None:
    assert says in (refusal(request_, by, APPROVERS, at) or "")


@settings(deadline=None)
@given(
    by=st.sampled_from([*APPROVERS, "eve", "Mara", "JKIM"]), requester=st.sampled_from(APPROVERS), late=st.booleans()
)
def test_nobody_grants_his_own_request_and_only_approvers_grant(by: str, requester: str, late: bool) -> None:
    request = replace(REQUEST, requester=requester)
    if refusal(request, by, APPROVERS, NOW + (HOUR if late else 1)) is None:
        assert by in who_may(request, APPROVERS)
        assert by.casefold() != requester.casefold()
        assert not late


def test_a_review_that_names_no_request_grants_the_only_open_one_and_none_of_several() -> None:
    other = replace(REQUEST, id="ABC234")
    review = Approval("mara", NOW + 5, "approving review of #12")
    assert meant(review, [REQUEST], NOW + 10) is REQUEST
    assert meant(review, [REQUEST, other], NOW + 10) is None
    assert meant(replace(review, request="abc234"), [REQUEST, other], NOW + 10) is other
    assert meant(replace(review, at=NOW - 5), [REQUEST], NOW + 10) is None
    assert meant(replace(review, request="nothing"), [REQUEST], NOW + 10) is None
    assert not is_open(REQUEST, NOW + HOUR)
