"""Which path leads where?"""

from django.urls import include, path

from migrations_ops import request_views, views

of_one = [
    path("", views.Migration.as_view()),
    path("/preview", request_views.MigrationPreview.as_view()),
    path("/approve", request_views.MigrationApproval.as_view()),
    path("/token", request_views.MigrationToken.as_view()),
    path("/pause", views.Pause.as_view()),
    path("/resume", views.Resume.as_view()),
    path("/cancel", views.Cancel.as_view()),
]
urlpatterns = [
    path("api/admin/migrations", views.Migrations.as_view()),
    path("api/admin/migrations/<str:name>", include(of_one)),
]
