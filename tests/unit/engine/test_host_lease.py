"""Which lease an engine takes: that of everybody on the host, except in a rehearsal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rollout_tui.domain.actions import Actor
from rollout_tui.engine import lease as leases
from rollout_tui.engine.works import Works
from rollout_tui.ports import Provider
from tests.unit.engine.fakes import World


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the host in which everybody may make files."""
    folder = tmp_path / "lock"
    folder.mkdir()
    folder.chmod(0o1777)
    monkeypatch.setattr(leases, "_SHARED", (str(folder),))
    return folder


def lease_path(world: World, *, rehearsal: str | None = None) -> Path:
    def lookup(name: str) -> Provider:
        return replace(world.lookup(name), controls=lambda options: "com.acme.connect https://play")

    engine = world.engine()
    engine.settings = replace(engine.settings, rehearsal=rehearsal)
    engine._lookup = lookup
    works: Works = engine._works
    lease = works._lease(engine.settings, engine._boards[0], Actor("jkim", "rel-01"))
    return lease.path


async def test_users_of_one_release_share_a_file_of_the_host(world: World, shared: Path) -> None:
    assert lease_path(world).parent == shared


async def test_a_rehearsal_leaves_nothing_in_the_folders_of_the_host(world: World, shared: Path) -> None:
    assert lease_path(world, rehearsal="60x").parent == world.path.parent
