# The verbs of the house. `make demo` shows the whole job, `make test` proves it; both set themselves up.
# Every target but `run` and `audit` refuses to talk to anything except this machine (docs/why/006-loopback-by-default.md).

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --no-input
AUDIT  := build/audit
LOOPBACK := ARMSWATCH_NETWORK=loopback

.DEFAULT_GOAL := help
.PHONY: help install install-dev demo run test check fmt bench torture audit lock clean

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

audit: ## known weaknesses of what the lock installs, by pip-audit; loud where its service does not answer
	test -x $(AUDIT)/bin/pip-audit || { $(PYTHON) -m venv $(AUDIT) && $(AUDIT)/bin/python -m pip install --quiet pip-audit; }
	@$(AUDIT)/bin/pip-audit --disable-pip --require-hashes --progress-spinner off -r requirements.lock > $(AUDIT)/said 2>&1; \
	code=$$?; if [ $$code -ne 0 ] && grep -qE '(Connection|Proxy|SSL|Service)Error|Timeout' $(AUDIT)/said; then \
	  tail -n 1 $(AUDIT)/said; printf '\n!! NOT AUDITED: the service of pip-audit does not answer from here. Run `make audit` where it does.\n'; \
	else cat $(AUDIT)/said; exit $$code; fi

lock: ## resolve again (needs uv; the locks are what everybody else installs)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --group build -c requirements.lock -o requirements-build.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --group dev pyproject.toml -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache build dist armswatch-demo
