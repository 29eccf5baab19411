"""The composition root as an app, for its commands and checks."""

import logging.config

from django.apps import AppConfig
from django.conf import settings
from django.core.cache import close_caches
from django.core.handlers.base import reset_urlconf
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, reset_queries

from config.logging import log_less
from config.unused import leave_out

leave_out()  # before any app could load it


class ConfigConfig(AppConfig):
    """Where the parts are put together."""

    name = "config"

    def ready(self) -> None:
        """Start logging; begin requests with nothing to clear away."""
        logging.config.dictConfig(settings.LOGGING)
        log_less()
        if not settings.DEBUG:
            # A request gives its connection back at its end, and nobody keeps its statements.
            request_started.disconnect(close_old_connections)
            request_started.disconnect(reset_queries)
            # There is no cache to close, and each request begins with routes of its own.
            request_finished.disconnect(close_caches)
            request_finished.disconnect(reset_urlconf)
