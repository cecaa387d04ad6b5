.DEFAULT_GOAL := help
.PHONY: help setup assets demo test check lock clean
.DELETE_ON_ERROR:

PYTHON ?= python3
PORT ?= 8000
# Processes of the test run; each starts its own PostgreSQL server.
JOBS ?= 2
BIN := .venv/bin
STAMPS := .venv/.stamps

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMPS)/project assets ## Make .venv with the locked dependencies, the tally command and the editor

$(STAMPS)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || \
	  { echo 'Python 3.11, 3.12 or 3.13 is needed; choose one with: make setup PYTHON=python3.11' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo 'The venv module of Python is missing. Install it with: apt-get install python3-venv' >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv
	@mkdir -p $(STAMPS)
	@touch $@

$(STAMPS)/dependencies: requirements-dev.lock $(STAMPS)/venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# The build requirements are in the lock, so the project is installed with them and nothing unlocked is fetched.
$(STAMPS)/project: pyproject.toml hatch_build.py $(STAMPS)/dependencies
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# The hook itself skips the bundling where the outputs are newer than all sources.
assets: $(STAMPS)/dependencies ## Bundle the editor and the charts where their sources have changed
	@$(BIN)/python hatch_build.py

# uv lives in a folder of its own; its configuration and the machine's indexes take no part, so the
# hashes are those of the public files.
build/lock/bin/uv:
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9'

LOCK := env -u UV_INDEX -u UV_INDEX_URL -u UV_DEFAULT_INDEX -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS \
  build/lock/bin/uv pip compile --quiet --no-config --universal --fork-strategy fewest --python-version 3.11 \
  --generate-hashes --no-annotate --custom-compile-command 'make lock' pyproject.toml

lock: build/lock/bin/uv ## Bring both lock files up to date with pyproject.toml (UPGRADE=--upgrade: to the newest)
	$(LOCK) $(UPGRADE) --group dev --output-file requirements-dev.lock
	$(LOCK) --constraint requirements-dev.lock --output-file requirements.lock
