"""What has been said about a task, and how is it found?"""

from django.db import models
from django.db.models import Q

from audit.actors import ActorType


class Comment(models.Model):
    """Somebody's word on a task. It stays as it was said, and goes with the task."""

    task = models.ForeignKey(
        "tasks.Task",
        on_delete=models.CASCADE,
        related_name="comments",
        db_index=False,  # tasks_comments_of_task begins with it
    )
    body = models.TextField()
    author = models.CharField(max_length=255)
    author_type = models.CharField(max_length=8, choices=[(t.value, t.value) for t in ActorType])
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(condition=~Q(body=""), name="tasks_comment_says_something")
        ]
        indexes = [models.Index("task", "id", name="tasks_comments_of_task")]

    def __str__(self) -> str:
        return f"{self.author} on {self.task_id}"
