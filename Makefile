# `make run` and `make test` need Python 3.11 or 3.12, make, git and a package registry; nothing else.
PYTHON ?= $(shell command -v python3.12 >/dev/null 2>&1 && python3.12 -c '' 2>/dev/null && echo python3.12 || (command -v python3.11 >/dev/null 2>&1 && python3.11 -c '' 2>/dev/null && echo python3.11 || echo python3))
UV_VERSION := 0.9.0
BIN := .venv/bin
export OMP_NUM_THREADS ?= 2
export GOMP_SPINCOUNT ?= 20000
export PYTHONHASHSEED ?= 0
export DVC_NO_ANALYTICS := true
export MLFLOW_DISABLE_TELEMETRY := true
# Stages run as `python pipelines/…`: the environment's interpreter comes first.
export PATH := $(CURDIR)/$(BIN):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help run test bench extraction-report extraction-record search lint ui clean

help: ## Show the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

# The environment is built again when the lock changes. uv lives in a folder of its own, so that nothing else is touched.
.venv/.ready: uv.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] <= (3, 12) else "Python 3.11 or 3.12 is needed; name it: make PYTHON=python3.12 …")'
	@test -x .uv/bin/uv || ($(PYTHON) -m venv .uv && .uv/bin/pip install --quiet --disable-pip-version-check 'uv>=$(UV_VERSION)' 2>/dev/null)
	.uv/bin/uv sync --frozen --quiet --compile-bytecode --python $(PYTHON)
	@touch $@

run: .venv/.ready ## Run every stage; INPUTS="file dir glob …" reads your own judgments
ifdef INPUTS
	@$(BIN)/python pipelines/set_inputs.py $(INPUTS)
endif
	@$(BIN)/dvc repro
	@$(BIN)/python pipelines/where.py

test: .venv/.ready ## Run the tests
	@$(BIN)/ruff check --quiet .
	$(BIN)/python -m pytest -q -rs -n 2 --dist loadgroup

bench: .venv/.ready ## Measure speed and memory
	$(BIN)/python tests/benchmark/run.py
	$(BIN)/python tests/benchmark/archive.py
	$(BIN)/python tests/benchmark/audit.py
	$(BIN)/python tests/benchmark/disclosure.py
	$(BIN)/python tests/benchmark/ledger.py
	$(BIN)/python tests/benchmark/monitor.py
	$(BIN)/python tests/benchmark/monitor_report.py

# Annotated judgments, where you have them: GOLD holds texts.jsonl and annotations.jsonl, ANNOTATIONS pairs
# NAME.texts.jsonl and NAME.annotations.jsonl. Only the pairs named in SETS are read: what is held out stays so.
GOLD ?= ../shared/gold
ANNOTATIONS ?= annotations
SETS ?= dev
SCORE = $(BIN)/python pipelines/extraction_report.py --gold $(GOLD) --annotations $(ANNOTATIONS) --sets $(SETS)

extraction-report: .venv/.ready ## Score extraction on annotated judgments against the record
	@$(SCORE)

extraction-record: .venv/.ready ## Score extraction and make the result the record
	@$(SCORE) --record

search: .venv/.ready ## Try the hyper-parameters of search.grid on the training part
	@$(BIN)/python pipelines/search.py

lint: .venv/.ready ## Check style
	$(BIN)/ruff check .

ui: .venv/.ready ## Open the run tree in MLflow on http://127.0.0.1:5000
	$(BIN)/mlflow server --backend-store-uri "$${MLFLOW_TRACKING_URI:-sqlite:///$(CURDIR)/mlflow.db}" --host 127.0.0.1 --port 5000

clean: ## Remove everything the pipeline computed
	rm -rf data/sample data/interim data/factors models/liability models/archive models/bundle reports/*.json reports/*.html reports/cases
