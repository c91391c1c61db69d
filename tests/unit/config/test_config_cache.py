"""A configuration that was read before is not checked again, unless anything about it is another."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from rollout_tui.config import cache, load
from rollout_tui.config.settings import Settings
from tests.unit.config.standins import PROVIDERS

EXAMPLE = Path(__file__).parents[3] / "config.example.toml"


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Settings]:
    """A configuration that was read and kept."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "config.toml"
    path.write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    settings = load(path, PROVIDERS.__getitem__)
    cache.remember(path, settings)
    return path, settings


def the_file(tmp_path: Path) -> Path:
    return next((tmp_path / "cache").rglob("*.settings"))


def test_the_kept_reading_is_the_same_plan_with_the_options_as_plain_values(kept: tuple[Path, Settings]) -> None:
    path, settings = kept
    again = cache.recall(path)
    assert again is not None
    assert again.plan == settings.plan
    assert isinstance(again.stores["play"].options, dict)


def test_a_changed_file_is_read_anew(kept: tuple[Path, Settings]) -> None:
    path, _ = kept
    path.write_text(path.read_text(encoding="utf-8") + "\n# one more line\n", encoding="utf-8")
    assert cache.recall(path) is None


@pytest.mark.parametrize("module", ["domain/plan.py", "domain/metrics.py", "config/build.py"])
def test_a_program_of_another_shape_reads_anew(
    kept: tuple[Path, Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    """Values that were kept lack the fields that they have got since."""
    path, _ = kept
    for folder in ("config", "domain"):
        shutil.copytree(Path(cache.__file__).parents[1] / folder, tmp_path / "program" / folder)
    monkeypatch.setattr(cache, "_PROGRAM", (tmp_path / "program" / "config", tmp_path / "program" / "domain"))
    cache.remember(path, kept[1])
    assert cache.recall(path) is not None
    changed = tmp_path / "program" / module
    about = changed.stat()
    changed.write_text(changed.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    os.utime(changed, ns=(about.st_atime_ns, about.st_mtime_ns - 10**9))
    assert cache.recall(path) is None


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"\x80\x04N."])
def test_a_damaged_reading_is_no_reading(kept: tuple[Path, Settings], tmp_path: Path, damage: bytes) -> None:
    the_file(tmp_path).write_bytes(damage)
    assert cache.recall(kept[0]) is None


def test_a_reading_that_others_could_have_written_is_not_opened(kept: tuple[Path, Settings], tmp_path: Path) -> None:
    the_file(tmp_path).chmod(0o666)
    assert cache.recall(kept[0]) is None


def test_the_kept_file_is_private_and_holds_references_only(kept: tuple[Path, Settings], tmp_path: Path) -> None:
    place = the_file(tmp_path)
    assert place.stat().st_mode & 0o777 == 0o600
    assert b"file:/etc/rollout-tui/play.json" in place.read_bytes()


def test_a_folder_that_cannot_be_written_is_no_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    settings = load(EXAMPLE, PROVIDERS.__getitem__)
    cache.remember(EXAMPLE, settings)
    assert cache.recall(EXAMPLE) is None
    assert os.path.isfile(blocked)  # noqa: PTH113  as the system sees it
