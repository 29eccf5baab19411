"""What crosses the wire when messages are pushed?"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from rest_framework import serializers

from events.push import CREATE
from tasks.lifecycle import Verb
from tasks.serializers import TaskIn
from tasks.step_views import STEP_VIEWS
from wire.fields import Identifier, Text
from wire.serializers import StrictSerializer

BODIES: Mapping[str, type[StrictSerializer]] = MappingProxyType(
    {CREATE: TaskIn, **{step.verb: step.body for step in STEP_VIEWS}}
)


class Message(serializers.Serializer[Any]):
    """A message as Google wraps it; members that are not named here are ignored."""

    messageId = Text(max_length=255)  # noqa: N815
    data = Text(
        allow_blank=True, required=False, default="", trim_whitespace=False,
        help_text="base64 of a JSON object: `verb`, `task_id` but for `create`, and what the "
        "route of that verb takes.",
    )  # type: ignore[assignment]  # fmt: skip


class Envelope(serializers.Serializer[Any]):
    """What Google pushes; it may add members, so others are ignored."""

    message = Message()
    subscription = Text(max_length=512)


class Dealt(serializers.Serializer[Any]):
    """What came of a message. Google heeds the status alone."""

    outcome = serializers.ChoiceField(choices=["done", "repeated", "refused"])
    task_id = serializers.IntegerField(allow_null=True)
    error = serializers.CharField(allow_null=True)


class OfTask(StrictSerializer):
    """Which task a step is taken with."""

    task_id = Identifier()


def read_members(verb: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what goes with a verb, validated as its route does. Raises ValidationError."""
    if verb == CREATE:
        return {name: value for name, value in _valid(TaskIn, given).items() if name != "status"}
    which = {name: value for name, value in given.items() if name == "task_id"}
    rest = {name: value for name, value in given.items() if name != "task_id"}
    return {**_valid(OfTask, which), **_valid(BODIES[Verb(verb)], rest)}


def _valid(kind: type[StrictSerializer], given: Mapping[str, Any]) -> dict[str, Any]:
    body = kind(data=given)
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)
