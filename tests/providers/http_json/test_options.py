"""Mistakes of a section are found when the configuration is read, with their place."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from providers.http_json import PROVIDER
from rollout_tui.config.secrets import may_hold_secret
from tests.providers.http_json.desk import BUGS, counts


def complaint(section: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as caught:
        PROVIDER.options.model_validate(section)
    return "\n".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in caught.value.errors())


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("a.b[", "metrics.crash_rate.bad: Value error, does not parse as JMESPath at character 5: "),
        ("a == ", "does not parse as JMESPath at character"),
        ("a.'x'", "does not parse as JMESPath at character 3: Expecting"),
        ("total(a)", "at character 1: JMESPath has no function total()"),
        ("a || sum(a, b)", "at character 6: sum() takes 1 arguments, 2 are given"),
        ("a.$bild", "unknown placeholder $bild at character 3; known are $platform"),
        ("a[?t>'$start']", "$start has no place in an expression"),
        ("", "at least 1 character"),
    ],
)
def test_an_expression_that_does_not_parse_is_told_with_its_place(expression: str, words: str) -> None:
    assert words in complaint(counts(metric={"bad": expression}))


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"url": "https://api.example/x?build=$build"}, "parameters stand in `query`"),
        ({"url": "https://$platform.example/$build"}, "placeholders behind the host"),
        ({"url": "https://me:word@api.example/$build"}, "expected http:// or https://"),
        ({"url": "ftp://api.example/$build"}, "expected http:// or https://"),
        ({"url": "https://api.example/all"}, "nothing says which build"),
        ({"query": {}}, "nothing says which window"),
        ({"query": {"since": "$start", "q": "$filter"}}, "$filter has no value here"),
        ({"query": {"since": "$start", "c": "$cursor"}}, "$cursor needs `paging` that gives it"),
        ({"paging": {"cursor": "next"}}, "its pages need $cursor in the request"),
        ({"paging": {"items": "rows"}}, "its pages need $offset or $page in the request"),
        ({"paging": {"items": "rows", "link": True}}, "expected one of next, cursor, items and link"),
        ({"paging": {}}, "expected one of next, cursor, items and link"),
        ({"body": '{"a": }'}, "is no JSON at line 1, character 7"),
        ({"body": '{"a": "$cursor"}'}, "$cursor stands outside of quotes"),
        ({"body": '{"a": "$money"}'}, "unknown placeholder $money at character 8"),
        ({"headers": {"X-Api-Key": "abc"}}, "X-Api-Key holds a secret: expected a reference to it"),
        ({"query": {"since": "$start", "api_key": "abc"}}, "api_key holds a secret: expected a reference to it"),
        ({"query": {"since": "$start", "Access-Token": "abc"}}, "Access-Token holds a secret"),
        ({"headers": {"Authorization": "env:A"}, "token": "env:B"}, "expected one way to sign in"),
        ({"username": "me"}, "expected both or none"),
        ({"token": "abc"}, "pattern"),
        ({"metric": {"good": "good"}}, "found bad and good and total; expected bad and total"),
        ({"metric": {"url": "https://other.example/$build"}}, "another server: give it a section of its own"),
        ({"metric": {"headers": {"X-Key": "env:K"}}}, "stand in the section's own query and headers"),
        ({"metrics": {}}, "expected `metrics` for a source, or `bugs` for a tracker"),
        ({"metrics": None}, "expected `metrics` for a source, or `bugs` for a tracker"),
        ({"bugs": BUGS["bugs"]}, "expected `metrics` for a source, or `bugs` for a tracker"),
        ({"unknown": 1}, "Extra inputs"),
    ],
)
def test_mistakes_of_a_source_are_found(section: dict[str, Any], words: str) -> None:
    PROVIDER.options.model_validate(counts())
    assert words in complaint(counts(**section))


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"query": {"page": "$page"}}, "does not hold $filter"),
        ({"query": {"q": "$filter $start", "page": "$page"}}, "$start has no value here"),
        ({"query": {"q": "$filter", "page": "$page", "t": "$since"}}, "bugs: $since has no value here"),
        ({"bugs": {**BUGS["bugs"], "critical": "since $minutes"}}, "bugs.critical: $minutes has no value here"),
        ({"bugs": {**BUGS["bugs"], "new": "since $start"}}, "bugs.new: $start has no value here"),
        ({"query": {"q": "$filter"}, "paging": None}, "a list may be a first page"),
        ({"bugs": {**BUGS["bugs"], "reopened": None}}, "a bug that is opened again counts as new"),
        ({"bugs": {**BUGS["bugs"], "total": "n", "total_header": "X-Total"}}, "not both"),
        ({"bugs": {**BUGS["bugs"], "issues": "[].bugs["}}, "bugs.issues: Value error, does not parse as JMESPath at"),
    ],
)
def test_mistakes_of_a_tracker_are_found(section: dict[str, Any], words: str) -> None:
    PROVIDER.options.model_validate(BUGS)
    assert words in complaint({**BUGS, **section})


def test_a_placeholder_under_a_name_that_sounds_like_a_secret_is_none() -> None:
    assert not may_hold_secret("page_token", "$cursor")
    assert may_hold_secret("page_token", "$cursor123$")
    assert may_hold_secret("token", "abcdef")
