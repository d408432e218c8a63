# Everything that a newcomer needs: each target sets up .venv by itself.

PYTHON ?= python3
BIN := .venv/bin
JOBS ?= auto
SECONDS ?= 60

.PHONY: demo test check fuzz clean

demo: .venv/product  ## make a fleet of repositories, crawl it, build catalog and site
	$(BIN)/catalog demo

test: .venv/tests  ## run the test suite
	$(BIN)/python -m pytest -n $(JOBS) $(PYTEST)

check: .venv/tests  ## lint, types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fuzz: .venv/fuzz  ## fuzz the readers, for SECONDS in all
	$(BIN)/python tests/fuzz/run.py --seconds $(SECONDS)

clean:
	rm -rf .venv output

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/product: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

.venv/tests: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,lint]'
	# The oldest DuckDB that must be able to read a catalog, beside the one that writes it.
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --upgrade --target .venv/duckdb-1.4 'duckdb==1.4.*'
	touch .venv/product $@

.venv/fuzz: .venv/tests
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[fuzz]'
	touch $@
