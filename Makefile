# Everything runs in .venv, made here from exact versions. Nothing else on the machine is changed.
.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
INSTALLED := .venv/.installed
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest  # threads of one test would wait for those of another
AT_ONCE := -n 3 --dist loadgroup  # more than cores: many of them wait for something

.PHONY: help demo test lint types test-sqlite test-postgresql chaos bench presets constraints clean

help: ## Show what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

demo: $(INSTALLED) ## Run everything on this machine; Ctrl-C ends it (CIRCUITBOARD_PORT, CIRCUITBOARD_DATA_DIR)
	@exec $(BIN)/python -m deploy.demo

test: lint test-sqlite test-postgresql ## Check style, then run all tests on SQLite and on PostgreSQL; types and migrations are among them

lint: $(INSTALLED) ## Check style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(INSTALLED) ## Check types, and that no migration is missing
	$(BIN)/python -m pytest tests/architecture/test_types.py

test-sqlite: $(INSTALLED)
	$(PYTEST) -rs $(AT_ONCE)

test-postgresql: $(INSTALLED)
	CIRCUITBOARD_TEST_DATABASE=postgresql $(PYTEST) -rs $(AT_ONCE)

chaos: $(INSTALLED) ## Kill a hundred processes at random during real runs, and try every outage, on both databases (an hour; CIRCUITBOARD_CHAOS_SEED)
	CIRCUITBOARD_CHAOS_KILLS=100 $(BIN)/python -m pytest tests/end_to_end -k "chaos or faults or outages or lent" -s

bench: $(INSTALLED) .venv/.bench ## Measure speed against what people write by hand (minutes; best on an idle machine)
	$(BIN)/python -m pytest tests/benchmarks --override-ini addopts= -s

presets: $(INSTALLED) ## Run the laptop presets and keep what they showed in deploy/RESULTS.md (hours; PRESETS="one another")
	OMP_NUM_THREADS=$${OMP_NUM_THREADS:-2} $(BIN)/python -m deploy.results $(PRESETS)

.venv/.bench: $(INSTALLED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c deploy/constraints.txt -e '.[bench]'
	@touch $@

constraints: $(INSTALLED) ## Pin the versions that are installed now
	{ echo "# The exact versions this project is built and tested with; \`make constraints\` writes them anew."; \
	  $(BIN)/python -m pip freeze --exclude-editable --exclude circuitboard | sed -n 's/^\([^ ]*==[^+ ]*\).*/\1/p' \
	  | tr '[:upper:]_' '[:lower:]-' | LC_ALL=C sort -t= -k1,1; } > deploy/constraints.txt

clean: ## Remove the environment; the data in .data stays
	rm -rf .venv

$(INSTALLED): pyproject.toml deploy/constraints.txt
	@sh deploy/install.sh .venv
	@touch $@
