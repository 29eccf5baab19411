"""Where the server finds the plain peer."""

import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.peers.plain.settings"
application = get_wsgi_application()
