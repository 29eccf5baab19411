# Everything a developer does here; `make` alone lists it. Nothing but Python 3.11, make and git is needed.
MAKEFLAGS += --no-print-directory
PYTHON_HERE := .venv/bin/python

.DEFAULT_GOAL := help

.PHONY: help install run test coverage test-sqlite test-postgres test-browser check migrations figures bench rehearse demo screenshots lock clean

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  \033[1mmake %-14s\033[0m %s\n", $$1, $$2}' Makefile
	@echo
	@echo '  Options: PORT=8001, DB=sqlite|postgres, DATABASE_URL=..., PYTHON=python3.12, ARGS="pytest arguments"'

install: ## Install every tool and package into .venv
	@sh local/bootstrap.sh dev

run: ## Database, migrations, demo people and the server on 127.0.0.1:8000 (PORT=, DB=sqlite)
	@sh local/bootstrap.sh local
	@exec $(PYTHON_HERE) -m local.run

test: install ## Pass the whole suite on SQLite and on PostgreSQL (ARGS="-k claim")
	@exec $(PYTHON_HERE) -m local.lanes all $(ARGS)

coverage: install ## The same, and which lines and branches the tests reach
	@exec $(PYTHON_HERE) -m local.lanes all $(ARGS) --cov

test-sqlite: install ## Pass it on SQLite alone
	@exec $(PYTHON_HERE) -m local.lanes sqlite $(ARGS)

test-postgres: install ## Pass it on PostgreSQL alone
	@exec $(PYTHON_HERE) -m local.lanes postgres $(ARGS)

test-browser: install ## Drive the pages with Chromium, which it installs on Debian
	@sh local/chromium.sh
	@exec $(PYTHON_HERE) -m local.lanes postgres tests/browser $(ARGS)

figures: install ## Repeat the races as often as the documents say (LANE=sqlite, ARGS="-k claim")
	@exec $(PYTHON_HERE) -m local.lanes $(or $(LANE),postgres) --figures $(ARGS)

check: install ## Lint, types, import contracts, schema, migrations, deployment files, budgets
	@exec $(PYTHON_HERE) -m local.check $(ARGS)

migrations: install ## Write the migrations of changed models, one line of them per app
	@DJANGO_SETTINGS_MODULE=local.lint_settings $(PYTHON_HERE) manage.py create_max_migration_files
	@DJANGO_SETTINGS_MODULE=local.lint_settings exec $(PYTHON_HERE) manage.py makemigrations $(ARGS)

rehearse: install ## Rehearse the deployment offline: deploy, break each stage, follow the runbooks (ARGS=--stay for a shell)
	@exec $(PYTHON_HERE) -m deploy.rehearsal $(ARGS)

demo: install ## Tell the main story against a server of its own, pass or fail per step
	@exec $(PYTHON_HERE) -m local.demo

bench: install ## Measure the service beside its peers, some 14 minutes (ARGS="--services taskflow tx --rounds 1")
	@sh benchmarks/setup.sh
	@exec $(PYTHON_HERE) -m benchmarks $(ARGS)

screenshots: install ## Take the pictures of docs/console.md
	@sh local/chromium.sh
	@exec $(PYTHON_HERE) -m tests.browser.screenshots

lock: install ## Pin and hash the packages that the requirements*.in name (ARGS=--upgrade)
	@exec $(PYTHON_HERE) -m local.lock $(ARGS)

clean: ## Remove environment, caches and reports; the data in var/ stay
	@rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage* staticfiles var/reports
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
