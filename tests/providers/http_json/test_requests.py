"""What is sent, and which pages are followed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rollout_tui.domain.quantities import Proportion
from rollout_tui.domain.readings import Reading, Scope
from rollout_tui.ports import Misconfigured, Unreachable
from tests.providers.http_json.desk import GOOD, NOW, START, Desk, ask, counts
from tests.unit.domain.builders import CONNECT, CRASH, HOUR

# --- requests --------------------------------------------------------------------------------------------------------


async def test_placeholders_are_encoded_for_the_place_they_stand_in(desk: Desk) -> None:
    desk.api.answers = [GOOD]
    section = counts(
        url="https://api.example/v1/$version/${platform}s",
        query={"q": "v:$version & b=$build", "since": "$start", "till": "$end", "cost": "5$$"},
        headers={"X-Build": "b $build"},
        body='{"v": "é $version", "b": $build, "w": $window, "t": [$start_ms, "$end_iso"]}',
    )
    await desk.reading(section, ask(version="4.2 (1)/ü&x=1", build="4201"))
    (request,) = desk.api.asked
    assert request.method == "POST"
    assert request.url.raw_path.startswith(b"/v1/4.2%20%281%29%2F%C3%BC%26x%3D1/androids?")
    assert dict(request.url.params) == {
        "q": "v:4.2 (1)/ü&x=1 & b=4201",
        "since": f"{START:.0f}",
        "till": f"{NOW:.0f}",
        "cost": "5$",
    }
    assert request.headers["x-build"] == "b 4201"
    assert json.loads(request.content) == {
        "v": "é 4.2 (1)/ü&x=1",
        "b": "4201",
        "w": 3600,
        "t": [int(START * 1000), "2026-11-23T14:22:51Z"],
    }


async def test_headers_that_http_cannot_carry_are_told(desk: Desk) -> None:
    with pytest.raises(Misconfigured, match="characters that HTTP cannot carry"):
        await desk.read(counts(headers={"X-Version": "$version"}), ask(version="4.2ü"))


@pytest.mark.parametrize("version", ["4.2'0", '4.2"', "4.2\\", "4.2`", "4.2\n"])
async def test_a_version_that_could_end_a_quoted_text_is_not_sent(desk: Desk, version: str) -> None:
    reason = await desk.refusal(counts(), ask(version=version))
    assert reason == "api: the version holds a quote, a backslash or a control character"
    assert desk.api.asked == []


@pytest.mark.parametrize(
    ("section", "header"),
    [
        ({"token": "env:T"}, "Bearer T:vne"),
        ({"username": "me", "password": "env:P"}, "Basic bWU6UDp2bmU="),
        ({"headers": {"Authorization": "env:A"}}, "A:vne"),
    ],
)
async def test_each_way_to_sign_in(desk: Desk, section: dict[str, Any], header: str) -> None:
    desk.api.answers = [GOOD]
    await desk.reading(counts(**section))
    assert desk.api.asked[0].headers["authorization"] == header


async def test_equal_questions_are_asked_once_and_others_apart(desk: Desk) -> None:
    desk.api.answers = [GOOD]
    section = counts(metrics={name: {"bad": "bad", "total": "total"} for name in (CRASH.id, CONNECT.id)})
    answers = await desk.read(section, ask(CRASH), ask(CONNECT), ask(CRASH, Scope.PHASE, 2 * HOUR))
    assert all(isinstance(answer, Reading) for answer in answers)
    assert sorted(request.url.params["since"] for request in desk.api.asked) == [f"{NOW - 7200:.0f}", f"{START:.0f}"]


# --- pages -----------------------------------------------------------------------------------------------------------


PAGED: dict[str, Any] = {"metric": {"bad": "sum([].bad)", "total": "sum([].total)"}}


async def test_numbered_pages_go_on_until_one_is_empty(desk: Desk) -> None:
    row = {"bad": 1, "total": 10}
    desk.api.answers = [{"rows": [1, 2], **row}, {"rows": [3], **row}, {"rows": [], "bad": 0, "total": 0}]
    query = {"since": "$start", "page": "$page", "skip": "$offset"}
    section = counts(**PAGED, query=query, paging={"items": "rows", "first_page": 0})
    assert (await desk.reading(section)).quantity == Proportion(2, 20)
    asked = [(request.url.params["page"], request.url.params["skip"]) for request in desk.api.asked]
    assert asked == [("0", "0"), ("1", "2"), ("2", "3")]


async def test_pages_without_end_or_in_circles_are_no_data(desk: Desk) -> None:
    section = counts(**PAGED, paging={"next": "next", "most_pages": 3})
    desk.api.answers = [{**GOOD, "next": f"/4201?page={n}"} for n in range(9)]
    with pytest.raises(Misconfigured, match="api: more than 3 pages"):
        await desk.read(section)
    assert len(desk.api.asked) == 3
    desk.api.answers = [{**GOOD, "next": "/4201?page=1"}]
    with pytest.raises(Unreachable, match="its pages go in circles"):
        await desk.read(section)


@pytest.mark.parametrize(
    "following", ["https://evil.example/4201", "//evil.example/", "http://api.example/4201", "https://api.example:444/"]
)
async def test_a_next_page_on_another_server_never_gets_the_credentials(desk: Desk, following: str) -> None:
    desk.api.answers = [{**GOOD, "next": following}]
    with pytest.raises(Unreachable, match="names a next page on another server"):
        await desk.read(counts(**PAGED, paging={"next": "next"}, token="env:T"))
    assert len(desk.api.asked) == 1


async def test_parameters_of_a_next_page_stay_as_they_are_and_the_secret_one_is_added_once(desk: Desk) -> None:
    query = {"since": "$start", "key": "env:K"}
    for following in ("/4201?a=1&a=2&b=x%20y", "/4201?a=1&a=2&b=x%20y&key=K:vne"):
        desk.api.answers = [{**GOOD, "next": following}, {"bad": 0, "total": 0}]
        await desk.reading(counts(**PAGED, paging={"next": "next"}, query=query))
        assert desk.api.asked[-1].url.params.multi_items() == [("a", "1"), ("a", "2"), ("b", "x y"), ("key", "K:vne")]


@pytest.mark.parametrize(
    ("paging", "answer"),
    [({"cursor": "next"}, {"next": [1]}), ({"items": "rows"}, {"rows": {"a": 1}}), ({"next": "next"}, {"next": True})],
)
async def test_pages_that_cannot_be_followed_are_no_data(desk: Desk, paging: dict[str, str], answer: Any) -> None:
    desk.api.answers = [{**GOOD, **answer}]
    query = {
        "since": "$start",
        **({"c": "$cursor"} if "cursor" in paging else {"p": "$page"} if "items" in paging else {}),
    }
    assert (await desk.refusal(counts(**PAGED, query=query, paging=paging))).startswith("api: ")
