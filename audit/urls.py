"""Which path leads where?"""

from django.urls import path

from audit import export_views, seal_views, views
from wire import paths  # noqa: F401  ids in paths

urlpatterns = [
    path("api/audit", views.Entries.as_view()),
    path("api/audit/export", export_views.Export.as_view()),
    path("api/audit/checkpoints", seal_views.Checkpoints.as_view()),
    path("api/audit/<id:entry_id>/proof", seal_views.EntryProof.as_view()),
]
