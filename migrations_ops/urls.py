"""Which path leads where?"""

from django.urls import path

from migrations_ops import views

urlpatterns = [
    path("api/admin/migrations", views.Migrations.as_view()),
    path("api/admin/migrations/<str:name>", views.Migration.as_view()),
    path("api/admin/migrations/<str:name>/token", views.MigrationToken.as_view()),
]
