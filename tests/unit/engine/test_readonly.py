"""Read-only: the flag before the profile before the file, and each says why."""

from __future__ import annotations

import pytest

from rollout_tui.engine.readonly import VARIABLE, why_read_only
from tests.unit.engine.fakes import World

FLAG = "started with --read-only by jkim"


@pytest.mark.parametrize(
    ("flag", "profile", "file", "why"),
    [
        (FLAG, "0", False, FLAG),
        (None, "1", False, f"{VARIABLE}=1 in the environment"),
        (None, "perhaps", False, f"{VARIABLE}=perhaps in the environment"),
        (None, "0", True, None),
        (None, "", True, "read_only = true in rollout.toml"),
        (None, "", False, None),
    ],
)
def test_the_flag_comes_before_the_profile_before_the_file(
    world: World, flag: str | None, profile: str, file: bool, why: str | None
) -> None:
    assert why_read_only(flag, {VARIABLE: profile}, world.settings(read_only=file)) == why
