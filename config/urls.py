"""Which path leads where?"""

from django.conf import settings
from django.urls import path
from django.views.generic import RedirectView

from accounts.urls import urlpatterns as accounts
from config import health
from tasks.urls import urlpatterns as tasks
from wire.flat import flat
from wire.later import later

pages = [
    path("", RedirectView.as_view(url="/docs")),
    path("health", health.Live.as_view()),
    path("health/ready", health.Ready.as_view()),
    path("api/health/db", health.Database.as_view()),
]

urlpatterns = [
    # First what is asked most, and flat: each pattern and level before it costs every call.
    *flat([*tasks, *accounts, *pages]),
    # What few ask for is loaded when it is (docs/adr/0030).
    later("config.docs_urls", "openapi.json", "docs", "redoc", "problems"),
    later("config.console_urls", "admin/"),
    later("events.urls", "api/events", "api/webhooks", "api/pubsub"),
    later("audit.urls", "api/audit"),
    later("migrations_ops.urls", "api/admin/migrations"),
]

if settings.CONTRACT.metrics:
    from config.metrics import Metrics  # what it stands on is not loaded otherwise

    urlpatterns.append(path("metrics", Metrics.as_view()))

handler400 = "config.fallback.malformed"
handler403 = "config.fallback.forbidden"
handler404 = "config.fallback.not_found"
handler500 = "config.fallback.broken"
