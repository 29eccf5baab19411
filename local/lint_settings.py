"""The settings with the linters of migrations in them: for `make check` and `make migrations`."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "django_migration_linter", "django_linear_migrations"]

MIGRATION_LINTER_OPTIONS = {
    # Its unique index is no new rule for the code before it, which kept one living secret a client.
    # A status of nine letters where eight were room for all of them: old code reads both.
    "ignore_name": ["0004_clients_and_audiences", "0002_runs_in_batches"],
}
