"""The tables of docs/rehearsal.md: no number is left out, and what they name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_MODULES, _TESTS = _ROOT / "rollout_tui/rehearsal/stores", _ROOT / "tests/rehearsal/stores"
_NAMED = re.compile(r"`([\w./]+\.py)(?:::(\w+))?`")


def rows(letter: str) -> dict[str, list[str]]:
    """The cells of every row of the table whose numbers begin so, by number."""
    lines = (_ROOT / "docs/rehearsal.md").read_text("utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return {row[0]: row[1:] for row in cells if re.fullmatch(rf"{letter}\d+", row[0])}


@pytest.mark.parametrize(("letter", "last"), [("A", 23), ("G", 28)])
def test_every_number_has_its_row(letter, last):
    assert list(rows(letter)) == [f"{letter}{number}" for number in range(1, last + 1)]


@pytest.mark.parametrize("number", sorted([*rows("A"), *rows("G")]))
def test_what_a_row_names_is_there(number):
    for file, name in (named for cell in (rows("A") | rows("G"))[number] for named in _NAMED.findall(cell)):
        path = (_TESTS if "test_" in file else _MODULES) / file
        assert path.is_file(), file
        assert not name or re.search(rf"^(async )?def {name}\(", path.read_text("utf-8"), re.MULTILINE), name


@pytest.mark.parametrize("number", sorted(rows("G")))
def test_every_rule_of_google_play_is_held_by_a_test(number):
    assert any(name for _, name in _NAMED.findall(rows("G")[number][-1]))


@pytest.mark.parametrize("number", sorted(rows("A")))
def test_every_rule_of_the_app_store_is_held_by_a_test_or_not_served(number):
    _, enforced, tested = rows("A")[number]
    assert bool(_NAMED.search(enforced)) == bool(_NAMED.search(tested))
