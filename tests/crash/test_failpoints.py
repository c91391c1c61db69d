"""A kill at every boundary of an action, and every other fault once; `make crash` tries all of them everywhere.

After the next start nothing is doubled and nothing is lost.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.failpoints import CASES, survive
from tests.rehearsal.serving import Served, served

FAST = 600.0
SOME = [case for case in CASES if case[2] == "kill" and case[0] != "read-back"]
SOME += [("intent", False, "refused"), ("commit", False, "refused"), ("commit", True, "lost")]
SOME += [("intent", False, "full"), ("commit", False, "full"), ("outcome", False, "full")]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Path]]:
    """A rehearsed Google Play, and a folder as it was before anybody acted."""
    folder = tmp_path_factory.mktemp("failpoints")
    with served(folder, "healthy", FAST) as serving:
        fresh = folder / "fresh"
        shutil.copytree(serving.folder, fresh)
        yield serving, fresh


@pytest.mark.parametrize(
    ("point", "after", "fault"), SOME, ids=[f"{fault} {'after' if a else 'before'} {p}" for p, a, fault in SOME]
)
def test_a_pause_survives(store: tuple[Served, Path], tmp_path: Path, point: str, after: bool, fault: str) -> None:
    survive(*store, tmp_path, point, after, fault)
