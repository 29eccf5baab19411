"""Which path leads where?"""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import include, path
from django.views.generic import RedirectView

from config import docs, health, sign_in

admin.site.unregister(Group)  # roles and scopes are ours; groups would change without an entry

urlpatterns = [
    # First what is asked most: each pattern before it costs every call.
    path("", include("tasks.urls")),
    path("", include("accounts.urls")),
    path("", RedirectView.as_view(url="/docs")),
    path("health", health.Live.as_view()),
    path("health/ready", health.Ready.as_view()),
    path("api/health/db", health.Database.as_view()),
    path("openapi.json", docs.OpenAPI.as_view()),
    path("docs", docs.Swagger.as_view()),
    path("redoc", docs.Redoc.as_view()),
    path("problems", docs.Problems.as_view()),
    # Changing a password is an operation with an entry; the console's own page knows of none.
    path("admin/password_change/", RedirectView.as_view(url="/admin/")),
    path("admin/login/provider/", sign_in.Begin.as_view(), name="sign-in"),
    path("admin/login/callback/", sign_in.Finish.as_view(), name="signed-in"),
    path("admin/", admin.site.urls),
    path("", include("events.urls")),
    path("", include("audit.urls")),
    path("", include("migrations_ops.urls")),
]

if settings.CONTRACT.metrics:
    from config.metrics import Metrics  # what it stands on is not loaded otherwise

    urlpatterns.append(path("metrics", Metrics.as_view()))

handler400 = "config.fallback.malformed"
handler403 = "config.fallback.forbidden"
handler404 = "config.fallback.not_found"
handler500 = "config.fallback.broken"
