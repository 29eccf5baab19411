"""Which path leads where?"""

from django.urls import path

from events import push_views, views, webhook_views

urlpatterns = [
    path("api/events", views.Events.as_view()),
    path("api/webhooks", webhook_views.Webhooks.as_view()),
    path("api/webhooks/<uuid:webhook_id>", webhook_views.OneWebhook.as_view()),
    path("api/pubsub/push", push_views.Push.as_view()),
]
