# The commands of a checkout. `make help` lists them.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
LISTEN ?= 127.0.0.1
PORT ?= 8440
APT ?= 1
COUNT ?= 10000000
SEED ?= 1
STORIES ?= 100000
WHEELS := $(VENV)/share/nineward/wheels
# Compiled by no one, imported from this folder: a changed source file needs no new installation.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --config-settings editable_mode=compat

.DEFAULT_GOAL := help
.PHONY: help up demo test test-importers test-recordings test-reports test-tickets check lint types imports packages bench bench-agent bench-detection bench-errands bench-figures bench-ingest bench-ping bench-recompute bench-reports bench-scheduling bench-snmp bench-storm bench-truth docs dist clean fuzz-snmp fuzz-timelines

help:  ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: setup.cfg pyproject.toml | $(BIN)/python
	@echo "Installing Nineward into $(VENV) …"
	@$(INSTALL) --editable '.[all]'
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "Installing what the tests need into $(VENV) …"
	@$(INSTALL) --editable '.[dev]'
	@touch $@

# What other machines install the agent from, without the internet: the collector serves this folder.
$(VENV)/.wheels: $(VENV)/.installed $(shell find agent rules collector -name '*.py')
	@echo "Building the agent's wheels for other machines …"
	@rm -rf $(WHEELS) && mkdir -p $(WHEELS)
	@$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --wheel-dir $(WHEELS) '.[snmpv3]'
	@rm -rf build
	@touch $@

up: $(VENV)/.installed $(VENV)/.wheels  ## start collector and agent on this machine (LISTEN=ADDRESS opens it to others)
	@exec $(BIN)/nineward up --listen $(LISTEN) --port $(PORT) --wheels $(WHEELS)

demo: $(VENV)/.installed  ## a made-up fleet with three months of life, to see pages and reports before there is data
	@exec $(BIN)/nineward demo --port $(PORT)

packages:  ## install the Debian packages the tests need (as root; APT=0 forbids it)
	@APT=$(APT) sh tests/packages.sh

test: $(VENV)/.installed-dev packages  ## linters, types, import contracts and the whole test suite
	@$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest -n 3 --dist loadgroup

test-recordings: $(VENV)/.installed-dev packages  ## every recorded device walked whole by three engines (takes minutes)
	RECORDINGS=whole $(BIN)/python -m pytest -n 3 tests/agent/snmp/recordings

test-importers: $(VENV)/.installed-dev  ## the importers on a real Nagios, Prometheus and Uptime Kuma (needs npm)
	@APT=$(APT) sh tests/packages.sh nagios4-core prometheus
	@sh tests/peers/uptime_kuma.sh $(abspath $(VENV))/uptime-kuma
	UPTIME_KUMA=$(abspath $(VENV))/uptime-kuma $(BIN)/python -m pytest -o norecursedirs=.* tests/peers

test-reports: $(VENV)/.installed-dev  ## issued reports in a real LibreOffice, before a validator and axe in Chromium (needs npm)
	@APT=$(APT) sh tests/packages.sh chromium fonts-noto-cjk libreoffice-calc-nogui libreoffice-writer-nogui
	@sh tests/readers/npm.sh $(abspath $(VENV))/readers
	READERS=$(abspath $(VENV))/readers $(BIN)/python -m pytest -o norecursedirs=.* tests/readers

test-tickets: $(VENV)/.installed-dev  ## the life of a ticket in a real Request Tracker and Redmine (as root)
	@APT=$(APT) sh tests/tickets/packages.sh
	TICKET_SERVERS=1 $(BIN)/python -m pytest tests/journeys/test_tickets.py

check: lint types imports  ## linters, types and import contracts only

lint: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.installed-dev
	$(BIN)/mypy

imports: $(VENV)/.installed-dev
	PYTHONPATH=. $(BIN)/lint-imports

bench: bench-ingest bench-agent bench-detection bench-scheduling bench-ping bench-snmp bench-figures bench-reports bench-storm bench-truth  ## all benchmarks, each beside its peer or its bar

bench-ingest: $(VENV)/.installed-dev  ## results per second durable end to end, bytes per result
	$(BIN)/python -m benchmarks.ingest

bench-agent: $(VENV)/.installed-dev  ## the agent's memory and CPU over two minutes
	$(BIN)/python -m benchmarks.agent_footprint

bench-scheduling: $(VENV)/.installed-dev  ## what deciding when to look costs with 55 000 checks
	$(BIN)/python -m benchmarks.scheduling

bench-truth: $(VENV)/.installed-dev  ## ten minutes of a fleet's scripted outages against what was measured (as root)
	$(BIN)/python -m benchmarks.truth

bench-snmp: $(VENV)/.installed-dev  ## the SNMP engine beside snmp_exporter and pysnmp, and one agent with 5 000 devices
	$(BIN)/python -m benchmarks.snmp

bench-errands: $(VENV)/.installed-dev  ## each kind of ticket system killed at every line and struck by a thousand seeded faults (some minutes)
	$(BIN)/python -m benchmarks.errands

bench-detection: $(VENV)/.installed-dev  ## from a target's last answer to the ticket's arrival
	$(BIN)/python -m benchmarks.detection

bench-storm: $(VENV)/.installed-dev  ## a core switch dies with 500 dependents; 5 000 unrelated faults within a minute
	$(BIN)/python -m benchmarks.storm

DAYS ?= 2

bench-figures: $(VENV)/.installed-dev bench-recompute  ## a month of 10,000 targets: recomputed, explained, and its figures
	@APT=$(APT) sh tests/packages.sh prometheus
	$(BIN)/python -m benchmarks.figures

bench-recompute: $(VENV)/.installed-dev  ## a month computed anew from the log, and instants explained (DAYS=30: all of it)
	$(BIN)/python -m benchmarks.recompute --days $(DAYS)

bench-reports: $(VENV)/.installed-dev  ## a month of 1,000 targets to every format, one of 10,000 to JSON and XLSX
	$(BIN)/python -m benchmarks.reports

bench-ping: $(VENV)/.installed-dev  ## sweeps of up to 50,000 targets beside fping (as root; some minutes)
	$(BIN)/python -m benchmarks.ping

fuzz-snmp: $(VENV)/.installed-dev  ## ten million mutated SNMP messages (some minutes; COUNT= and SEED= change that)
	$(BIN)/python -m tests.fuzz.snmp --count $(COUNT) --seed $(SEED)

fuzz-timelines: $(VENV)/.installed-dev  ## the engine against a brute-force labelling of 100 000 random stories (an hour; STORIES= and SEED=)
	$(BIN)/python -m tests.rules.oracle.agreement --count $(STORIES) --seed $(SEED)

docs: $(VENV)/.installed-dev  ## write the generated parts of docs/ anew
	$(BIN)/python -m docs.generate

dist: $(VENV)/.installed-dev  ## build the wheel and the source archive
	$(BIN)/python -m build --outdir dist .

clean:  ## remove the environment and what was built
	rm -rf $(VENV) build dist *.egg-info
