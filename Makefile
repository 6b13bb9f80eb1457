# dartd: `make run` shows a simulated board in the browser, `make check` is for each change, `make test` runs every test. `make` lists the targets.

.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$each >/dev/null 2>&1 && $$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' && { echo $$each; break; }; done)
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
# uv installs faster when it is there; it is never needed
INSTALL = install() { { command -v uv >/dev/null 2>&1 && uv pip install --quiet --python $(BIN)/python "$$@"; } || $(PIP) install --quiet "$$@"; }; install

# Compiled modules are kept whatever the environment says: pytest rewrites each test, and tests start the daemon a hundred times.
export PYTHONDONTWRITEBYTECODE :=
# As the daemon sets it for itself: more threads take the cores of other tests, and change the last digits of results.
export OPENBLAS_NUM_THREADS := 1

.PHONY: help setup setup-dev run wheel client deb sbom audit check static test test-postgres fast coverage lint spelling types layers format schemas bench bench-api bench-attack bench-fuzz bench-hub bench-neighbours bench-play bench-venue bench-webhooks soak chaos pictures lock clean

help: ## list what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.stamp ## build .venv with the command .venv/bin/dartd

setup-dev: $(VENV)/.stamp-dev ## setup, and what the tests need

run: setup ## show a simulated board: three cameras, darts, a page (FAULTS=config/faults/tour.toml: and what goes wrong)
	@echo "dartd starts: open http://localhost:$${DARTD_SERVER_PORT:-8000}/ (Ctrl-C ends it)"
	@DARTD_STATE_DIR=$${DARTD_STATE_DIR:-state} exec $(BIN)/dartd demo $(if $(FAULTS),--faults $(FAULTS))

wheel: setup ## build the wheel that `pip install` takes into dist/
	@$(PIP) wheel --quiet --no-deps --no-build-isolation --wheel-dir dist . && ls dist/*.whl

client: setup ## build the wheel of the client alone, dartd-client, into dist/
	@$(PIP) wheel --quiet --no-deps --no-build-isolation --wheel-dir dist dartd/client && ls dist/dartd_client-*.whl

deb: wheel ## build the Debian package for this release and architecture into dist/ (needs Debian's python3-venv)
	@config/debian/build

sbom: setup-dev ## write the bill of materials (CycloneDX) and the licences of what dartd contains into dist/
	@$(BIN)/python -m tests.support.sbom dist

audit: ## ask the advisory database about every pinned package (needs pip-audit and the internet)
	@command -v pip-audit >/dev/null || { echo "pip-audit is not installed: pipx install pip-audit" >&2; exit 1; }
	pip-audit --disable-pip --require-hashes -r requirements.lock

check: static fast ## what to run before each commit: style, layers, types, spelling, fast tests

test: static ## check style, spelling, layers and types, then run every test
	@$(PYTEST) -m alone; alone=$$?; $(PYTEST) $(WAITING) -m "not alone and not postgresql" && exit $$alone

static: setup-dev ## check style, spelling, layers and types, one on each core
	@$(MAKE) --no-print-directory --jobs $(JOBS) --output-sync=target lint layers types

test-postgres: setup-dev ## run the tests of the store on PostgreSQL (ON_POSTGRES=tests: all that can run there, an hour)
	@STORE_OF_TESTS=postgresql $(PYTEST) -q $(PARALLEL) -m "not sqlite and not alone" $(ON_POSTGRES)
ON_POSTGRES = tests/unit/dartd/store tests/property/test_projections.py tests/integration/test_killed_server.py \
	tests/integration/test_commands_on_server.py tests/unit/dartd/runtime/test_pipeline.py \
	tests/unit/dartd/web/v1/test_statistics.py

fast: setup-dev ## run the fast tests
	@$(PYTEST) -q $(PARALLEL) -m "$(FAST)"
FAST = not slow and not alone and not browser and not postgresql
PYTEST = $(BIN)/python -m pytest
JOBS = $(shell nproc)
PARALLEL = --numprocesses $(JOBS) --dist worksteal
# slow tests wait for real time a quarter of theirs: one process more than there are cores
WAITING = --numprocesses $(shell expr $(JOBS) + 1) --dist worksteal

coverage: setup-dev ## run every test with coverage, and list the modules, the worst first
	@rm -f .coverage .coverage.*
	@$(BIN)/coverage run -m pytest -q $(PARALLEL) -m "not alone and not postgresql"; $(BIN)/coverage run -m pytest -q -m alone
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report
	@$(BIN)/python -m tests.support.coverage_table

spelling: setup-dev ## check spelling, and words that are not used here (tests/words)
	$(BIN)/codespell dartd workers schemas tests config .ci/run Makefile pyproject.toml *.md

lint: spelling ## check style, formatting and spelling
	$(BIN)/ruff check
	$(BIN)/ruff format --check

layers: setup-dev ## check who imports whom
	$(BIN)/lint-imports

types: setup-dev ## check types, strictly
	$(BIN)/mypy

format: setup-dev ## format the source, fix what can be fixed
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

schemas: setup-dev ## write the JSON Schema of every event to schemas/published
	$(BIN)/python -m schemas.documents

bench-api: setup-dev ## measure the API: CPU a request, lists on a full store, /health under load, response times of 60 clients
	$(BIN)/python -m tests.bench.api
	$(BIN)/python -m tests.bench.clients

bench-attack: setup-dev ## attack a daemon over loopback and list what it withstands, four minutes
	$(BIN)/python -m tests.bench.attack

bench-fuzz: setup-dev ## let schemathesis ask a simulated board everything that the API document allows, and what it does not, 20 minutes
	$(BIN)/python -m tests.bench.fuzz

bench: setup-dev ## measure, and print tables
	@for each in $(filter-out %_server.py,$(wildcard tests/bench/*.py)); do name=$$(basename $$each .py); echo "== $$name"; $(BIN)/python -m tests.bench.$$name || exit 1; done

bench-hub: setup-dev ## compare the hub with a queue and a task per client
	$(BIN)/python -m tests.bench.hub

soak: setup-dev ## live through HOURS=1 of darts at SPEED=20 times real time in full use, and report what drifts
	$(BIN)/python -m tests.bench.soak --hours $(or $(HOURS),1) --speed $(or $(SPEED),20)

chaos: setup-dev ## inject every fault into a board in full use, and kill the daemon: what its users notice, nine minutes
	$(BIN)/python -m tests.bench.chaos

bench-neighbours: setup-dev ## clients of other boards check every row that they rely on, through darts, faults and restarts, and attack, 14 minutes
	$(BIN)/python -m tests.bench.neighbours

bench-play: setup-dev ## measure play: from a dart to its turn, statistics of 100 000 throws, a correction in the oldest of 25 legs
	$(BIN)/python -m tests.bench.play

bench-venue: setup-dev ## measure a venue: eight boards, three relays, 2000 viewers, and what they notice of faults, two minutes
	$(BIN)/python -m tests.bench.venue

bench-webhooks: setup-dev ## deliver webhooks to receivers that fail in every way while the daemon is killed, two minutes
	$(BIN)/python -m tests.bench.webhooks

pictures: setup-dev ## make the pictures of the pages for README and /docs again, from a simulated board
	$(BIN)/python -m tests.support.page_pictures

lock: ## pin the newest versions that pyproject.toml allows, with their hashes (needs uv)
	uv pip compile $(LOCK) pyproject.toml -o requirements.lock
	uv pip compile $(LOCK) --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	uv pip compile $(LOCK) --extra postgres -c requirements.lock pyproject.toml -o config/requirements-postgres.lock
LOCK = --quiet --upgrade --universal --python-version 3.11 --generate-hashes --group build --no-emit-index-url --no-annotate --no-header

clean: ## remove .venv, caches and the simulated board's state
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage .coverage.* state

$(VENV)/.stamp: pyproject.toml requirements.lock
	@test -n "$(PYTHON)" || { echo "dartd needs Python 3.11 or newer; there is only $$(python3 --version 2>&1). Name another: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@test -x $(BIN)/python && $(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) || \
		{ echo "no virtual environment could be made; on Debian: sudo apt install python3-venv" >&2; rm -rf $(VENV); exit 1; }
	@echo "installing dartd into $(VENV)"
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.stamp-dev: $(VENV)/.stamp requirements-dev.lock
	@echo "installing what the tests need"
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@
