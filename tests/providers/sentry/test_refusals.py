"""When Sentry says no: what it means, and where a person puts it right; and what doctor finds."""

from __future__ import annotations

import pytest

from providers.google_play.options import GooglePlayOptions
from providers.sentry import PROVIDER
from rollout_tui.domain.checkup import Grade
from rollout_tui.ports import Denied, Examined, Misconfigured, Unreachable
from tests.providers.sentry.desk import TOKEN, ask, context, source
from tests.unit.domain.builders import ANDROID


@pytest.mark.parametrize(
    ("status", "body", "error", "says", "remedy"),
    [
        (401, {"detail": "Invalid token"}, Denied, "does not accept the token (“Invalid token”)", "org:read"),
        (403, {"detail": "You do not have permission"}, Denied, "may not read", "org:read"),
        (404, {"detail": "The requested resource does not exist"}, Misconfigured, "does not know", "`organization`"),
        (400, {"detail": "Invalid project slugs."}, Misconfigured, "HTTP 400 (“Invalid project slugs.”)", "options"),
        (400, {"detail": {"message": "bad", "code": "x"}}, Misconfigured, "(“bad”)", "options"),
        (
            429,
            {"detail": "You are attempting to use this endpoint too frequently."},
            Unreachable,
            "too often",
            "longer",
        ),
        (503, {}, Unreachable, "HTTP 503", ""),
        (302, {}, Misconfigured, "was moved", "new address"),
    ],
)
async def test_each_refusal_has_its_words_and_its_next_step(status, body, error, says, remedy):
    import httpx

    transport = httpx.MockTransport(lambda _: httpx.Response(status, json=body))
    async with httpx.AsyncClient(transport=transport) as http:
        with pytest.raises(error) as raised:
            await source(http).read([ask()])
    assert says in raised.value.message
    assert remedy in raised.value.remedy


async def test_how_long_to_wait_is_taken_from_sentry(canned, http):
    canned.refused = (429, {"detail": "too frequently"}, {"Retry-After": "17"})
    with pytest.raises(Unreachable) as raised:
        await source(http).read([ask()])
    assert raised.value.retry_after == 17.0


async def test_a_token_that_sentry_repeats_is_not_told(canned, http):
    canned.refused = (401, {"detail": f"Invalid token {TOKEN}"}, {})
    with pytest.raises(Denied) as raised:
        await source(http).read([ask()])
    assert TOKEN not in raised.value.message


async def test_options_of_another_provider_are_refused(http):
    others = GooglePlayOptions(package="com.acme.connect", token="env:X")
    assert PROVIDER.open_source is not None
    with pytest.raises(Misconfigured):
        PROVIDER.open_source(others, context(http))


# --- doctor ------------------------------------------------------------------------------------------------------

SLUG = {
    "id": 1,
    "slug": "connect-android",
    "name": "connect",
    "newGroups": 0,
    "platform": "android",
    "platforms": ["android"],
    "hasHealthData": True,
}


async def examined(http):
    looked_at = source(http)
    assert isinstance(looked_at, Examined)
    (remark,) = await looked_at.examine([ANDROID])
    return remark


async def test_a_release_that_nobody_knows_is_found_by_doctor_and_its_name_is_encoded_in_the_path(canned, http):
    remark = await examined(http)
    assert remark.grade is Grade.NO_DATA
    assert "com.acme.connect@4.2.0+4201 is not known" in remark.text
    assert canned.asked[0].url.raw_path == b"/api/0/organizations/acme/releases/com.acme.connect%404.2.0%2B4201/"


async def test_a_release_that_is_only_in_another_project_is_told_with_the_project():
    import httpx

    async def there(slug: str):
        body = {"version": "x", "projects": [{**SLUG, "slug": slug}]}
        async with httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=body))) as http:
            return await examined(http)

    assert (await there("connect-android")).grade is Grade.OK
    elsewhere = await there("connect-beta")
    assert elsewhere.grade is Grade.NO_DATA
    assert "reports to connect-beta, not to connect-android" in elsewhere.text
    assert elsewhere.fix == "set `project`"
