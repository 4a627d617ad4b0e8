# `make help` lists the targets. Needs Python 3.11 or newer with venv, make and bash; no root.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# The first interpreter of these that is new enough; `make PYTHON=… target` chooses another.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo "$$name" && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
# Pins are complete and hashed, so pip need not resolve anything.
INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps
# Prefect and its dependencies report to nobody.
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export DO_NOT_TRACK := 1
# Tests and demo start many processes: without compiled modules each compiles all of ours again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install dev demo test check unit cover bench docs site pins clean

help: ## Lists the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(VENV)/loaded.stamp ## Makes .venv with what the program needs; the command is then .venv/bin/budgetlake

dev: $(VENV)/dev.stamp ## Adds to .venv what tests and checks need

demo: $(VENV)/loaded.stamp ## Uploads sample disclosures to a local stack and shows the lake that comes out
	@$(BIN)/python -m tests.demo

test: check unit ## Everything: style, types, who imports whom, all tests

check: $(VENV)/runtime.stamp $(VENV)/dev.stamp ## Style, types and who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# In the order of tests/conftest.py, not by how many tests a file has: the slowest have few.
# A process more than there are processors: tests wait for servers and other processes a fifth of their time.
PROCESSES = $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))
PYTEST = $(BIN)/python -m pytest --numprocesses $(PROCESSES) --dist loadfile --no-loadscope-reorder
unit: $(VENV)/runtime.stamp $(VENV)/dev.stamp ## The tests; `make unit ARGS="tests/parsers -x"` runs some
	$(PYTEST) $(ARGS)

# Apart from the tests: counting branches doubles the processor time of the parsers' tests.
cover: $(VENV)/runtime.stamp $(VENV)/dev.stamp ## The tests, and which lines and branches they reach
	$(PYTEST) --cov --cov-report=term:skip-covered $(ARGS)

bench: $(VENV)/runtime.stamp $(VENV)/dev.stamp ## Reading speed against stock pdfplumber; `make bench FILES="a.pdf b.pdf"`, else drawn ones
	@folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	$(BIN)/python -m tests.generator.samples "$$folder" >/dev/null; \
	$(BIN)/python -m bench.speed $(or $(FILES),"$$folder"/*局_*.pdf "$$folder"/*中心_*.pdf)

docs: $(VENV)/runtime.stamp $(VENV)/dev.stamp ## Writes the pages of docs/ that are made from the program
	$(BIN)/python docs/generate.py

site: $(VENV)/runtime.stamp $(VENV)/dev.stamp ## Builds the documentation as a site in build/site; fetches nothing
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

# Versions stay as they are where they still fit; `make pins UPGRADE=--upgrade` takes the newest.
COMPILE = $(VENV)-pins/bin/uv pip compile pyproject.toml --group build --universal --python-version 3.11 \
	--fork-strategy fewest --generate-hashes --no-header --no-annotate --quiet $(UPGRADE)
pins: ## Pins all dependencies with hashes again, from pyproject.toml
	$(PYTHON) -m venv $(VENV)-pins
	$(VENV)-pins/bin/python -m pip install -qq --disable-pip-version-check uv==0.13.9
	$(COMPILE) --all-extras --group emulator --output-file requirements-dev.txt
	$(COMPILE) --extra local --extra samples --constraint requirements-dev.txt --output-file requirements.txt
	rm -rf $(VENV)-pins

clean: ## Removes what make made: environment, caches, the demo's files
	rm -rf $(VENV) $(VENV)-pins .demo build dist *.egg-info .coverage htmlcov
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/made.stamp:
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer found; name one: make PYTHON=/path/to/python3.11"; exit 2; }
	@echo "Making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/pins.stamp: $(VENV)/made.stamp requirements.txt
	@echo "Installing the pinned requirements (once)"
	@$(INSTALL) --no-compile --require-hashes -r requirements.txt
	@touch $@

$(VENV)/runtime.stamp: $(VENV)/pins.stamp pyproject.toml
	@$(INSTALL) --no-build-isolation --editable .
	@touch $@

$(VENV)/loaded.stamp: $(VENV)/runtime.stamp
	@$(BIN)/python infra/deploy/load.py
	@touch $@

$(VENV)/dev.stamp: $(VENV)/pins.stamp requirements-dev.txt | $(VENV)/runtime.stamp
	@# What is used of these is compiled when it is first imported; compiling all takes half a minute of one core.
	@echo "Installing the pinned development requirements"
	@$(INSTALL) --no-compile --require-hashes -r requirements-dev.txt
	@touch $@
