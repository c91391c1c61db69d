"""When Google says no: what it means, and where a person puts it right."""

from __future__ import annotations

import httpx
import pytest

from providers.google_play.options import GooglePlayOptions
from providers.play_vitals import PROVIDER
from rollout_tui.ports import Denied, Misconfigured, Unreachable
from tests.providers.play_vitals.desk import StillClock, ask, context, row, source

NOT_ENABLED = "Google Play Developer Reporting API has not been used in project 12 before or it is disabled."


@pytest.mark.parametrize(
    ("status", "message", "error", "says", "remedy"),
    [
        (404, "Requested entity was not found.", Misconfigured, "switched off", "Google Cloud console"),
        (403, NOT_ENABLED, Misconfigured, "switched off", "enable “Google Play Developer Reporting API”"),
        (403, "The caller does not have permission", Denied, "may not see", "“View app information (read-only)”"),
        (403, "Request had insufficient authentication scopes.", Denied, "another API", "playdeveloperreporting"),
        (401, "Request had invalid authentication credentials.", Denied, "sign-in", "key and this host's clock"),
        (400, "Invalid metric.", Misconfigured, "HTTP 400 (“Invalid metric.”)", "metrics of this source"),
        (429, "Quota exceeded", Unreachable, "asked too often", "`interval`"),
        (503, "The service is currently unavailable.", Unreachable, "HTTP 503", ""),
    ],
)
async def test_each_refusal_has_its_words_and_its_next_step(canned, http, status, message, error, says, remedy):
    canned.refused["crashRateMetricSet"] = (status, message)
    with pytest.raises(error) as raised:
        await source(http).read([ask()])
    assert says in raised.value.message
    assert remedy in raised.value.remedy
    assert "made-up-token" not in raised.value.message


async def test_a_refused_token_is_replaced_once(canned, http):
    canned.refused["MetricSet"] = (401, "no")
    with pytest.raises(Denied):
        await source(http).read([ask()])
    assert len(canned.asked) == 2


async def test_a_page_of_a_proxy_is_no_answer():
    transport = httpx.MockTransport(lambda _: httpx.Response(200, text="<html>please sign in</html>"))
    async with httpx.AsyncClient(transport=transport) as http:
        with pytest.raises(Unreachable, match="no JSON object"):
            await source(http).read([ask()])


async def test_pages_without_end_are_given_up(canned, http):
    canned.rows["crashRateMetricSet"] = [row(0.0, {}) for _ in range(60)]
    canned.page = 1
    with pytest.raises(Unreachable, match="has no end"):
        await source(http).read([ask()])


async def test_options_of_another_provider_are_refused(http):
    others = GooglePlayOptions(package="com.acme.connect", token="env:X")
    assert PROVIDER.open_source is not None
    with pytest.raises(Misconfigured):
        PROVIDER.open_source(others, context(http, StillClock()))
