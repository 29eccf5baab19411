"""Which path leads where?"""

from django.urls import path

from events import views

urlpatterns = [
    path("api/events", views.Events.as_view()),
]
