# The verbs of the house. `make demo` shows the whole job, `make test` proves it; both set themselves up.
# Every target but `run` refuses to talk to anything except this machine (docs/why/006-loopback-by-default.md).

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --no-input
LOOPBACK := ARMSWATCH_NETWORK=loopback

.DEFAULT_GOAL := help
.PHONY: help install install-dev demo run test check fmt bench torture lock clean

help: ## what can be done here
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 14

install: $(VENV)/.installed ## create .venv with .venv/bin/armswatch, from the hashed lock

install-dev: $(VENV)/.installed-dev ## the same, with what the tests and checks need

$(VENV)/.created:
	$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if (3, 11) <= v[:2] <= (3, 13) else "armswatch needs Python 3.11 to 3.13, this is %d.%d: call make with PYTHON=python3.11" % v[:2])'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.created requirements.lock requirements-build.lock pyproject.toml
	$(PIP) install --quiet --require-hashes --only-binary :all: --no-deps -r requirements.lock
	$(PIP) install --quiet --require-hashes --only-binary :all: --no-deps -r requirements-build.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	$(PIP) check
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	$(PIP) install --quiet --require-hashes --only-binary :all: --no-deps -r requirements-dev.lock
	$(PIP) check
	@touch $@

demo: install ## the whole job on a bundled world on this machine: no accounts, no internet
	$(LOOPBACK) $(BIN)/armswatch demo

run: install ## the watch itself, on config.toml
	$(BIN)/armswatch run

test: install-dev ## every test that this machine can run
	$(LOOPBACK) $(BIN)/python -m pytest -n auto --dist loadfile

check: install-dev ## lint, types, architecture
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

fmt: install-dev ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install-dev ## measure, beside the named peers where they can be had
	$(LOOPBACK) $(BIN)/python -m benchmarks

torture: install-dev ## the full crash and fuzz matrices (long)
	$(LOOPBACK) $(BIN)/python -m pytest -m torture -o addopts= -q

lock: ## resolve again (needs uv; the locks are what everybody else installs)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --group build -c requirements.lock -o requirements-build.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --group dev pyproject.toml -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache build dist armswatch-demo
