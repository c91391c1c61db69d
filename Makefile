# Two commands for everybody: `make demo` and `make test`. The rest is for people who change the program.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Installers compile what they install, but not the modules of a checkout: uncompiled, the first frame takes a third longer.
COMPILE := $(BIN)/python -m compileall -q rollout_tui providers

.PHONY: demo test check bench sim crash soak reference screenshots clean

demo: $(VENV)/.installed ## watch a rehearsed rollout on this terminal; needs no credentials and no network
	@$(BIN)/rollout-tui rehearse

test: $(VENV)/.test ## every test, in parallel
	$(BIN)/python -m pytest -q -n auto --dist worksteal

check: $(VENV)/.dev ## habits: format, lint, types, who may import whom, spelling
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell

bench: $(VENV)/.test ## the budgets, measured against a Textual hello-world in the same run
	$(BIN)/python -m benchmarks

sim: $(VENV)/.installed ## the evidence of gates in simulated phases, beside what it promises; SIM="--phases 40 --cells 2 %"
	$(BIN)/python -m benchmarks.sim $(SIM)

reference: $(VENV)/.installed ## docs/providers-reference.md from the code
	$(BIN)/rollout-tui providers --markdown > docs/providers-reference.md

crash: $(VENV)/.test ## 200 kill -9 at random instants and 100 races of pause and promote; CRASH="--kills 20 --seed 7"
	$(BIN)/python -m tests.crash $(CRASH)

soak: $(VENV)/.test ## random safe keys on every page for an hour: no mistake, nothing left behind; SOAK="--minutes 20"
	$(BIN)/python -m tests.soak $(SOAK)

screenshots: $(VENV)/.dev ## pictures for the README, from a seeded rehearsal
	$(BIN)/python -m screenshots

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml
	@echo "Installing rollout-tui into $(VENV) (once, about half a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@$(COMPILE)
	@touch $@

$(VENV)/.test: $(VENV)/bin/python pyproject.toml
	@echo "Installing rollout-tui and what its tests need into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[test]"
	@$(COMPILE)
	@touch $@ $(VENV)/.installed

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml
	@echo "Installing rollout-tui and the developers' tools into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	@$(COMPILE)
	@touch $@ $(VENV)/.test $(VENV)/.installed

clean:
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
