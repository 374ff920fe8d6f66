# Every target does its own set-up; the second time it only compares a time stamp.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: run notebooks eval test check format lint types imports lock train torture bench screenshots clean

run: $(READY)  ## serve the workbench and the API
	$(BIN)/call-center serve $(if $(PORT),--port $(PORT))

notebooks: $(READY)  ## JupyterLab with the notebooks
	$(BIN)/jupyter lab notebooks

eval: $(READY)  ## measure the local router on the test sets
	$(BIN)/call-center eval run eval_sets/routing_ru.jsonl eval_sets/routing_en.jsonl --router local

test: $(READY)  ## the whole suite
	$(BIN)/pytest -n 2 --dist loadgroup

check: lint types imports test  ## what CI runs

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY)
	$(BIN)/mypy

imports: $(READY)
	$(BIN)/lint-imports

train: $(READY)  ## fit what ships in the package again from eval_sets/train
	$(BIN)/call-center train --shipped

torture: $(READY)  ## slow forms of the fault tests
	TORTURE=1 $(BIN)/pytest -n 2 --dist loadgroup tests/faults

screenshots: $(READY)  ## pictures of every room of the workbench, into docs/img
	$(BIN)/python -m tests.browser.screenshots

bench: $(READY)
	$(BIN)/python -m benchmarks.routing
	$(BIN)/python -m benchmarks.turns
	$(BIN)/python -m benchmarks.embedded
	$(BIN)/python -m benchmarks.searches
	$(BIN)/python -m benchmarks.trace
	$(BIN)/python -m benchmarks.first_turn

lock: $(READY)  ## resolve again; writes the two exports with hashes and no registry address
	$(BIN)/uv lock --upgrade
	$(BIN)/uv export -q --format requirements-txt --no-emit-project --all-extras --all-groups --no-header -o requirements.lock
	$(BIN)/uv export -q --format requirements-txt --no-emit-project --no-default-groups --extra ui --extra postgres --no-header -o deploy/requirements-server.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one with make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e .
	touch $(READY)
