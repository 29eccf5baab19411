"""Which path leads where?"""

from django.urls import path

from audit import views

urlpatterns = [
    path("api/audit", views.Entries.as_view()),
]
