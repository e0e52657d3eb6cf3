# The only two commands to know: make demo, make test. See README.md.

PY := .venv/bin/python
PYTEST := $(PY) -m pytest
# Tests with a target of their own, not part of `make test`.
APART := --ignore=tests/stress --ignore=tests/corpus --ignore=tests/fuzz --ignore=tests/forms
LOCK := uv pip compile pyproject.toml --quiet $(if $(UPGRADE),--upgrade) --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header
FUZZ_SECONDS ?= 120
# Test files run side by side, as many as there are cores; JOBS=0 runs them one after another in one process.
JOBS ?= auto

.PHONY: help demo run test check bench stress fuzz corpus fields lock clean
.DELETE_ON_ERROR:

help:
	@echo 'make demo     sends signed sample mails through a bridge and shows what became of each'
	@echo 'make test     installs what the tests need (as root: system packages too) and runs them all'
	@echo 'make run      the service on ./var, loopback ports, until interrupted'
	@echo 'make check    static checks: style, types, directions of imports, contents of the wheel'
	@echo 'make bench    ratios against peers, into var/bench.jsonl'
	@echo 'make stress   kill, fault and soak tests'
	@echo 'make fuzz     fuzzing for FUZZ_SECONDS (default 120) per target and engine, FUZZ_JOBS at a time'
	@echo 'make corpus CORPUS=DIR   runs over files of other projects'
	@echo 'make fields   what is read from documents made by LibreOffice; REGULATIONS=DIR: and from real texts there'
	@echo 'make lock     writes the lock files for pyproject.toml; UPGRADE=1 takes newer versions of all (needs uv)'

.venv/installed: requirements.txt pyproject.toml scripts/setup-venv
	@scripts/setup-venv requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt requirements.txt pyproject.toml scripts/setup-venv
	@scripts/setup-venv requirements-dev.txt
	@touch .venv/installed $@

demo: .venv/installed
	@$(PY) -m bridge.demo

run: .venv/installed
	@test -e var/docbridge.toml || .venv/bin/docbridge init var
	@exec .venv/bin/docbridge --config var/docbridge.toml serve

test:
	@scripts/setup-test
	@$(MAKE) --no-print-directory .venv/installed-dev
	$(PYTEST) -q -n $(JOBS) --dist loadfile --durations=10 $(APART) tests

check: .venv/installed-dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy .
	.venv/bin/lint-imports
	$(PY) scripts/check_wheel.py
	$(PYTEST) -q tests/architecture

bench: .venv/installed-dev
	@scripts/setup-test
	@mkdir -p var
	$(PY) -m bench

stress: .venv/installed-dev
	@scripts/setup-test
	$(PYTEST) -q --durations=10 --timeout=3600 tests/stress

fuzz: .venv/installed-dev
	DOCBRIDGE_FUZZ_SECONDS=$(FUZZ_SECONDS) DOCBRIDGE_FUZZ_JOBS=$(FUZZ_JOBS) \
		$(PYTEST) -q -rP -p no:randomly --timeout=86400 tests/fuzz

corpus: .venv/installed-dev
	@test -n "$(CORPUS)" || { echo 'make corpus: say where the files are: make corpus CORPUS=DIR' >&2; exit 2; }
	@test -d "$(CORPUS)" || { echo 'make corpus: no such folder: $(CORPUS)' >&2; exit 2; }
	DOCBRIDGE_CORPUS='$(abspath $(CORPUS))' $(PYTEST) -q --durations=10 --timeout=1800 tests/corpus

fields: .venv/installed-dev
	@scripts/setup-test fields
	DOCBRIDGE_REGULATIONS='$(if $(REGULATIONS),$(abspath $(REGULATIONS)))' \
		$(PYTEST) -q -rP -p no:randomly --timeout=1800 tests/forms

lock:
	$(LOCK) --extra demo --extra setup -o requirements.txt
	$(LOCK) --extra dev -c requirements.txt -o requirements-dev.txt

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
