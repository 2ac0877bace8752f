# make demo, make test: all the set-up is theirs. See README.md.

VENV := .venv
PYTHON := $(VENV)/bin/python
PLUGINS := $(wildcard plugins/*/setup.cfg)
PACKAGING := setup.cfg pyproject.toml $(PLUGINS) $(wildcard plugins/*/pyproject.toml)

# One pip command for host and plugins: a plugin needs the host, which no registry has.
EDITABLE_PLUGINS := $(foreach plugin,$(PLUGINS:/setup.cfg=),--editable ./$(plugin))
PIP_INSTALL := $(PYTHON) -m pip install --quiet --disable-pip-version-check

# `make -j demo test` would run pip twice on one environment.
.NOTPARALLEL:
.PHONY: help install demo test test-services bench soak faults year storm moodle-plugin clean

help:
	@echo "make install  the command at $(VENV)/bin/connector, with the shipped plugins"
	@echo "make demo     a whole municipality at work, with invented people"
	@echo "make test     style, types, layers, tests (HYPOTHESIS_PROFILE=thorough: far more of them)"
	@echo "make bench    how fast it is, into docs/performance.md (ONLY=row, QUICK=1)"
	@echo "make soak     an hour of load: does memory grow, does anything get lost (MINUTES=n)"
	@echo "make faults   everything that can break, broken: ONLY=text RUNS=1 SEED=1"
	@echo "make storm    ten thousand notices at once, to a real mail server: STORM=n"
	@echo "make year     a year of 2,000 teachers against a plain model: STAFF=n SEED=n"
	@echo "make moodle-plugin  our sender for Moodle as a zip to upload, into dist/"
	@echo "make clean    remove what the others made"

install: $(VENV)/.installed

demo: install
	$(VENV)/bin/connector demo

test: $(VENV)/.installed-dev test-services
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PYTHON) -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

# About an hour; ONLY=accept-pg,fold-task measures some rows again, QUICK=1 shows that they work.
bench: $(VENV)/.installed-bench test-services
	$(PYTHON) -m tests.bench $(if $(QUICK),--quick) --only '$(ONLY)'

soak: $(VENV)/.installed-bench test-services
	BENCH_MINUTES='$(MINUTES)' $(PYTHON) -m tests.bench --only soak

# Half an hour; the short form is part of `make test`.
faults: $(VENV)/.installed-dev test-services
	ONLY="$(ONLY)" RUNS="$(RUNS)" SEED="$(SEED)" $(PYTHON) -m tests.faults.run

# Half an hour and more (docs/year.md); a small year is part of `make test`.
year: $(VENV)/.installed-dev
	STAFF="$(STAFF)" SEED="$(SEED)" $(PYTHON) -m tests.year

# Some minutes on each database; a few hundred are part of `make test`.
storm: $(VENV)/.installed-dev
	STORM="$(or $(STORM),10000)" $(PYTHON) -m pytest -q -s tests/integration/test_send_storm.py

# A real RabbitMQ and PHP where the system has none; PostgreSQL comes as a wheel.
test-services:
	@tests/services/install-rabbitmq.sh
	@tests/services/install-php.sh

# The same bytes from the same sources, whenever and wherever it is built.
moodle-plugin:
	@python3 deploy/moodle/build_zip.py dist

$(VENV)/.installed: $(PACKAGING) deploy/make-venv.sh
	@deploy/make-venv.sh $(VENV)
	$(PIP_INSTALL) --editable . $(EDITABLE_PLUGINS)
	@touch $@

# Also stamps the plain installation: it holds more, never less.
$(VENV)/.installed-dev: $(PACKAGING) deploy/make-venv.sh
	@deploy/make-venv.sh $(VENV)
	$(PIP_INSTALL) --editable '.[dev,postgres]' $(EDITABLE_PLUGINS)
	@touch $(VENV)/.installed $@

$(VENV)/.installed-bench: $(PACKAGING) deploy/make-venv.sh
	@deploy/make-venv.sh $(VENV)
	$(PIP_INSTALL) --editable '.[dev,postgres,bench]' $(EDITABLE_PLUGINS)
	@touch $(VENV)/.installed $(VENV)/.installed-dev $@

clean:
	rm -rf $(VENV) .bench build dist *.egg-info plugins/*/*.egg-info plugins/*/build \
		.mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
