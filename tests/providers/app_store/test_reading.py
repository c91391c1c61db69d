"""What the screen says of the App Store is what Apple said, in every stage and for every value that nobody foresaw."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from rollout_tui.domain.releases import PhaseKind, StateWord
from rollout_tui.ports import Denied, Misconfigured, Unreachable
from tests.providers.app_store.desk import DAY, HOUR, IOS, NOW, REVIEW, TESTFLIGHT, error


async def test_testflight_shows_the_beta_state_the_size_of_the_group_and_the_expiry(desk_in):
    state = await desk_in("testflight").see()
    assert (state.word, state.status, state.kind) == (StateWord.RUNNING, "IN_BETA_TESTING", PhaseKind.TESTERS)
    assert state.testers == 100
    assert "the build expires in 86 d" in state.notes


async def test_a_build_that_is_not_in_its_group_is_paused(desk_in):
    desk = desk_in("testflight")
    desk.book.link_build(desk.book.GROUP_ID, desk.book.BUILD_ID, inside=False)
    state = await desk.see()
    assert (state.word, state.status, state.kind) == (StateWord.PAUSED, "not in group QA", PhaseKind.TESTERS)


async def test_review_shows_apples_word_and_since_when_it_waits(desk_in):
    state = await desk_in("review", since=-2.0).see()
    assert (state.word, state.status, state.kind) == (StateWord.IN_REVIEW, "WAITING_FOR_REVIEW", PhaseKind.REVIEW)
    assert state.since == NOW - 2 * HOUR


async def test_approved_is_not_released(desk_in):
    state = await desk_in("waiting").see()
    assert (state.word, state.status) == (StateWord.WAITING, "PENDING_DEVELOPER_RELEASE")
    assert state.share is None
    assert "0 users until somebody releases it" in state.notes[0]


async def test_a_phased_release_shows_day_share_and_next_step(desk_in):
    state = await desk_in("phased").see()
    assert (state.word, state.status, state.kind) == (StateWord.RUNNING, "ACTIVE", PhaseKind.PHASED)
    assert (state.day, state.share) == (3, Decimal("0.05"))
    assert state.next_step_at == NOW - 52 * HOUR + 3 * DAY
    assert state.notes[0].startswith("share of automatic updates for 20 h; anyone may update by hand")


async def test_a_paused_ladder_says_that_manual_updates_go_on_and_what_is_left_of_thirty_days(desk_in):
    desk = desk_in("phased")
    desk.book.set_phased(desk.book.phased.id, "PAUSED")
    desk.clock.time += 2 * DAY
    state = await desk.see()
    assert (state.word, state.day, state.next_step_at) == (StateWord.PAUSED, 3, None)
    assert state.notes[0] == "manual updates and new installs go on"
    assert "paused 2 of 30 days, 28 left" in state.notes[1]


async def test_complete_is_done_for_everybody(desk_in):
    state = await desk_in("phased", since=-24.0 * 8).see()
    assert (state.word, state.status, state.share) == (StateWord.DONE, "COMPLETE", Decimal(1))


async def test_released_without_a_ladder_is_done(desk_in):
    desk = desk_in("phased")
    desk.book.phased = None
    state = await desk.see()
    assert (state.word, state.status, state.share) == (StateWord.DONE, "READY_FOR_DISTRIBUTION", Decimal(1))


@pytest.mark.parametrize(("stage", "most"), [("testflight", 2), ("review", 2), ("waiting", 2), ("phased", 1)])
async def test_a_poll_once_warm_stays_within_the_keys_budget(desk_in, stage, most):
    desk = desk_in(stage, since=-2.0)
    await desk.see()
    desk.wire.requests.clear()
    await desk.store.read(IOS, share=False)
    assert len(desk.wire.requests) <= most


async def test_the_platform_is_always_asked_for(desk_in):
    desk = desk_in("review", since=-2.0)
    await desk.see()
    asked = {request.url.path.rsplit("/", 1)[-1]: request.url.params for request in desk.wire.requests}
    assert asked["appStoreVersions"]["filter[platform]"] == "IOS"
    assert asked["reviewSubmissions"]["filter[platform]"] == "IOS"


async def test_where_the_answer_leaves_relations_out_they_are_asked_for(desk_in):
    def bare(request, document):
        document.pop("included", None)
        for item in document["data"] if isinstance(document.get("data"), list) else []:
            item.pop("relationships", None)

    for stage, status in (("testflight", "IN_BETA_TESTING"), ("phased", "ACTIVE")):
        desk = desk_in(stage)
        desk.wire.after = bare
        assert (await desk.see()).status == status


@pytest.mark.parametrize(
    ("stage", "attribute", "kind"),
    [
        ("review", "appVersionState", None),
        ("phased", "phasedReleaseState", PhaseKind.PHASED),
        ("testflight", "internalBuildState", None),
        ("testflight", "processingState", None),
    ],
)
async def test_unknown_values_are_shown_as_apple_wrote_them(desk_in, stage, attribute, kind):
    desk = desk_in(stage, since=-2.0)

    def odd(request, document):
        for item in [*_listed(document.get("data")), *document.get("included", [])]:
            if attribute in item.get("attributes", {}):
                item["attributes"][attribute] = "FROBNICATED\u202e"

    desk.wire.after = odd
    state = await desk.see()
    assert (state.word, state.status, state.kind) == (StateWord.UNKNOWN, "FROBNICATED·", kind)


async def test_an_unknown_submission_state_breaks_nothing(desk_in):
    desk = desk_in("review", since=-2.0)
    desk.wire.after = lambda _, document: [
        item["attributes"].update(state="PONDERED")
        for item in _listed(document.get("data"))
        if item["type"] == "reviewSubmissions"
    ]
    assert (await desk.see()).word is StateWord.IN_REVIEW


async def test_a_submission_with_open_issues_is_rejected_before_the_version_says_so(desk_in):
    desk = desk_in("review", since=-2.0)
    desk.book.submissions[0].state = "UNRESOLVED_ISSUES"
    state = await desk.see()
    assert (state.word, state.status) == (StateWord.REJECTED, "UNRESOLVED_ISSUES")


async def test_the_older_family_of_states_is_understood_where_the_newer_is_missing(desk_in):
    desk = desk_in("phased")
    desk.wire.after = lambda _, document: [
        item["attributes"].pop("appVersionState", None) for item in _listed(document.get("data"))
    ]
    assert (await desk.see()).status == "ACTIVE"


async def test_removed_from_sale_is_not_called_running(desk_in):
    desk = desk_in("phased")
    desk.wire.after = lambda _, document: [
        item["attributes"].update(appStoreState="DEVELOPER_REMOVED_FROM_SALE")
        for item in _listed(document.get("data"))
        if item["type"] == "appStoreVersions"
    ]
    state = await desk.see()
    assert (state.word, state.status) == (StateWord.UNKNOWN, "DEVELOPER_REMOVED_FROM_SALE")


async def test_a_newer_version_that_took_over_is_told(desk_in):
    desk = desk_in("phased")
    desk.book.version_state = "REPLACED_WITH_NEW_VERSION"
    state = await desk.see()
    assert (state.word, state.kind) == (StateWord.UNKNOWN, None)
    assert "a newer version has replaced it" in state.notes[0]


async def test_another_build_in_review_is_never_taken_for_ours(desk_in):
    desk = desk_in("review", replace(IOS, build="88"), since=-2.0)
    state = await desk.see()
    assert (state.word, state.kind) == (StateWord.UNKNOWN, None)
    assert "holds build 87 at Apple, the plan says 88" in state.notes[0]


async def test_a_new_build_after_a_withdrawal_is_looked_for_in_testflight(desk_in):
    desk = desk_in("testflight", replace(IOS, build="88"))
    desk.book.version_state = "DEVELOPER_REJECTED"
    state = await desk.see()
    assert (state.word, state.status) == (StateWord.UNKNOWN, "no build")
    assert "no build 88 of 4.2.0" in state.notes[0]


async def test_a_version_that_goes_out_by_itself_is_warned_of(desk_in):
    desk = desk_in("review", since=-2.0)
    desk.wire.after = lambda _, document: [
        item["attributes"].update(releaseType="AFTER_APPROVAL")
        for item in _listed(document.get("data"))
        if item["type"] == "appStoreVersions"
    ]
    assert any("releaseType is AFTER_APPROVAL" in note for note in (await desk.see()).notes)


async def test_an_unknown_group_is_a_mistake_of_the_configuration(desk_in):
    rollout = replace(IOS, phases=(replace(TESTFLIGHT, group="Nobody"), REVIEW))
    with pytest.raises(Misconfigured, match="no group named Nobody"):
        await desk_in("testflight", rollout).see()


async def test_an_unknown_bundle_id_is_a_mistake_of_the_configuration(desk_in):
    desk = desk_in("testflight")
    desk.book.bundle = "com.acme.other"
    with pytest.raises(Misconfigured, match=r"no app com\.acme\.connect") as caught:
        await desk.see()
    assert "bundle_id" in caught.value.remedy


async def test_missing_agreements_name_who_must_sign(desk_in):
    desk = desk_in("phased")
    detail = "A required agreement is missing or has expired."
    desk.wire.before = lambda _: error(403, "FORBIDDEN.REQUIRED_AGREEMENTS_MISSING_OR_EXPIRED", detail)
    with pytest.raises(Denied, match="an agreement with Apple is missing") as caught:
        await desk.see()
    assert "the account holder must sign" in caught.value.remedy


async def test_too_many_requests_are_waited_out_even_with_plenty_left(desk_in):
    desk = desk_in("phased")
    desk.wire.before = lambda _: error(429, "RATE_LIMIT_EXCEEDED", "Slow down", **{"retry-after": "42"})
    with pytest.raises(Unreachable, match="too many requests") as caught:
        await desk.see()
    assert caught.value.retry_after == 42.0


def _listed(data):
    return data if isinstance(data, list) else [data] if isinstance(data, dict) else []
