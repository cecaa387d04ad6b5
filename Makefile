.DEFAULT_GOAL := help
.PHONY: help setup assets demo test fuzz bench check docs messages catalogues locks lock clean
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
	PIP_USE_PEP517=1 $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# The build requirements are in the lock, so the project is installed with them and nothing unlocked is fetched.
$(STAMPS)/project: pyproject.toml hatch_build.py $(STAMPS)/dependencies
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# The hook itself skips the bundling where the outputs are newer than all sources.
assets: $(STAMPS)/dependencies ## Bundle the editor and the charts where their sources have changed
	@$(BIN)/python hatch_build.py

demo: setup ## Serve the demo with real grocery history at http://127.0.0.1:8000 (PORT= for another port)
	PORT=$(PORT) $(BIN)/python -m app.cli demo

test: setup ## Run every test (ARGS= for pytest, JOBS= for processes); what is missing is skipped with its reason
	$(BIN)/python -m pytest --numprocesses $(JOBS) $(ARGS)

fuzz: setup ## Hold 100,000 programs and 2,000,000 hostile texts against the language; takes hours (ARGS=--help)
	$(BIN)/python -m tests.fuzz --jobs $(JOBS) $(ARGS)

check: setup ## Hold the whole to its rules: style, types, layers, catalogues, formatted rules, locks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory catalogues locks
	$(BIN)/tally fmt --check $(sort $(wildcard rules_library/*.rules))
	$(BIN)/tally docs language --check docs/language-tables.md

# The peers are installed beside the product when they are to be measured, and never otherwise.
$(STAMPS)/peers: requirements-bench.lock $(STAMPS)/dependencies
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

bench: setup $(STAMPS)/peers ## Measure what the README claims, with the peers (ARGS= for tally bench); takes five minutes
	$(BIN)/tally bench $(ARGS)

docs: ## Write the language's tables into docs/language-tables.md
	@mkdir -p build
	$(BIN)/tally docs language > build/language-tables.md
	mv build/language-tables.md docs/language-tables.md

# A new language: pybabel init -i app/translations/messages.pot -d app/translations -l LOCALE, translate, compile.
messages: ## Bring the template of all texts that people read up to date
	$(BIN)/pybabel --quiet extract --mapping-file app/translations/babel.cfg --output-file app/translations/messages.pot \
	  --omit-header --no-location --no-wrap --sort-output --keywords lazy_gettext --keywords Conflict --keywords NotFound \
	  --keywords Forbidden --keywords Problem:3 --keywords Invalid:2 .

# A translation's compiled form is kept beside it, and is what compiling it gives.
catalogues:
	@mkdir -p build
	@for po in $$(find app/translations -name '*.po' 2>/dev/null); do \
	  $(BIN)/pybabel --quiet compile --input-file "$$po" --output-file build/catalogue.mo && \
	  cmp build/catalogue.mo "$${po%.po}.mo" || exit 1; \
	done

# A lock names versions and hashes, never a place: whoever installs chooses where from.
locks:
	@! grep -n '://' requirements.lock requirements-dev.lock requirements-bench.lock
	@! grep -n '"resolved"' admin/editor/package-lock.json

# uv lives in a folder of its own; its configuration and the machine's indexes take no part, so the
# hashes are those of the public files.
build/lock/bin/uv:
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9'

LOCK := env -u UV_INDEX -u UV_INDEX_URL -u UV_DEFAULT_INDEX -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS \
  build/lock/bin/uv pip compile --quiet --no-config --universal --fork-strategy fewest --python-version 3.11 \
  --generate-hashes --no-annotate --custom-compile-command 'make lock'

lock: build/lock/bin/uv ## Bring the lock files up to date with pyproject.toml (UPGRADE=--upgrade: to the newest)
	$(LOCK) $(UPGRADE) --extra native --group dev --output-file requirements-dev.lock pyproject.toml
	$(LOCK) --extra native --constraint requirements-dev.lock --output-file requirements.lock pyproject.toml
	$(LOCK) $(UPGRADE) --group bench --constraint requirements-dev.lock --output-file requirements-bench.lock

clean: ## Remove what was made, except .venv and what the demo wrote
	rm -rf build dist admin/static/built admin/editor/node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
