"""The settings with the linters of migrations in them, which never see production."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "django_migration_linter", "django_linear_migrations"]
