"""The template of a provider is a whole package: it can be installed, passes the suite, and is found like our own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TEMPLATE = Path(__file__).parents[2] / "examples" / "provider-template"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the template, its package installed in the folder `site` beside it."""
    copy = tmp_path_factory.mktemp("acme") / "template"
    shutil.copytree(TEMPLATE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps"]
    subprocess.run([*pip, "--no-build-isolation", "--target", copy.parent / "site", copy], check=True, timeout=120)
    return copy


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A module's command in the template's folder, with its package installed."""
    environment = {**os.environ, "PYTHONPATH": str(folder.parent / "site")}
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_it_passes_its_own_tests_and_the_suite(installed):
    done = run(installed, "pytest", "-q", "-p", "no:cacheprovider", "--provider", "acme", "tests")
    assert done.returncode == 0, done.stdout[-3000:]
    last = done.stdout.strip().splitlines()[-1]
    assert "failed" not in last
    assert "skipped" not in last
    assert int(last.split()[0]) > 70, "the suite was collected beside the template's own test"


def test_it_is_found_like_a_bundled_one(installed):
    (told,) = json.loads(run(installed, "rollout_tui", "providers", "acme", "--json").stdout)
    assert (told["package"], told["roles"], told["error"]) == ("rollout-tui-acme", ["source"], None)


def test_a_name_without_a_bench_is_told_with_what_to_write(installed):
    done = run(installed, "pytest", "-q", "--provider", "acmee")
    assert done.returncode == 4
    assert 'no bench for the provider "acmee"; expected a line "acmee = package.module:Bench"' in done.stderr
    assert "known: acme" in done.stderr
