"""HTTP in, HTTP out: projects and who belongs to them."""

from typing import Any, ClassVar

from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import caller_of
from audit.http import recording_for
from tasks import operations, reading
from tasks.operations import members, projects
from tasks.project_serializers import (
    MemberIn,
    MemberOut,
    MemberPatch,
    ProjectIn,
    ProjectOut,
    ProjectPatch,
)
from tasks.views import SCOPES
from wire.described import described
from wire.entity_tags import expectation
from wire.pages import PageQuery
from wire.serializers import read_body
from wire.views import Endpoint

GONE = {204: OpenApiResponse(description="Deleted.")}


@described(tags=["projects"])
class Projects(Endpoint):
    """The projects the caller is in."""

    required_scopes = SCOPES
    tagged = frozenset({"POST"})
    queries: ClassVar[dict[str, Any]] = {"GET": PageQuery}

    @described(responses=ProjectOut(many=True))
    def get(self, request: Request) -> Response:
        """List the projects the caller is in, by slug; all for an administrator."""
        found = reading.projects(self.query, caller=caller_of(request))
        shown = ProjectOut([projects.row_of(one) for one in found.rows], many=True)
        return Response(shown.data, headers=found.headers(request))

    @described(request=ProjectIn, responses={201: ProjectOut})
    def post(self, request: Request) -> Response:
        """Make a slug a project.

        From now on its members alone see its tasks; the caller is the first, as its owner. For
        people. Where others have tasks under the slug, that is for administrators.
        """
        body = read_body(request, ProjectIn)
        with recording_for(request) as journal:
            made = projects.create(**body, caller=caller_of(request), journal=journal)
        where = {"Location": reverse("project", "tasks.urls", args=[made.slug])}
        return Response(ProjectOut(made).data, status=status.HTTP_201_CREATED, headers=where)


@described(tags=["projects"])
class OneProject(Endpoint):
    """A project."""

    required_scopes = SCOPES
    tagged = frozenset({"GET", "PATCH"})
    heeds_if_match = True

    @described(responses=ProjectOut)
    def get(self, request: Request, slug: str) -> Response:
        """Show a project."""
        return Response(ProjectOut(projects.read(slug, caller_of(request))).data)

    @described(request=ProjectPatch, responses=ProjectOut)
    def patch(self, request: Request, slug: str) -> Response:
        """Change a project. For its owners and administrators."""
        edits = read_body(request, ProjectPatch)
        try:
            with recording_for(request) as journal:
                project = projects.change(
                    edits,
                    slug=slug,
                    caller=caller_of(request),
                    journal=journal,
                    expected=expectation(request, ProjectOut),
                )
        except operations.Unchanged as unchanged:
            project = unchanged.found
        return Response(ProjectOut(project).data)

    @described(responses=GONE)
    def delete(self, request: Request, slug: str) -> Response:
        """Delete a project.

        For its owners and administrators, and not while it has tasks: everybody would see them.
        """
        with recording_for(request) as journal:
            projects.delete(
                slug=slug,
                caller=caller_of(request),
                journal=journal,
                expected=expectation(request, ProjectOut),
            )
        return Response(status=status.HTTP_204_NO_CONTENT)


@described(tags=["projects"])
class Members(Endpoint):
    """Who belongs to a project."""

    required_scopes = SCOPES
    tagged = frozenset({"POST"})
    queries: ClassVar[dict[str, Any]] = {"GET": PageQuery}

    @described(responses=MemberOut(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List a project's members, for each of them to see."""
        found = reading.members(slug, self.query, caller=caller_of(request))
        shown = MemberOut([members.row_of(one) for one in found.rows], many=True)
        return Response(shown.data, headers=found.headers(request))

    @described(request=MemberIn, responses={201: MemberOut})
    def post(self, request: Request, slug: str) -> Response:
        """Let somebody into a project.

        For its owners and administrators. Agents and services can be anything but owners.
        """
        body = read_body(request, MemberIn)
        with recording_for(request) as journal:
            added = members.add(**body, slug=slug, caller=caller_of(request), journal=journal)
        where = {"Location": reverse("member", "tasks.urls", args=[slug, added.principal])}
        return Response(MemberOut(added).data, status=status.HTTP_201_CREATED, headers=where)


@described(tags=["projects"])
class OneMember(Endpoint):
    """Somebody's membership in a project."""

    required_scopes = {method: SCOPES[method] for method in ("PATCH", "DELETE")}
    tagged = frozenset({"PATCH"})
    heeds_if_match = True

    @described(request=MemberPatch, responses=MemberOut)
    def patch(self, request: Request, slug: str, principal: str) -> Response:
        """Give a member another role.

        For the project's owners and administrators. One owner always stays.
        """
        body = read_body(request, MemberPatch)
        try:
            with recording_for(request) as journal:
                member = members.change(
                    principal,
                    body["role"],
                    slug=slug,
                    caller=caller_of(request),
                    journal=journal,
                    expected=expectation(request, MemberOut),
                )
        except operations.Unchanged as unchanged:
            member = unchanged.found
        return Response(MemberOut(member).data)

    @described(responses=GONE)
    def delete(self, request: Request, slug: str, principal: str) -> Response:
        """Put a member out of a project.

        For the project's owners and administrators. One owner always stays. What the member holds
        there can be passed on or released by an owner.
        """
        with recording_for(request) as journal:
            members.remove(
                principal,
                slug=slug,
                caller=caller_of(request),
                journal=journal,
                expected=expectation(request, MemberOut),
            )
        return Response(status=status.HTTP_204_NO_CONTENT)
