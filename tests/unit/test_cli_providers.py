"""`providers`: what is installed, from which package, and every option out of the code; broken ones are words."""

from __future__ import annotations

import importlib.metadata
import json
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from rollout_tui.cli.main import main
from rollout_tui.cli.providers_page import page
from rollout_tui.config import providers
from rollout_tui.config.installed import installed, options
from rollout_tui.ports import ENTRY_POINTS, Provider
from tests.unit.config.standins import PROVIDERS

PAGE = Path(__file__).parents[2] / "docs" / "providers-reference.md"


class Nothing(BaseModel):
    """No options."""


class Odd(BaseModel):
    """A model that no schema can be made of."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    thing: EntryPoint


GOOD = PROVIDERS["prometheus"]
STRANGE = Provider("strange", "about \x1b[2J all", Nothing, open_tracker=lambda *_: None)
ODD = Provider("odd", "odd", Odd)


@pytest.fixture
def run(capsys):
    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["providers", *arguments])
        told = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, told.out, told.err

    return call


@pytest.fixture
def third_parties(monkeypatch):
    """Beside a good one: one with odd words, one whose options cannot be told, one that fails, one installed twice."""
    here = "tests.unit.test_cli_providers"
    names = (
        ("good", f"{here}:GOOD"),
        ("strange", f"{here}:STRANGE"),
        ("odd", f"{here}:ODD"),
        ("fails", "nowhere.at_all:PROVIDER"),
        ("twice", f"{here}:GOOD"),
        ("twice", "another:GOOD"),
    )
    found = [EntryPoint(name, value, ENTRY_POINTS) for name, value in names]
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: found if group == ENTRY_POINTS else [])
    for kept in (providers.find, providers._entries):
        kept.cache_clear()
    yield
    monkeypatch.undo()
    for kept in (providers.find, providers._entries):
        kept.cache_clear()


def test_every_bundled_provider_is_listed_with_what_it_can_be_and_its_package(run):
    code, out, _ = run()
    assert code == 0
    (line,) = [line for line in out.splitlines() if line.startswith("play_vitals ")]
    assert line.split()[1:4] == ["source,", "investigator", "rollout-tui"]


def test_one_is_told_with_what_it_shares_and_every_key_of_its_section(run):
    code, out, _ = run("github")
    assert code == 0
    assert "can be   tracker" in out
    assert "shared   the rate limit belongs to the token" in out
    assert "* repository      OWNER/NAME, for example acme/connect (text)" in out
    assert '  critical_label  Label of critical bugs (text, default "critical")' in out
    assert "  token           Reference to a token that may read issues (secret reference)" in out


def test_tables_below_a_section_are_told_by_their_path(run):
    _, out, _ = run("play_vitals", "--json")
    (told,) = json.loads(out)
    keys = {option["key"]: option for option in told["options"]}
    assert keys["metrics.NAME.vital"]["default"] is None
    assert keys["metrics.NAME.period"]["kind"] == '"daily" or "hourly"'
    assert keys["token"]["secret"]
    assert told["roles"] == ["source", "investigator"]
    assert {option["key"] for option in told["common_options"]["source"]} == {"interval", "timeout", "stale_after"}


def test_broken_ones_say_why_and_the_others_are_listed_all_the_same(run, third_parties):
    code, out, _ = run()
    lines = {line.split()[0]: line for line in out.splitlines()}
    assert code == 0
    assert "source" in lines["good"]
    assert "cannot be imported: ModuleNotFoundError" in lines["fails"]
    assert "its options cannot be told: PydanticInvalidForJsonSchema" in lines["odd"]
    assert "is installed twice" in lines["twice"]
    assert "\x1b" not in out
    told = json.loads(run("--json")[1])
    assert [one["name"] for one in told if one["error"]] == ["fails", "odd", "twice", "twice"]


def test_an_unknown_name_is_an_error_of_usage_that_names_the_known_ones(run):
    code, out, err = run("prometeus")
    assert (code, out) == (4, "")
    assert 'no provider "prometeus" is installed; installed: app_store,' in err


def test_a_model_that_holds_itself_comes_to_an_end():
    class Nested(BaseModel):
        deeper: dict[str, Nested] = {}

    assert len(options(Nested)) == 1


def test_the_page_of_the_options_says_what_the_code_says():
    ours = [one for one in installed() if one.distribution == "rollout-tui"]
    assert PAGE.read_text(encoding="utf-8") == page(ours), "run: make reference"


def test_every_option_of_a_bundled_provider_says_what_it_is_for():
    ours = [one for one in installed() if one.distribution == "rollout-tui"]
    silent = [f"{one.name}: {option.key}" for one in ours for option in one.options if not option.meaning]
    assert silent == []
