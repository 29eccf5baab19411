"""Which path leads where?"""

from django.urls import path

from events import push_views, views

urlpatterns = [
    path("api/events", views.Events.as_view()),
    path("api/pubsub/push", push_views.Push.as_view()),
]
