# Needs Python 3.11 or later with pip and venv, make and git. Everything else goes into .venv. What runs on Spark needs
# Java 17 or 21 too, and is left out of the tests where there is none.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

.PHONY: setup demo test check bench messages clean

setup: $(VENV)/.ready

$(VENV)/.ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --no-compile --require-hashes --no-deps --requirement requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q -j 0 $(VENV)/lib src
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

test: check $(VENV)/.spark
	$(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

bench: setup
	$(BIN)/python -m bench

messages: setup
	$(BIN)/python -m tests.style.messages

clean:
	rm -rf $(VENV) out
