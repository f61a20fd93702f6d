# Needs Python 3.11 or later with pip and venv, make and git. Everything else goes into .venv. What runs on Spark needs
# Java 17 or 21 too, and is left out of the tests where there is none.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Nearly half of what is installed is read by no command and no test: compiling it would be time lost.
NOT_RUN := /(tests|pandas|pip|setuptools|pkg_resources|mypy|mypyc)/
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

.PHONY: setup demo test tests check bench bench-full messages clean

setup: $(VENV)/.ready

$(VENV)/.ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --no-compile --require-hashes --no-deps --requirement requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q -j 0 -x '$(NOT_RUN)' $(VENV)/lib src
	$(BIN)/python -c 'from jiacan.offers.core.arrays.chunks import be_ready; be_ready()'
	touch $@

$(VENV)/.spark: $(VENV)/.ready requirements-spark.lock
	$(BIN)/pip install --quiet --no-compile --require-hashes --no-deps --requirement requirements-spark.lock
	touch $@

demo: setup
	$(BIN)/jiacan demo

check: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/mypy

# The checks run in what the tests leave of two processors while they wait for servers and browsers.
test: $(VENV)/.spark
	$(MAKE) --jobs 2 check tests

tests: $(VENV)/.spark
	$(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

bench: setup
	$(BIN)/python -m bench

# Ten million orders, twenty deaths of each part, an hour under load: several hours, and some 10 GB of disk.
bench-full: setup
	$(BIN)/python -m bench --full

messages: setup
	$(BIN)/python -m tests.style.messages

clean:
	rm -rf $(VENV) out
