"""The routes of the plain peer, and its views."""

import hmac
import uuid
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from rest_framework import generics, serializers, status
from rest_framework.parsers import FormParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.tokens import AccessToken

from benchmarks.peers.environment import ACCESS_SECONDS, JWKS, digest
from benchmarks.peers.plain.models import Entry, Principal, Task


class TaskSerializer(serializers.ModelSerializer):
    """A task on the wire."""

    priority = serializers.CharField(source="get_priority_display", read_only=True)
    depends_on = serializers.ReadOnlyField(default=[])
    subtask_count = serializers.ReadOnlyField(default=0)
    subtasks_completed = serializers.ReadOnlyField(default=0)

    class Meta:
        model = Task
        fields = "__all__"
        read_only_fields = ("created_by", "status", "version", "fence", "progress_percent")


def note(request: Request, task: Task, action: str) -> None:
    """Write the audit row of a change."""
    Entry.objects.create(
        action=action,
        actor_id=request.user.username,
        actor_type="agent",
        task_id=task.pk,
        changes={"status": task.status},
        request_id=uuid.uuid4().hex,
    )


class Tasks(generics.ListCreateAPIView):
    """The list."""

    serializer_class = TaskSerializer

    def get_queryset(self) -> Any:
        return Task.objects.order_by("-id")[: int(self.request.query_params.get("limit", 50))]

    def perform_create(self, serializer: Any) -> None:
        with transaction.atomic():
            task = serializer.save(created_by=self.request.user.username)
            note(self.request, task, "task.created")


class OneTask(generics.RetrieveAPIView):
    """One task."""

    serializer_class = TaskSerializer
    queryset = Task.objects.all()


class Step(APIView):
    """A step of a task's life."""

    def post(self, request: Request, pk: int, verb: str) -> Response:
        with transaction.atomic():
            task = get_object_or_404(Task.objects.select_for_update(), pk=pk)
            refused = self._change(task, verb, request)
            if refused:
                return Response({"error": refused}, status=status.HTTP_400_BAD_REQUEST)
            task.version += 1
            task.save()
            note(request, task, f"task.{verb}")
        return Response(TaskSerializer(task).data)

    def _change(self, task: Task, verb: str, request: Request) -> str:
        if verb == "start":
            if task.status != "pending":
                return f"Cannot start task with status '{task.status}'"
            task.status, task.assigned_to = "in_progress", request.user.username
            task.started_at, task.fence = timezone.now(), task.fence + 1
            return ""
        if task.status != "in_progress" or task.assigned_to != request.user.username:
            return "Task must be in_progress"
        if verb == "progress":
            task.progress_percent = int(request.data["percent"])
        else:
            task.status, task.progress_percent = "completed", 100
            task.completed_at = timezone.now()
        return ""


class Token(APIView):
    """Tokens for clients."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    parser_classes = [FormParser]

    def post(self, request: Request) -> Response:
        client = get_object_or_404(Principal, client_id=request.data["client_id"])
        if not hmac.compare_digest(client.secret_digest, digest(request.data["client_secret"])):
            return Response({"error": "invalid_client"}, status=status.HTTP_401_UNAUTHORIZED)
        token = AccessToken.for_user(User.objects.get(username=client.pk))
        token["scope"], token["client_id"] = "tasks:read tasks:write", client.client_id
        return Response(
            {"access_token": str(token), "token_type": "Bearer", "expires_in": ACCESS_SECONDS}
        )


class Open(APIView):
    """What anybody may read."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    said: dict[str, Any] = {}

    def get(self, request: Request) -> Response:
        return Response(self.said)


urlpatterns = [
    path("health", Open.as_view(said={"status": "healthy"})),
    path(".well-known/jwks.json", Open.as_view(said=JWKS)),
    path("oauth/token", Token.as_view()),
    path("api/tasks", Tasks.as_view()),
    path("api/tasks/<int:pk>", OneTask.as_view()),
    path("api/tasks/<int:pk>/<str:verb>", Step.as_view()),
]
