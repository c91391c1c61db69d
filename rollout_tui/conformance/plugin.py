"""The pytest plugin: `pytest --provider NAME` runs the suite on that provider's bench.

[tool.pytest.ini_options]
provider_benches = ["NAME = package.module:Bench"]
"""

from __future__ import annotations

from pathlib import Path

import pytest

SUITE = Path(__file__).parent / "suite"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option and where benches are named."""
    group = parser.getgroup("rollout-tui", "conformance of rollout-tui's providers")
    group.addoption("--provider", action="append", metavar="NAME", help="run the conformance suite on this provider")
    parser.addini("provider_benches", 'benches of providers, "NAME = module:Bench" each', type="linelist", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """With --provider the suite is what is collected; paths of the command line are collected too."""
    names = config.getoption("provider") or []
    known = benches(config)
    for name in names:
        if name not in known:
            raise pytest.UsageError(
                f'no bench for the provider "{name}"; expected a line "{name} = package.module:Bench" in '
                f"provider_benches of pytest's configuration; known: {', '.join(known) or 'none'}"
            )
    if names and str(SUITE) not in config.args:
        said = config.args if config.args_source is pytest.Config.ArgsSource.ARGS else []
        config.args[:] = [*said, str(SUITE)]


def benches(config: pytest.Config) -> dict[str, str]:
    """Where each provider's bench is."""
    pairs = (line.partition("=") for line in config.getini("provider_benches"))
    return {name.strip(): place.strip() for name, _, place in pairs}
