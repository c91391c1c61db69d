"""Each test once a provider and role: those of `--provider`, or every bench that the configuration names."""

from __future__ import annotations

import importlib
import logging
from functools import cache
from pathlib import Path

import pytest

from rollout_tui.conformance.bench import Bench
from rollout_tui.conformance.plugin import benches
from rollout_tui.conformance.situations import Situation
from rollout_tui.conformance.table import ROLES, Table, roles


@cache
def bench_at(place: str) -> Bench:
    """The bench, made once."""
    module, _, name = place.partition(":")
    bench: Bench = getattr(importlib.import_module(module), name)()
    return bench


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what is about a role that no provider has here."""
    role = _role_of(collection_path.stem)
    found = {each for bench in chosen(config).values() for each in roles(bench)}
    return True if role is not None and role not in found else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`bench` is a provider's, `table` one of its roles; `test_source` and its like are about that one role."""
    found = chosen(metafunc.config)
    if "table" in metafunc.fixturenames:
        wanted = _role_of(metafunc.module.__name__.rpartition(".")[2])
        seats = [(name, bench, role) for name, bench in found.items() for role in roles(bench)]
        seats = [seat for seat in seats if wanted in (None, seat[2])]
        names = [f"{name}-{role}" for name, _, role in seats]
        metafunc.parametrize("table", [seat[1:] for seat in seats], indirect=True, ids=names)
    elif "bench" in metafunc.fixturenames:
        metafunc.parametrize("bench", list(found.values()), ids=list(found))


def chosen(config: pytest.Config) -> dict[str, Bench]:
    """The benches by the providers' names."""
    known = benches(config)
    return {name: bench_at(known[name]) for name in config.getoption("provider") or known}


def _role_of(module: str) -> str | None:
    name = module.removeprefix("test_")
    return name if name in ROLES else None


@pytest.fixture
def table(request: pytest.FixtureRequest, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Table:
    """A provider in one role."""
    bench, role = request.param
    situation = request.node.callspec.params.get("situation")
    if isinstance(situation, Situation):
        possible(bench, situation)
    caplog.set_level(logging.DEBUG)
    return Table(bench, role, tmp_path, lambda: caplog.text)


def possible(bench: Bench, situation: Situation) -> None:
    """Skip where the outside system cannot be like this."""
    if situation in bench.cannot:
        pytest.skip(f"{situation}: {bench.cannot[situation]}")
