# Everything a developer does. Each target sets up what it needs; nothing has to be prepared.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
PYTEST := $(BIN)/pytest
CLIENTS := src/dunnage/clients
NATIVE := $(wildcard native/*.[ch] native/*/*.[ch]) tools/build_client.py
C_FILES := $(wildcard native/*.[ch] native/launcher/*.[ch] native/forward/*.[ch] native/observe/*.[ch] tests/native/*.[ch] bench/*.c)
JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 60
SHADOW_EDITS ?= 200

.NOTPARALLEL:

.PHONY: help
help: ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /\1\t/' | expand -t 16

# --- set-up -------------------------------------------------------------------------------------------------

.PHONY: setup
setup: $(VENV)/.dev $(VENV)/.system native ## the environment, the system's packages, this machine's client

$(VENV)/.python:
	@test -n "$(PYTHON)" || { echo "setup: python3.11 or newer is missing" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "setup: $(PYTHON) is older than 3.11; say make PYTHON=…" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/.python
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

$(VENV)/.docs: pyproject.toml | $(VENV)/.dev
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev,docs]'
	@touch $@

$(VENV)/.bench: pyproject.toml | $(VENV)/.dev
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev,bench]'
	@touch $@

$(VENV)/.system: tools/setup_system.sh | $(VENV)/.python
	tools/setup_system.sh
	@touch $@

.PHONY: native
native: $(CLIENTS)/.host ## the client for this machine

$(CLIENTS)/.host: $(NATIVE) | $(VENV)/.dev
	$(PY) tools/build_client.py
	@touch $@

.PHONY: native-all
native-all: $(CLIENTS)/.all ## the clients of all architectures (minutes the first time: musl is compiled for each)

$(CLIENTS)/.all: $(NATIVE) | $(VENV)/.dev
	$(PY) tools/build_client.py --all --check-size
	@touch $@

# --- checks -------------------------------------------------------------------------------------------------

LINTS := lint-style lint-types lint-rooms lint-c lint-shell lint-generated lint-repository
.PHONY: lint $(LINTS)
lint: $(LINTS) ## style, types, rooms, C, shell, generated files, sizes (make -k lint: all of them, whatever fails)

lint-style: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check

lint-types: $(VENV)/.dev
	$(BIN)/mypy

lint-rooms: $(VENV)/.dev
	$(BIN)/lint-imports --no-cache

lint-c: $(VENV)/.dev $(VENV)/.system
	clang-format --dry-run -Werror $(C_FILES)
	$(PY) tools/lint_c.py

lint-shell: $(VENV)/.system
	shellcheck .ci/run native/dunnage-cc $(wildcard tools/*.sh)

lint-generated: $(VENV)/.dev
	$(PY) -m dunnage.wire.header --check
	for tool in $(sort $(wildcard tools/gen_*.py)); do $(PY) $$tool --check; done

lint-repository: $(VENV)/.dev
	$(PY) tools/check_test_map.py
	$(PY) tools/check_words.py
	$(PY) tools/check_sizes.py

# Tests that are not `alone` (tests/conftest.py says which) share nothing and run on every core, in the order of their
# folders: whole builds first, so that nobody waits for the last of them. The rest hang daemons or fill disks, one after
# the other. Both parts run whatever the other one says.
.PHONY: test
test: setup native-all ## all tests
	shared=0; alone=0; \
	$(PYTEST) -n $(JOBS) --dist loadfile --no-loadscope-reorder -m 'not alone and not large' --durations 20 || shared=$$?; \
	$(PYTEST) -m 'alone and not large' --durations 10 || alone=$$?; \
	exit $$((shared > alone ? shared : alone))

.PHONY: test-fast
test-fast: setup ## unit, property, golden, and the client's own tests
	$(PYTEST) -n $(JOBS) --dist loadfile -m 'not alone and not heavy'

.PHONY: test-fault
test-fault: setup ## kill, hang, fill, delete
	$(PYTEST) tests/fault

.PHONY: test-e2e
test-e2e: setup ## real projects on the host
	$(PYTEST) -m 'not large' tests/e2e

.PHONY: test-large
test-large: setup ## cargo-nextest on the host, under cross, and in portable mode, large projects of C and C++, cold and warm, byte for byte: an hour and a half, 5 GB of disk
	$(PYTEST) -m large --durations 5

.PHONY: test-container
test-container: setup native-all ## real projects in docker, podman and cross
	$(PYTEST) -m 'not large' tests/container

.PHONY: shadow
shadow: setup ## real crates, edited at random, built with and without: SHADOW_EDITS=200 [SHADOW_SEED=…] or SHADOW_REPLAY='…'
	$(PY) tools/shadow.py --edits $(SHADOW_EDITS) $(if $(SHADOW_SEED),--seed $(SHADOW_SEED)) $(if $(SHADOW_REPLAY),--shrink --replay '$(SHADOW_REPLAY)')

.PHONY: record-battery
record-battery: setup ## run the newest peers through the battery, and print its page
	$(PY) tools/record_battery.py
	$(PY) tools/gen_battery_doc.py

.PHONY: fuzz
fuzz: setup ## both message readers, and those of packs, FUZZ_SECONDS each
	$(PY) tools/fuzz.py --seconds $(FUZZ_SECONDS)

# --- the rest -----------------------------------------------------------------------------------------------

.PHONY: bench
bench: setup $(VENV)/.bench ## the whole table: make bench BENCH='--project hyperfine --runs 3'
	$(PY) -m bench $(BENCH)

.PHONY: demo
demo: setup ## a real crate, in a container, twice
	$(PY) tools/demo.py

.PHONY: docs
docs: $(VENV)/.docs ## the pages, in docs/_build/html
	$(BIN)/sphinx-build -W -n --keep-going -b html docs docs/_build/html

.PHONY: clean
clean: ## what was built; the environment too
	rm -rf $(VENV) .cache docs/_build dist build $(CLIENTS) native/build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
