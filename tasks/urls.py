"""Which path leads where?"""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from tasks import project_views, views
from tasks.claim_views import Claim, Next
from tasks.comment_views import Comments
from tasks.file_views import Export, Import
from tasks.projects import SLUG
from tasks.step_views import STEP_VIEWS
from wire import paths  # noqa: F401  ids in paths


class ProjectConverter(StringConverter):
    """The slug of a project."""

    regex = SLUG


register_converter(ProjectConverter, "slug_of_project")

urlpatterns = [
    path("api/tasks", views.Tasks.as_view()),
    path("api/tasks/claim", Claim.as_view()),
    path("api/tasks/next", Next.as_view()),
    path("api/tasks/export", Export.as_view()),
    path("api/tasks/import", Import.as_view()),
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
