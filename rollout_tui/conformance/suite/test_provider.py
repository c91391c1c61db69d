"""The entry point and its options: found, light, described, and without room for a secret."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from rollout_tui.conformance.bench import Bench
from rollout_tui.conformance.table import roles
from rollout_tui.ports import ENTRY_POINTS

HEAVY = ("httpx", "google.auth", "jwt", "requests", "numpy", "pandas")
_LITERAL = "hunter2hunter2"


def test_it_is_found_through_the_entry_points(bench: Bench) -> None:
    (entry,) = {entry.value: entry for entry in entry_points(group=ENTRY_POINTS, name=bench.provider.name)}.values()
    assert entry.load() is bench.provider


def test_it_can_be_something_and_says_what_it_is_for(bench: Bench) -> None:
    assert roles(bench)
    assert bench.provider.about


def test_importing_it_imports_nothing_heavy(bench: Bench) -> None:
    code = (
        "import sys; from importlib.metadata import entry_points; before = set(sys.modules);"
        f"[e.load() for e in entry_points(group={ENTRY_POINTS!r}, name={bench.provider.name!r})];"
        "print(*set(sys.modules) - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert not set(done.stdout.split()) & set(HEAVY), "import it inside open_*: start and configuration wait for it"


def test_a_key_that_it_does_not_know_is_refused(bench: Bench, tmp_path: Path) -> None:
    section = dict(bench.stage(tmp_path).options)
    bench.provider.options.model_validate(section)
    with pytest.raises(ValidationError):
        bench.provider.options.model_validate({**section, "no_such_key": 1})


def test_every_option_says_what_it_is_for(bench: Bench) -> None:
    schema = bench.provider.options.model_json_schema()
    shapes = [schema, *schema.get("$defs", {}).values()]
    silent = [
        name
        for shape in shapes
        for name, said in shape.get("properties", {}).items()
        if not said.get("description") and "$ref" not in said
    ]
    assert silent == []


def test_a_secret_must_be_a_reference(bench: Bench, tmp_path: Path) -> None:
    section = dict(bench.stage(tmp_path).options)
    for key in _references(section):
        with pytest.raises(ValidationError):
            bench.provider.options.model_validate({**section, key: _LITERAL})


def _references(section: Mapping[str, Any]) -> Iterator[str]:
    for key, value in section.items():
        if isinstance(value, str) and value.startswith(("env:", "file:", "keyring:")):
            yield key
