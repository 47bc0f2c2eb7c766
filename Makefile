# Everything starts here: `make run`, `make test`, `make check`, `make bench`. Needs Python 3.11 or newer, nothing else.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test test-sqlite check format bench screenshots lock clean

run: .venv/ready static/vendor/ready
	@$(BIN)/python -m webgateway.run

test: .venv/ready-dev static/vendor/ready
	$(BIN)/python tests/browser/chromium.py
	$(BIN)/python -m tests.servers
	$(BIN)/pytest --on all -n logical --dist worksteal

test-sqlite: .venv/ready-dev static/vendor/ready  ## on SQLite alone, which takes half the time
	$(BIN)/python tests/browser/chromium.py
	$(BIN)/pytest -n logical --dist worksteal

check: .venv/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/ready-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/ready-dev static/vendor/ready
	$(BIN)/python -m tests.bench

screenshots: .venv/ready-dev static/vendor/ready  ## write docs/screenshots anew
	$(BIN)/python tests/browser/chromium.py
	$(BIN)/python -m tests.browser.screenshots

lock:  ## write the hash-locked requirements anew from pyproject.toml
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
		--custom-compile-command "make lock" -o requirements.txt pyproject.toml
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
		--custom-compile-command "make lock" --extra dev -c requirements.txt -o requirements-dev.txt pyproject.toml

clean:
	rm -rf .venv node_modules static/vendor .pytest_cache .ruff_cache .mypy_cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "webgateway needs Python 3.11 or newer")'
	@$(PYTHON) -m venv .venv

.venv/ready: requirements.txt | .venv/bin/python
	@echo "Installing the Python packages (once, about a minute) …"
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/ready-dev: requirements-dev.txt .venv/ready
	@echo "Installing the packages for checks and tests (once) …"
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

node_modules/ready: package.json package-lock.json .venv/ready
	@echo "Installing the browser's packages (once) …"
	@$(BIN)/python -m webgateway.vendor install
	@touch $@

ICON_USERS := $(shell find templates -name '*.html')
static/vendor/ready: node_modules/ready webgateway/vendor.py $(ICON_USERS)
	@$(BIN)/python -m webgateway.vendor copy
	@touch $@
