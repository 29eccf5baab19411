"""What crosses the wire of what is said about a task?"""

from typing import Any

from rest_framework import serializers

from audit.actors import ActorType
from tasks.filters import COMMENT_ORDERS
from wire.fields import Instant, Text
from wire.pages import PageQuery
from wire.serializers import StrictSerializer

LONGEST_COMMENT = 10_000


class CommentIn(StrictSerializer):
    """Something to be said."""

    body = Text(max_length=LONGEST_COMMENT)


class CommentOut(serializers.Serializer[Any]):
    """A comment."""

    id = serializers.IntegerField()
    task_id = serializers.IntegerField()
    body = serializers.CharField()
    author = serializers.CharField()
    author_type = serializers.ChoiceField(choices=[kind.value for kind in ActorType])
    created_at = Instant()


class CommentQuery(PageQuery):
    """How comments are listed."""

    ordering = serializers.ChoiceField(
        choices=list(COMMENT_ORDERS), required=False, help_text="`-` for the latest first."
    )
