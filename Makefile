# Every target does its own set-up; the second time it only compares time stamps.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.run
READY := $(VENV)/.ready
QUIET := $(if $(CI),--quiet)

.PHONY: run notebooks eval test check format lint types imports lock train example-week torture provider-matrix bench screenshots strip stored sbom audit clean

run: $(RUN)  ## serve the workbench and the API
	@$(BIN)/call-center serve $(if $(PORT),--port $(PORT))

notebooks: $(READY)  ## JupyterLab with the notebooks
	$(BIN)/jupyter lab notebooks

eval: $(RUN)  ## measure the local router on the test sets
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

example-week: $(READY)  ## play the example week again and write its archive
	$(BIN)/python -m benchmarks.week

PARTS := provider loads servers soak fuzz rest
PART_provider := tests/faults/test_provider_matrix.py
PART_loads := tests/faults/test_kill_loads.py
PART_servers := tests/faults/test_server_kill.py tests/faults/test_server_relay.py tests/faults/test_effect_kill.py
PART_soak := tests/faults/test_soak.py
PART_fuzz := tests/faults/test_encoder_fuzz.py tests/notebooks tests/integration/test_schema.py
PART_rest := $(filter-out $(foreach part,provider loads servers soak fuzz,$(PART_$(part))),$(sort $(wildcard tests/faults/test_*.py)))
REPORT := $(VENV)/torture.jsonl

torture: $(READY)  ## slow forms of the fault tests, in parts of at most 40 minutes, and a table of what was counted
	@rm -f $(REPORT); for part in $(PARTS); do $(MAKE) --no-print-directory torture-$$part || failed=1; done; \
		TORTURE_REPORT=$(REPORT) $(BIN)/python -m tests.faults.report; test -z "$$failed"

torture-%: $(READY)  ## one part of them
	TORTURE=1 TORTURE_REPORT=$(REPORT) timeout 2400 $(BIN)/pytest -n 2 --dist loadgroup $(PART_$*)

provider-matrix: $(READY)  ## the table of the provider's faults in docs/reliability.md
	$(BIN)/python -m tests.faults.provider_matrix

screenshots: $(READY)  ## pictures of every room of the workbench, into docs/img
	$(BIN)/python -m tests.browser.screenshots
	$(BIN)/python -m tests.browser.strip

strip: $(READY)  ## the picture of the README, out of those of the rooms
	$(BIN)/python -m tests.browser.strip

stored: $(READY)  ## execute the notebooks and store their results in them
	$(BIN)/python -m tests.notebooks.stored

bench: $(READY)
	$(BIN)/python -m benchmarks.routing
	$(BIN)/python -m benchmarks.turns
	$(BIN)/python -m benchmarks.embedded
	$(BIN)/python -m benchmarks.searches
	$(BIN)/python -m benchmarks.trace
	$(BIN)/python -m benchmarks.first_turn

lock: $(READY)  ## resolve again; writes the three exports with hashes and no registry address
	$(BIN)/uv lock --upgrade
	$(BIN)/uv export -q --format requirements-txt --no-emit-project --all-extras --all-groups --no-header -o requirements.lock
	$(BIN)/uv export -q --format requirements-txt --no-emit-project --no-default-groups --extra ui --extra eval --no-header -o requirements-run.lock
	$(BIN)/uv export -q --format requirements-txt --no-emit-project --no-default-groups --extra ui --extra postgres --no-header -o deploy/requirements-server.lock

SBOMS := requirements-run deploy/requirements-server

sbom: $(READY)  ## CycloneDX documents of what is installed to run, out of the locks, into dist/
	@mkdir -p dist
	@for lock in $(SBOMS); do \
		$(BIN)/python -W ignore -m cyclonedx_py requirements $$lock.lock --pyproject pyproject.toml --output-reproducible \
			-o dist/$${lock##*/}.cdx.json && echo dist/$${lock##*/}.cdx.json || exit 1; done

audit: $(READY)  ## known vulnerabilities of everything in the locks; needs the network
	@$(BIN)/pip-audit --strict --disable-pip --require-hashes --progress-spinner off -r requirements.lock \
		|| { echo "NOT passed: above stands a vulnerability, or a package that could not be looked up." \
		"Without the network nothing is known of any, and that is no pass."; exit 1; }

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache

# What the server and `call-center eval` need; then what developing needs as well.
$(RUN): requirements-run.lock pyproject.toml
	$(call install,requirements-run.lock,280 MB to download and 1 GB on disk)

$(READY): requirements.lock pyproject.toml
	$(call install,requirements.lock,430 MB to download and 1.6 GB on disk)

OLD := Python 3.11 or newer is needed, and this is {}.{}; name one with make PYTHON=python3.12

define install
@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and "$(OLD)".format(*v))'
@if test -e $(RUN) -o -e $(READY); then echo "Installing what is new or missing: at most $(2)."; \
	else echo "First time: about $(2), 1–5 minutes. Later starts skip this."; fi
@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }
@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
@$(BIN)/uv pip install $(QUIET) --compile-bytecode --python $(BIN)/python --require-hashes -r $(1)
@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e .
@touch $@
endef
