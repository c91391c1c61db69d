"""Runbooks as they are written: the plan's own without a section, checks with what the program does and sees."""

from __future__ import annotations

from pathlib import Path

import pytest

from rollout_tui.config import ConfigErrors, load
from rollout_tui.domain.actions import ActionKind
from rollout_tui.domain.releases import Platform
from rollout_tui.domain.runbook import PLAN, Sees

EXAMPLE = (Path(__file__).parents[3] / "config.example.toml").read_text(encoding="utf-8")
WRITTEN = """
[[runbook.android.steps]]
title = "Immediate: pause"
checks = [
    { text = "The store says halted", does = "pause", sees = "paused" },
    { text = "An owner is named", asks = "who owns it" },
    { text = "The team is told", does = "announce" },
    "Support knows",
    "Support knows",
]
[[runbook.android.steps]]
title = "Only if needed"
optional = true
checks = ["Call the store"]
"""


def runbooks(tmp_path: Path, text: str):  # type: ignore[no-untyped-def]
    path = tmp_path / "config.toml"
    path.write_text(EXAMPLE + text, encoding="utf-8")
    return load(path).runbooks


def test_without_a_section_it_is_the_plans_own(tmp_path: Path) -> None:
    assert runbooks(tmp_path, "") == PLAN


def test_a_written_one_replaces_that_platforms_and_no_other(tmp_path: Path) -> None:
    found = runbooks(tmp_path, WRITTEN)
    first, second = found[Platform.ANDROID].steps
    halted, owner, told, *support = first.checks
    assert (halted.acts, halted.sees) == (ActionKind.PAUSE, Sees.PAUSED)
    assert owner.asks == "who owns it"
    assert told.announces
    assert len({check.id for check in first.checks}) == 5
    assert [check.text for check in support] == ["Support knows"] * 2
    assert second.optional
    assert found[Platform.IOS] == PLAN[Platform.IOS]


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ('does = "stop"', "does"),
        ('sees = "everything"', "sees"),
        ('does = "remove from sale"', "App Store's"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, broken: str, told: str) -> None:
    text = f'[[runbook.android.steps]]\ntitle = "x"\nchecks = [{{ text = "y", {broken} }}]\n'
    with pytest.raises(ConfigErrors) as errors:
        runbooks(tmp_path, text)
    lines = "\n".join(errors.value.lines())
    assert "runbook.android.steps" in lines
    assert told in lines
