"""The composition root as an app, for its commands and checks."""

import logging.config

from django.apps import AppConfig
from django.conf import settings

from config.logging import log_less
from config.unused import leave_out

leave_out()  # before any app could load it


class ConfigConfig(AppConfig):
    """Where the parts are put together."""

    name = "config"

    def ready(self) -> None:
        """Start logging."""
        logging.config.dictConfig(settings.LOGGING)
        log_less()
