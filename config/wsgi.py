"""The WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
behind = get_wsgi_application()

# These need the applications to be loaded.
from django.conf import settings  # noqa: E402

from config.quick import Application, Quick  # noqa: E402

application: Application = behind if settings.CONTRACT.metrics else Quick(behind)
