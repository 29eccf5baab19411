"""Which path leads where?"""

from django.urls import path, register_converter
from django.urls.converters import IntConverter, StringConverter

from tasks import project_views, views
from tasks.claim_views import Claim, Next
from tasks.comment_views import Comments
from tasks.projects import SLUG
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


class ProjectConverter(StringConverter):
    """The slug of a project."""

    regex = SLUG


register_converter(IdConverter, "id")
register_converter(ProjectConverter, "slug_of_project")

urlpatterns = [
    path("api/tasks", views.Tasks.as_view()),
    path("api/tasks/claim", Claim.as_view()),
    path("api/tasks/next", Next.as_view()),
    path("api/tasks/<id:task_id>", views.OneTask.as_view(), name="task"),
    path("api/tasks/<id:task_id>/subtasks", views.Subtasks.as_view()),
    path("api/tasks/<id:task_id>/comments", Comments.as_view()),
    path("api/tasks/<id:task_id>/audit", views.History.as_view()),
    path("api/projects", project_views.Projects.as_view()),
    path("api/projects/<slug_of_project:slug>", project_views.OneProject.as_view(), name="project"),
    path("api/projects/<slug_of_project:slug>/members", project_views.Members.as_view()),
    # A path, as the id that an identity provider gives may hold a slash.
    path(
        "api/projects/<slug_of_project:slug>/members/<path:principal>",
        project_views.OneMember.as_view(),
        name="member",
    ),
    *(path(f"api/tasks/<id:task_id>/{step.verb}", step.as_view()) for step in STEP_VIEWS),
]
