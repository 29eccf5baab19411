"""Which path leads where?"""

from django.urls import path, register_converter
from django.urls.converters import IntConverter

from tasks import views
from tasks.comment_views import Comments
from tasks.step_views import STEP_VIEWS
from wire.fields import LARGEST_ID


class IdConverter(IntConverter):
    """A positive 64-bit id in ASCII digits, in its one spelling."""

    regex = "[1-9][0-9]{0,18}"

    def to_python(self, value: str) -> int:
        """Return the id. Raises ValueError, which is a 404, past 64 bits."""
        number = int(value)
        if number > LARGEST_ID:
            raise ValueError("past 64 bits")
        return number


register_converter(IdConverter, "id")

urlpatterns = [
    path("api/tasks", views.Tasks.as_view()),
    path("api/tasks/<id:task_id>", views.OneTask.as_view(), name="task"),
    path("api/tasks/<id:task_id>/subtasks", views.Subtasks.as_view()),
    path("api/tasks/<id:task_id>/comments", Comments.as_view()),
    path("api/tasks/<id:task_id>/audit", views.History.as_view()),
    *(path(f"api/tasks/<id:task_id>/{step.verb}", step.as_view()) for step in STEP_VIEWS),
]
