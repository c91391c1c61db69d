"""The wheel that ships: built here, installed into an empty environment, run from elsewhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHIPS = ("rollout_tui/", "providers/", "rollout_tui-")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built without the network."""
    pytest.importorskip("build", reason="the test extra brings build")
    pytest.importorskip("hatchling", reason="the test extra brings hatchling")
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The `bin` folder of an environment that holds the wheel, and borrows only the dependencies from this one."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "--disable-pip-version-check"]
    offline = ["install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    done = subprocess.run([*pip, *offline], capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    borrowed = tmp_path_factory.mktemp("borrowed")
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if "rollout" not in entry.name and entry.suffix != ".pth":
            (borrowed / entry.name).symlink_to(entry)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "borrowed.pth").write_text(f"{borrowed}\n")
    return folder / "bin"


@pytest.fixture
def run(installed, tmp_path):
    """Run something of that environment, away from the checkout and from the user's own files."""

    def call(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "ROLLOUT"))}
        private = {f"XDG_{kind}_HOME": str(tmp_path / kind) for kind in ("CONFIG", "DATA", "STATE", "CACHE")}
        command = [str(installed / program), *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=kept | private, capture_output=True, text=True, timeout=180, check=False
        )

    return call


def test_the_wheel_holds_the_program_its_providers_and_the_example_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {"rollout_tui/cli/main.py", "providers/google_play/__init__.py"} <= set(names)
    assert "rollout_tui/config/config.example.toml" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert [name for name in names if not name.startswith(SHIPS)] == []
    tests = [name for name in names if "test_" in name and not name.startswith("rollout_tui/conformance/suite/")]
    assert tests == [], "only the suite that providers of others run is shipped"
    assert [name for name in names if "__pycache__" in name] == []


def test_the_installed_program_runs_and_is_not_the_checkout(run, installed):
    done = run("rollout-tui", "--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("rollout-tui ")
    place = run("python", "-c", "import rollout_tui, providers; print(rollout_tui.__file__, providers.__file__)")
    assert all(Path(path).is_relative_to(installed.parent) for path in place.stdout.split())
    assert place.stdout


def test_the_version_of_the_wheel_is_the_version_that_it_tells(run, wheel):
    version = wheel.name.split("-")[1]
    assert run("rollout-tui", "--version").stdout == f"rollout-tui {version}\n"


def test_its_providers_are_found_by_their_entry_points(run, installed):
    code = (
        "from rollout_tui.config import providers\n"
        "import sys\n"
        "for name in providers.names():\n"
        "    provider = providers.find(name)\n"
        "    print(name, sys.modules[provider.options.__module__].__file__)\n"
    )
    done = run("python", "-c", code)
    assert done.returncode == 0, done.stderr
    found = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    assert {"google_play", "app_store", "prometheus", "github"} <= set(found)
    assert all(Path(path).is_relative_to(installed.parent) for path in found.values())


def test_the_installed_program_writes_and_accepts_its_own_example(run, tmp_path):
    done = run("rollout-tui", "config", "init")
    assert done.returncode == 0, done.stderr
    written = Path(done.stdout.strip())
    assert written.read_bytes() == (ROOT / "config.example.toml").read_bytes()
    assert written.is_relative_to(tmp_path)
    done = run("rollout-tui", "config", "validate")
    assert done.returncode == 0, done.stderr
    assert "in order" in done.stdout


def test_the_installed_program_prints_its_schema_and_its_scenarios(run):
    schema = run("rollout-tui", "config", "schema")
    assert schema.returncode == 0, schema.stderr
    assert "stores.google_play" in json.loads(schema.stdout)["$defs"]
    scenarios = run("rollout-tui", "rehearse", "--list", "--json")
    assert scenarios.returncode == 0, scenarios.stderr
    assert {"healthy", "crash-spike"} <= {scenario["name"] for scenario in json.loads(scenarios.stdout)}


def test_python_dash_m_is_the_same_program(run):
    assert run("python", "-m", "rollout_tui", "--version").stdout == run("rollout-tui", "--version").stdout
