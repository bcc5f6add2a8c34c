# The two commands are `make run` and `make test`; `make help` lists the rest.
PYTHON ?= python3
# HTTPS=1 (or any text but 0 and no): for phones in the local network.
SECURE := $(filter-out 0 no,$(HTTPS))
PORT ?= $(if $(SECURE),5443,5000)
VENV := .venv
BIN := $(VENV)/bin
# They wait for databases and browsers: three keep two cores busy.
WORKERS ?= 3
# Modules are compiled once, not at each start, whatever the environment says.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test soak check bench lock clean

help: ## List the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; found: $$($(PYTHON) --version 2>&1). Name another with: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "Python's venv module is missing. On Debian or Ubuntu, one command adds it: sudo apt-get install python3-venv"; exit 1; }

$(VENV)/.run: requirements.lock | $(VENV)/pyvenv.cfg
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock | $(VENV)/pyvenv.cfg
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	@touch $@ $(VENV)/.run

run: $(VENV)/.run ## Start the demo university on http://127.0.0.1:5000 (PORT=8000 for another; HTTPS=1 for phones in this network, port 5443)
	@exec $(BIN)/flask --app wsgi serve $(if $(SECURE),--https )--port $(PORT)

test: $(VENV)/.dev ## Run every test, on SQLite and PostgreSQL, browser included (under 30 minutes)
	@$(BIN)/python tests/needs.py
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -n $(WORKERS) --cov --cov-branch --cov-report=term:skip-covered --cov-fail-under=95 $(ARGS)

soak: $(VENV)/.dev ## The same tests at their full counts (hours)
	@$(BIN)/python tests/needs.py
	SOAK=1 $(BIN)/pytest -n $(WORKERS) -o timeout=0 $(ARGS)

check: $(VENV)/.dev ## Style and types only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check inventory tests benchmarks
	$(BIN)/mypy

bench: $(VENV)/.dev ## Measure against the limits of this machine (BENCH_SIZES=10000,100000)
	$(BIN)/python -m benchmarks

lock: $(VENV)/.dev ## Write the lock files anew from the ranges in pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --no-emit-index-url --no-emit-find-links --no-annotate --no-header --universal --python-version 3.11 pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --no-emit-index-url --no-emit-find-links --no-annotate --no-header --universal --python-version 3.11 --extra test --extra dev pyproject.toml -o requirements-dev.lock

clean: ## Remove the environment; the database in instance/ is kept
	rm -rf $(VENV) .mypy_cache .ruff_cache .coverage
