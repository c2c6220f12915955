# One command each: `make demo`, `make test`, `make check`, `make bench`; `make help` lists the rest.
# Needed beforehand: make and Python 3.11 or later. Everything else goes into .venv, from hashed lock files.
# Progress goes to stderr, so that `make -s bench > figures.jsonl` holds figures alone.

VENV   := .venv
PY     := $(VENV)/bin/python
WEB    := monitor/station/web
HOOK   := $(WEB)/build_hook.py
LOCK   := requirements.lock
SAY     = printf '%s\n' >&2
ARGS   ?=
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help demo test check bench fuzz coverage dashboard build lock clean environment packages node vitest

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

demo: environment dashboard ## A whole ward on this machine; flags: make demo ARGS="--speed 30"
	@$(VENV)/bin/bedwatch demo $(ARGS)

test: environment packages dashboard vitest ## All tests; flags for pytest: make test ARGS="-k oximeter"
	@$(SAY) "test: pytest"
	@$(PY) -m pytest --numprocesses auto --dist loadfile $(ARGS)

check: environment dashboard ## Format, lint, types, import directions, container files
	@$(SAY) "check: format and lint"
	@$(VENV)/bin/ruff format --check --quiet . || { $(SAY) "check: run .venv/bin/ruff format"; exit 1; }
	@$(VENV)/bin/ruff check --quiet .
	@$(SAY) "check: types (mypy strict)"
	@$(VENV)/bin/mypy --no-error-summary
	@$(SAY) "check: import directions"
	@found=$$($(VENV)/bin/lint-imports --no-logo) || { $(SAY) "$$found"; exit 1; }
	@$(SAY) "check: docker-compose.yml and Dockerfile"
	@$(VENV)/bin/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml
	@$(VENV)/bin/hadolint Dockerfile
	@$(call with_node,check,the dashboard's types,node_modules/typescript/bin/tsc --noEmit)
	@$(SAY) "check: passed"

bench: environment ## Measure; prints one JSON line per figure
	@set -e; for file in tests/benchmarks/[a-z]*.py; do \
	  [ -f "$$file" ] || { $(SAY) "bench: there is no tests/benchmarks/*.py"; exit 1; }; \
	  name=$$(basename "$$file" .py); $(SAY) "bench: $$name"; \
	  $(PY) -m "tests.benchmarks.$$name" $(ARGS); \
	done

fuzz: environment ## Grow hostile bytes against every decoder, 2 s each; one for longer: make fuzz ARGS="nonin-df2 --seconds 600"
	@$(SAY) "fuzz: every decoder"
	@$(PY) -m tests.fuzz $(ARGS)

coverage: environment packages dashboard ## Tests with branch coverage, held to its floors
	@$(PY) -m pytest -q --numprocesses auto --dist loadfile --cov --cov-report= $(ARGS)
	@$(PY) -m coverage report --skip-covered --fail-under=90
	@$(PY) -m coverage report --skip-covered --fail-under=100 \
	  --include='monitor/core/**,adapters/devices/*,alerts/route.py,alerts/suppress.py'

MUTATED = 'monitor/core/**/*.py' alerts/route.py alerts/suppress.py alerts/combine.py
MUTANT_TESTS = tests/core tests/alerts/test_route.py tests/alerts/test_suppress.py tests/alerts/test_combine.py

mutants: environment ## Which changes of the alarm core no test notices; one in 12 of them, ARGS="--share 1" for all (hours)
	@$(PY) -m pytest -p tests.mutation.plugin --hypothesis-profile=mutants -p no:cacheprovider -p no:xdist --quiet \
	  $(addprefix --mutate ,$(MUTATED)) $(or $(ARGS),--share 12) $(MUTANT_TESTS)

dashboard: environment node ## Build the nurse-station page when a source is newer than the built one
	@$(PY) $(HOOK)

build: environment dashboard ## Wheel and sdist in dist/, the wheel tried from another folder
	@$(SAY) "build: wheel and sdist"
	@rm -rf dist build/elsewhere
	@$(PY) -m hatchling build
	@$(PY) -m pip install --quiet --no-deps --target build/elsewhere dist/*.whl
	@cd build && PYTHONPATH=elsewhere ../$(PY) -P elsewhere/bin/bedwatch --help >/dev/null
	@$(SAY) "build: the wheel answers from build/elsewhere"

# The lock holds hashes and no host names: it serves behind any index (docs/decisions/0003-requirements-lock.md).
COMPILE = $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
          --no-emit-index-url --no-header --no-annotate

lock: environment ## Write the lock files again after a change of dependencies; ARGS=--upgrade for newer ones
	@$(SAY) "lock: requirements.lock, requirements-runtime.lock, requirements-build.lock"
	@$(COMPILE) --group dev --extra demo --extra ble $(ARGS) pyproject.toml -o requirements.lock
	@$(COMPILE) --constraints requirements.lock pyproject.toml -o requirements-runtime.lock
	@$(COMPILE) --constraints requirements.lock --group build $(ARGS) -o requirements-build.lock

clean: ## Remove what was made here (environment, built page, caches); data folders stay
	rm -rf $(VENV) build dist htmlcov .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	rm -rf monitor/station/static $(WEB)/node_modules
	find . -type d -name __pycache__ -prune -exec rm -rf {} +

# --- what the targets above stand on --------------------------------------------------------------------------------

environment: $(VENV)/.installed

# An interpreter that no longer starts (moved folder, upgraded Python) means a new environment.
$(VENV)/.locked: $(LOCK)
	@if ! $(PY) -m pip --version >/dev/null 2>&1; then \
	  for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	    "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; python=; \
	  done; \
	  [ -n "$$python" ] || { $(SAY) "bedwatch needs Python 3.11 or later: install it, or name it: make PYTHON=/path/to/python3"; exit 3; }; \
	  $(SAY) "environment: creating $(VENV) with $$($$python --version)"; \
	  "$$python" -m venv --clear $(VENV) || { $(SAY) "python3 -m venv failed; on Debian: apt-get install python3-venv"; exit 3; }; \
	fi
	@$(SAY) "environment: installing $(LOCK)"
	@$(PY) -m pip install --quiet --require-hashes --only-binary :all: -r $(LOCK)
	@touch $@

$(VENV)/.installed: $(VENV)/.locked pyproject.toml
	@$(PY) -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# Node of the machine when it suits the build, else the wheel, once.
node: environment
	@$(PY) -c "import runpy, sys; sys.exit(runpy.run_path('$(HOOK)')['system_node']() is None)" || [ -f $(VENV)/.node ] || { \
	  $(SAY) "dashboard: no fit Node on this machine, installing it into $(VENV)"; \
	  $(PY) -m pip install --quiet --require-hashes --only-binary :all: -r requirements-build.lock && touch $(VENV)/.node; }

# with_node(step, what, script): runs a script of the dashboard's packages, which are installed when missing or old.
define with_node
set -e; $(SAY) "$(1): $(2)"; \
node=$$($(PY) -c "import runpy; node, npm = runpy.run_path('$(HOOK)')['find_node'](); print(node)"); \
npm=$$($(PY) -c "import runpy, shlex; node, npm = runpy.run_path('$(HOOK)')['find_node'](); print(shlex.join(npm))"); \
cd $(WEB); PATH="$$(dirname "$$node"):$$PATH"; export PATH; \
[ node_modules/.package-lock.json -nt package-lock.json ] || eval "$$npm ci --no-audit --no-fund --loglevel=error" >&2; \
"$$node" $(3)
endef

vitest: environment node
	@$(call with_node,test,the dashboard's own tests (vitest),node_modules/vitest/vitest.mjs run --reporter=dot)

packages:
	@.ci/packages
