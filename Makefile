# Two commands: `make grade` grades the bundled class, `make test` checks what a change can break.
#
# The CPU build of torch is enough. Where the default index offers only larger builds, name another:
#     make grade TORCH_ARGS="--index-url <the index with CPU builds>"

# Set on the command line, not in the environment, where names like these mean other things to other programs.
PYTHON = python3
VENV = .venv
TORCH = torch==2.13.0
TORCH_ARGS =
DOCKER_ARGS =
VENDORED =
JOBS =
OUT = graded
PYTEST_ARGS =

BIN := $(VENV)/bin
STOCK := .venv-benchmark
INSTALL := $(BIN)/python docker/pip_settings.py install --quiet --no-compile
# What pip would do on one core, without what neither notebooks nor we import: half of all files. Some packages
# bring files that are no Python of this version.
UNUSED := /(tests?|testing|pip|setuptools|mypyc?|_inductor|_dynamo|onnx|ao|_export|_vendor)/|/torch/distributed/
UNUSED := $(UNUSED)|/site-packages/(sympy|mpmath|networkx|sphinx|docutils|snowballstemmer|debugpy)/
COMPILE := $(BIN)/python -m compileall -qq -j 0 -x '$(UNUSED)' $(VENV)/lib || true
# Runs beside what is installed after torch, which waits for downloads more than it computes.
COMPILE_TORCH := $(BIN)/python -m compileall -qq -x '$(UNUSED)' $(VENV)/lib/python3*/site-packages/torch || true
PYTEST := $(BIN)/python -m pytest $(PYTEST_ARGS)
# A process a core and one more, for the times in which tests wait for a deadline; the tests of a file stay in one
# process (tests/conftest.py), the longest files first.
ON_ALL_CORES := -n $(shell $(PYTHON) -c "import os; print(len(os.sched_getaffinity(0)) + 1)") --no-loadscope-reorder

# Of another environment that is active, and for the tests of other projects.
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME PYTHONOPTIMIZE PYTHONWARNINGS PYTHONDEVMODE PYTHONINSPECT
# Without compiled files each of some hundred processes would compile what it imports, and pytest every test.
unexport PYTHONDONTWRITEBYTECODE
unexport PYTEST_ADDOPTS PYTEST_PLUGINS
export PYTHONUTF8 = 1

.PHONY: grade review test test-rest test-all test-again certify check setup setup-dev format build doctor
.PHONY: benchmark messages reference vendored docker docker-test clean

grade: setup  ## grade the bundled example class
	$(BIN)/autograder grade examples/class.zip --out $(OUT) $(if $(JOBS),--jobs $(JOBS))

review: setup  ## grade the bundled example class if it is not yet, then score and publish it in the browser
	@test -f $(OUT)/.autograder/run.json || $(BIN)/autograder grade examples/class.zip --out $(OUT) \
		$(if $(JOBS),--jobs $(JOBS)) || test $$? -eq 3
	$(BIN)/autograder review $(OUT)

# The types take a core for half a minute, which the first tests do not need.
test: setup-dev  ## format, lint, types, notebooks, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	@said=$$(mktemp) && { $(BIN)/mypy >$$said 2>&1 & types=$$!; failed=0; \
	$(BIN)/autograder build --check && \
		$(PYTEST) $(ON_ALL_CORES) -m "not docker and not thorough and not single" || failed=$$?; \
	wait $$types || failed=$$?; cat $$said; rm $$said; exit $$failed; }

test-rest: setup-dev  ## kinds of tests that take long, each once: real schedulers, stock otter, Gradescope
	$(PYTEST) $(ON_ALL_CORES) -m "thorough and not single and not docker"

test-all: check  ## every test, those in the image too where a Docker engine can be had
	$(PYTEST) $(ON_ALL_CORES) --every-example -m "not docker"
	$(PYTEST) -rs -m docker tests/docker

test-again: check  ## the tests that failed, by themselves; PYTEST_ARGS="-o cache_dir=…" names the run
	$(PYTEST) --last-failed --last-failed-no-failures none

certify: setup  ## a sample of what counts the grader's own errors; all of it: autograder certify
	$(BIN)/autograder certify --quick

check: setup-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/autograder build --check

doctor: setup  ## can this machine grade safely and rightly?
	$(BIN)/autograder doctor

build: setup  ## make template, public tests and solution from the master
	$(BIN)/autograder build

reference: setup-dev  ## write the references in docs/authoring.md from the code
	$(BIN)/python -c "import pathlib, autograder.authoring.reference as r; r.write(pathlib.Path('docs/authoring.md'))"

messages: setup-dev  ## collect the sentences that students read, compile their translations
	$(BIN)/python -m tests.messages

vendored: setup-dev  ## fetch the files of other projects that the pages need again (npm); VENDORED: katex@0.19.2
	$(BIN)/python vendored/fetch.py $(VENDORED)

docker:  ## build the image; DOCKER_ARGS: --tag, --base, --network
	$(PYTHON) docker/build.py $(DOCKER_ARGS)

docker-test: setup-dev  ## build the image in an engine of its own, grade in it, leave nothing behind
	$(PYTEST) -rs -m "docker and not thorough and not single" tests/docker

benchmark: setup $(STOCK)/.ready  ## this project and stock tools on the same notebooks, side by side
	$(BIN)/python benchmarks/compare.py

$(STOCK)/.ready: benchmarks/requirements.txt
	@$(PYTHON) -m venv $(STOCK)
	$(STOCK)/bin/python docker/pip_settings.py install --quiet $(TORCH_ARGS) "$(TORCH)"
	$(STOCK)/bin/python docker/pip_settings.py install --quiet --requirement $<
	@touch $@

format: setup-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

setup: $(VENV)/.ready
setup-dev: $(VENV)/.ready-dev

$(VENV)/.torch:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
		{ echo "Python 3.11 to 3.13 is needed; this is $$($(PYTHON) --version). Try: make PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "The venv module is missing: apt install python3-venv"; exit 1; }
	$(INSTALL) $(TORCH_ARGS) "$(TORCH)"
	@touch $@

$(VENV)/.ready: $(VENV)/.torch pyproject.toml
	($(COMPILE_TORCH)) & $(INSTALL) --editable ".[review]" && wait && { $(COMPILE); }
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.torch pyproject.toml
	($(COMPILE_TORCH)) & $(INSTALL) --editable ".[dev]" && wait && { $(COMPILE); }
	@touch $(VENV)/.ready $@

clean:
	rm -rf $(VENV) $(STOCK) $(OUT) *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
