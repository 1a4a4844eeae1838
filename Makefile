# Two commands matter: `make demo` runs the main job, `make test` runs every check. Both install what they need first.
PYTHON ?= python3
BIN := .venv/bin
# Public example files, used by the tests wherever they are present.
export FLUX_CORPUS ?= $(wildcard ../shared/corpus)

.PHONY: demo test chaos chaos-pas bench lint unit lock fuzz golden docs sbom audit clean

demo: .venv/.installed
	$(BIN)/python -m demo $(if $(KEEP),--keep)

test: .venv/.installed lint unit

lint: .venv/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: .venv/.installed
	$(BIN)/pytest --durations=15

# The whole stack under faults: FAUTES of them drawn by GRAINE, none after DUREE_CHAOS seconds. As root it also fills disks.
FAUTES ?= 100
GRAINE ?= 7
DUREE_CHAOS ?= 2000
chaos: .venv/.installed
	$(BIN)/python -m tests.chaos.pile --fautes $(FAUTES) --graine $(GRAINE) --duree $(DUREE_CHAOS)

bench: .venv/.installed
	$(BIN)/python -m tests.bench

# Each target under atheris for DUREE seconds. Seen on Linux x86-64 with Python 3.11; the lock serves other systems too, so it leaves atheris out.
DUREE ?= 30
fuzz: .venv/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --editable '.[fuzz]'
	$(BIN)/python -m tests.fuzz $(DUREE)

# The steps killed, cut and doubled at every crash point. With GRAINE and TUES as printed, a run that broke a promise comes again.
TUES ?= 2000
chaos-pas: .venv/.installed
	$(BIN)/python -m tests.chaos.pas --graine $(GRAINE) --tues $(TUES)

golden: .venv/.installed
	FLUX_MAJ_GOLDEN=1 $(BIN)/pytest -q

docs: .venv/.installed
	$(BIN)/python -m docs.generer
	$(BIN)/python -m docs.licences

# What is installed, as CycloneDX 1.6, checked against its schema before it is written.
sbom: .venv/.installed .venv-sbom/.installed
	@mkdir -p build
	.venv-sbom/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --validate --output-file build/sbom.cdx.json $(BIN)/python
	@echo "build/sbom.cdx.json: $$(grep -c '"purl"' build/sbom.cdx.json) components"

# Known vulnerabilities of the lock. 0: none; 1: some; 3: not audited, the service could not be reached or does not know the packages.
SERVICE ?= pypi
audit: .venv/.installed
	@$(BIN)/python -m outils.auditer $(SERVICE) || { code=$$?; echo "make audit: code $$code"; exit $$code; }

# One stamp file: installing again happens only when the pins or the entry points change.
.venv/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "chorus-flux needs Python 3.11 or later: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv-sbom/.installed: requirements-sbom.lock
	$(PYTHON) -m venv .venv-sbom
	.venv-sbom/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-sbom.lock
	@touch $@

# Pins anew, for every Python from 3.11 on, with hashes and without any host. Needs `uv` (pip install uv).
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header
lock:
	$(COMPILE) --extra airflow --extra dev pyproject.toml -o requirements.lock
	$(COMPILE) --constraint requirements.lock --group sbom -o requirements-sbom.lock

clean:
	rm -rf .venv .venv-sbom .demo build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
