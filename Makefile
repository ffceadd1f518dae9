# Each line calls scripts/portal.py, which makes what it needs. ARGS is passed on: make test ARGS=tests/surveys
PYTHON ?= python3
PORTAL = $(PYTHON) scripts/portal.py

.PHONY: help run test check soak screenshots docs demo shell manage backup restore

help:
	@echo "make run          start everything; Ctrl-C stops it (PORT, HOST, DEMO=0, DATA_DIR)"
	@echo "make test         the whole suite, or ARGS=tests/surveys"
	@echo "make check        lint, format, contracts, migrations, texts, documents, deployment"
	@echo "make soak         the long kill and race runs"
	@echo "make screenshots  a contact sheet per role, language, theme and width"
	@echo "make docs         the generated documents (states, requirements)"
	@echo "make demo         the demonstration data of a whole year (ARGS=--remove takes it away)"
	@echo "make shell        a Python prompt beside the data; make manage ARGS=… any manage.py command"
	@echo "make backup       DIR=/where [KEYS=/elsewhere/keys.json]; make restore DIR=… [KEYS=…]"

run:
	@$(PORTAL) run

test:
	@$(PORTAL) test $(ARGS)

check:
	@$(PORTAL) check $(ARGS)

soak:
	@$(PORTAL) soak $(ARGS)

screenshots:
	@$(PORTAL) screenshots $(ARGS)

demo:
	@$(PORTAL) manage demo_data --size year $(ARGS)

docs:
	@$(PORTAL) manage generate_docs

shell:
	@$(PORTAL) manage shell

manage:
	@$(PORTAL) manage $(ARGS)

backup:
	@$(PORTAL) manage backup $(DIR) $(if $(KEYS),--with-keys $(KEYS))

restore:
	@$(PORTAL) manage restore $(DIR) $(if $(KEYS),--keys $(KEYS)) $(ARGS)
