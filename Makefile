# Two commands: `make run` plays, `make test` shows that it works. Both set up what they need first.
.PHONY: setup run test bench scores clean help
.DEFAULT_GOAL := help
PYTHON ?= python3
PIP := .venv/bin/python -m pip install --quiet --disable-pip-version-check
# Apart from the core, so that one of which there is no wheel for this Python builds with tools of its own.
LIBRARIES := import tomllib; project = tomllib.load(open("pyproject.toml", "rb"))["project"]; print(*project["dependencies"], *project["optional-dependencies"]["dev"], sep="\n")
CORE := $(wildcard cython_core/*.pyx cython_core/*.pxd cython_core/*.h)

help:                    ## this list
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:[^#]*## */\t/' | expand -t 12

setup: .venv/built       ## all that the others need: system packages, a private Python in .venv, the compiled core

.venv/installed: pyproject.toml scripts/system-packages
	@echo "Setting up, once; this takes about a minute:"
	@./scripts/system-packages
	@echo "  a private Python with its libraries, in .venv"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Live Rig needs Python 3.11 or newer; say which: make PYTHON=python3.12 ...")'
	@$(PYTHON) -m venv .venv
	@.venv/bin/python -c '$(LIBRARIES)' > .venv/libraries.txt
	@$(PIP) --upgrade 'setuptools>=77' wheel 'cython>=3.1' numpy
	@$(PIP) --requirement .venv/libraries.txt
	@touch $@

.venv/built: .venv/installed setup.py $(CORE)
	@echo "  the core, compiled"
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

run: .venv/built         ## play: the festival finale, on your sound card, or silently where there is none
	@.venv/bin/live-rig demo

# Bytecode is written whatever the environment says: the tests start hundreds of processes, and each would compile the same modules.
test: .venv/built        ## everything that must hold
	.venv/bin/python -m ruff check .
	.venv/bin/python -m ruff format --check .
	.venv/bin/python -m mypy
	PYTHONDONTWRITEBYTECODE= QT_QPA_PLATFORM=offscreen .venv/bin/python -m pytest -n auto --dist loadfile

bench: .venv/built       ## what it costs, on this machine
	.venv/bin/live-rig bench

scores: .venv/built      ## how well people are followed, over a corpus of drum takes; writes docs/following-scores.md
	.venv/bin/python -m bench.scores

clean:                   ## everything that was built
	rm -rf .venv build dist *.egg-info cython_core/*.c cython_core/*.so
