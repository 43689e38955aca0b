# Everything runs inside the project's own virtual environment, made on first use.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
OUT ?= out
WORLD ?= embedded

.DEFAULT_GOAL := help
.PHONY: help report test check verify board bench docs serve clean

help: ## List the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1	/' | expand -t 10

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	PIP_CONSTRAINT=constraints.txt $(BIN)/pip install --quiet --disable-pip-version-check --editable '.[word,consult,postgres,dev,docs]'
	@touch $@

report: $(READY) ## Build out/report.pdf, .docx and .html from the data (WORLD=embedded or store)
	$(BIN)/corridors report --world $(WORLD) --out $(OUT)

test: $(READY) ## Run the tests
	$(BIN)/python -m pytest -n 2 -m "not heavy"

check: $(READY) ## Check style, imports, types and docstrings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/numpydoc lint --config . $$(git ls-files 'src/*.py')

verify: $(READY) ## Run the heavy checks: large data, random kills, other programs
	$(BIN)/python -m pytest -m heavy -n 2 tests/collect/test_damaged.py
	$(BIN)/python -m pytest -m heavy --ignore=tests/collect/test_damaged.py --ignore=tests/workflow/test_scoreboard.py

board: $(READY) ## Compare the page on the scoreboard with what its command prints: many minutes
	$(BIN)/python -m pytest -m heavy tests/workflow/test_scoreboard.py

bench: $(READY) ## Print benchmarks as ratios measured in one run
	$(BIN)/python -m benchmarks

docs: $(READY) ## Build the documentation into docs/_build/html
	$(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build/html

serve: docs report ## Show the report and the documentation on http://127.0.0.1:8000 until interrupted
	@mkdir -p $(OUT)/site && cp $(OUT)/report.html $(OUT)/report.pdf $(OUT)/report.docx $(OUT)/site/ && rm -rf $(OUT)/site/docs && cp -r docs/_build/html $(OUT)/site/docs
	$(BIN)/python -m http.server 8000 --bind 127.0.0.1 --directory $(OUT)/site

clean: ## Remove what the other targets made, the store included
	rm -rf $(VENV) $(OUT) store docs/_build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
