# Rejoinder: `make run` opens the site, `make test` runs every test, `make help` lists the rest.

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
PY := $(VENV)/bin/python
UV := $(VENV)/bin/uv
# What Rejoinder is measured beside lives outside of its own environment.
PEERS := /tmp/rejoinder-peers
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make requirements"
# A file's tests stay together: what they share is made once. One process more than there are cores,
# for the whole-site tests mostly wait.
PYTEST := $(PY) -m pytest --numprocesses $(shell echo $$(($$(nproc) + 1))) --maxprocesses 4 \
	--dist loadfile --no-loadscope-reorder
SBOM := var/sbom.cdx.json
# What the database tests leave out: the real browser, and the whole site under its supervisor.
DATABASE_TESTS := $(PYTEST) -q -m "not browser and not site"
# Asked once, by `make test`: to them one database is as good as another, or none.
WITHOUT_DATABASE := folding fulltext markup moderation/pipeline scorer test_docs.py test_languages.py \
	test_deploy.py test_deploy_nginx.py defence/test_expressions.py defence/test_supplies.py

.PHONY: help
help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- The two commands -----------------------------------------------------------------------

.PHONY: run
run: $(VENV)/.site ## Open the site at http://localhost:8000 (PORT=8001 for another port)
	@REJOINDER_ENV=development exec $(PY) manage.py up

.PHONY: test
test: $(VENV)/.tools browser gettext services ## Install what the tests need and run all of them (ARGS="-k name")
	$(PYTEST) $(ARGS)

# --- Checks ---------------------------------------------------------------------------------

.PHONY: check
check: lint supplies $(VENV)/.tools gettext services ## What CI holds against the code beside `make test`: lint, supplies, and the database tests on PostgreSQL
	tests/postgres.sh $(DATABASE_TESTS) $(addprefix --ignore=tests/,$(WITHOUT_DATABASE))

.PHONY: lint
lint: $(VENV)/.tools ## Style, arrows between the apps, types, migrations, deployment settings
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports
	$(VENV)/bin/mypy
	@state=$$(mktemp -d) && trap 'rm -rf "$$state"' EXIT && export REJOINDER_DATA="$$state" && set -x && \
	$(PY) manage.py makemigrations --check --dry-run && \
	$(PY) manage.py check_migrations && \
	REJOINDER_ENV=production SITE_URL=https://news.example.org HSTS_SUBDOMAINS=1 \
		$(PY) manage.py check --deploy --fail-level WARNING

.PHONY: check-deploy
check-deploy: $(VENV)/.tools ## Run the commands of docs/operations.md on a bare Debian of their own (root; minutes)
	$(PY) -m tests.deploy

.PHONY: supplies
supplies: sbom audit ## That everything is pinned by hash, the list of parts, and known faults
	$(PY) -m tests.supplies pins

.PHONY: sbom
sbom: $(VENV)/.tools ## Write the list of parts, CycloneDX in JSON (SBOM=var/sbom.cdx.json)
	$(PY) -m tests.supplies parts $(SBOM)

.PHONY: audit
audit: $(VENV)/.tools ## Ask for known faults of what is pinned; says so where nobody can be asked
	$(PY) -m tests.supplies audit

.PHONY: fuzz
fuzz: $(VENV)/.tools ## Ask the API a hundred times what the tests ask, by its own document
	$(PY) -m pytest -q --hypothesis-profile=deep tests/defence/test_api_document.py $(ARGS)

.PHONY: format
format: $(VENV)/.tools ## Put the code into the house's format
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

.PHONY: openapi
openapi: $(VENV)/.tools ## Write the API's document anew, after a change made on purpose
	$(PY) manage.py export_openapi_schema --api config.api.api --indent 2 --sorted --output docs/openapi.json

.PHONY: messages
messages: $(VENV)/.tools gettext ## Gather every string of the interface into locale/, and compile what is translated
	$(PY) manage.py makemessages --all --no-obsolete --add-location=file \
		--ignore=.venv --ignore=var --ignore=tests --ignore=benchmarks
	sed -i '/^"POT-Creation-Date:/d' locale/*/LC_MESSAGES/django.po
	for words in locale/*/LC_MESSAGES/django.po; do \
		msgfmt --check-format --statistics -o "$${words%.po}.mo" "$$words" || exit 1; done

.PHONY: screenshots
screenshots: $(VENV)/.tools browser ## Photograph the demo site for docs/screenshots (ARGS="--all FOLDER": every page)
	@fc-list | grep -q P052 || tests/debian_packages.sh fontconfig fonts-urw-base35 fonts-open-sans fonts-noto-core || \
		echo 'The fonts of the pictures are not here: they will look otherwise.'
	$(PY) -m docs.screenshots.take $(ARGS)

# --- Figures --------------------------------------------------------------------------------

.PHONY: replay
replay: $(VENV)/.tools ## Post a real discussion through the API and account for it (FILE=thread.jsonl)
	@test -n "$(FILE)" || { echo 'Which discussion? make replay FILE=thread.jsonl'; exit 2; }
	$(PY) -m benchmarks.replay "$(FILE)" $(ARGS)

.PHONY: bench
bench: $(VENV)/.tools browser ## Measure reading a discussion of 10,000 comments, on the wire and in Chromium
	$(PY) -m benchmarks.page $(ARGS)

.PHONY: bench-reading
bench-reading: $(VENV)/.tools ## Measure reading beside the least that a server could do, up to a million comments (ARGS="--sizes 100 10000")
	@command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || tests/debian_packages.sh nginx-light || \
		echo 'No nginx here, and no leave to install it: its line will be missing.'
	$(PY) -m benchmarks.reading $(ARGS)

.PHONY: bench-posting
bench-posting: $(VENV)/.tools ## Measure posting beside storing one row, with the queue up, stopped and frozen (ARGS="--posts 20")
	$(PY) -m benchmarks.posting $(ARGS)

.PHONY: bench-judging
bench-judging: $(VENV)/.tools ## Measure the judge, and a worker that drains 100,000 pending comments (ARGS="--pending 2000")
	$(PY) -m benchmarks.judging $(ARGS)

.PHONY: bench-open-pages
bench-open-pages: $(VENV)/.tools ## Measure 10,000 open pages that ask for news (ARGS="--pages 200 --seconds 5")
	$(PY) -m benchmarks.many_pages $(ARGS)

.PHONY: bench-size
bench-size: $(VENV)/.tools ## Measure the memory of each process, and the disk for a million comments (ARGS="--comments 5000")
	$(PY) -m benchmarks.size $(ARGS)

.PHONY: bench-peers
bench-peers: $(VENV)/.tools $(PEERS)/.installed ## Measure beside Isso and django-comments-xtd (ARGS="--sizes 10 --rounds 2 --requests 10", PEERS=folder)
	$(PY) -m benchmarks.peers --python $(PEERS)/bin/python $(ARGS)

.PHONY: bench-desk
bench-desk: $(VENV)/.tools ## Measure every view of the editors' desk with 1,000 waiting and with 100,000 (ARGS="--waiting 10000")
	$(PY) -m benchmarks.desk $(ARGS)

.PHONY: bench-texts
bench-texts: $(VENV)/.tools ## Measure the worst texts that are known: rendered, checked and scored
	$(PY) -m benchmarks.markdown $(ARGS)

.PHONY: hostile
hostile: $(VENV)/.tools browser ## Show hostile texts in a real browser and count what runs (FILE=texts.jsonl)
	@test -n "$(FILE)" || { echo 'Which texts? make hostile FILE=texts.jsonl'; exit 2; }
	$(PY) -m benchmarks.hostile "$(FILE)" $(ARGS)

# --- Faults ---------------------------------------------------------------------------------

# The tests marked `faults` run here alone; "" asks for them beside those that every run has.
.PHONY: faults
faults: $(VENV)/.tools gettext ## Break a running site in every way and account for every comment (ARGS="-k redis")
	$(PY) -m pytest -q -m "" tests/faults $(ARGS)

# --- Upkeep ---------------------------------------------------------------------------------

.PHONY: reset
reset: $(VENV)/.site ## Empty the data folder, after asking (YES=1: without)
	@$(PY) manage.py reset $(if $(YES),--yes)

.PHONY: requirements
requirements: $(VENV)/.uv ## Pin the newest allowed versions of everything, with hashes
	echo uv | $(COMPILE) --upgrade - -o requirements-uv.txt
	$(COMPILE) --upgrade requirements.in -o requirements.txt
	$(COMPILE) --upgrade requirements-dev.in -c requirements.txt -o requirements-dev.txt
	$(COMPILE) --upgrade requirements-train.in -c requirements.txt -o requirements-train.txt
	$(COMPILE) --upgrade benchmarks/peers.in -c requirements.txt -o benchmarks/peers.txt

.PHONY: browser
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || \
		tests/debian_packages.sh chromium || \
		echo 'No Chromium here, and no leave to install it: the browser tests will be skipped.'

# Gathers the interface's strings; running the site does not need it.
.PHONY: gettext
gettext:
	@command -v xgettext >/dev/null || tests/debian_packages.sh gettext || \
		echo 'No gettext here, and no leave to install it: its tests will be skipped.'

# What is shipped for production is held against the programs it is for.
.PHONY: services
services:
	@{ command -v nginx && command -v openssl && command -v systemd-analyze; } >/dev/null || \
		tests/debian_packages.sh nginx-light openssl systemd || \
		echo 'No nginx or systemd here, and no leave to install them: their tests will be skipped.'

# --- The virtual environment; each stamp says that a file of requirements is installed ---------

# uv takes two seconds where pip takes a minute; pip knows a company's own pip.conf.
define install
@$(UV) pip install --quiet --python $(PY) --require-hashes -r $(1) || \
	$(PY) -m pip install --quiet --require-hashes -r $(1)
@touch $@
endef

$(VENV)/.site: requirements.txt $(VENV)/.uv
	@echo 'Installing what the site needs…'
	$(call install,requirements.txt)

# The scorer's teaching is tested too.
$(VENV)/.tools: requirements-dev.txt requirements-train.txt $(VENV)/.site
	@echo 'Installing what the tests need…'
	$(call install,requirements-dev.txt -r requirements-train.txt)

$(PEERS)/.installed: private PY := $(PEERS)/bin/python
$(PEERS)/.installed: benchmarks/peers.txt $(VENV)/.uv
	@echo 'Installing Isso and django-comments-xtd in $(PEERS)…'
	@$(VENV)/bin/python -m venv $(PEERS)
	$(call install,benchmarks/peers.txt)

$(VENV)/.uv: requirements-uv.txt | $(PY)
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.txt
	@touch $@

$(PY):
	@for python in python3.11 python3 python3.12 python3.13; do \
		$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		$$python -c 'import venv, ensurepip' 2>/dev/null || { \
			echo 'Python cannot make virtual environments here. Install that: sudo apt-get install python3-venv'; \
			exit 1; }; \
		echo "Making a virtual environment with $$($$python --version)…"; \
		$$python -m venv $(VENV) && exit 0; \
		rm -rf $(VENV); exit 1; \
	done; \
	echo 'Rejoinder needs Python 3.11 or later. Install it: sudo apt-get install python3 python3-venv'; \
	exit 1
