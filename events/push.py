"""What does a pushed message ask for, and what comes of it? The same operations as everywhere."""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any

from accounts.principals import Principal
from audit.actions import Action, Outcome
from audit.recording import Journal
from events.models import PushedMessage
from tasks import operations
from tasks.lifecycle import Verb
from tasks.rows import TaskRow
from wire.errors import InvalidInput
from wire.strict_json import NotStrictJson, loads

CREATE = "create"

Read = Callable[[str, Mapping[str, Any]], dict[str, Any]]


class DealtWith(Exception):
    """The message was dealt with before. No refusal: it carries that out of the recording."""


def take_in(subscription: str, message_id: str, journal: Journal) -> None:
    """Make sure that a message is dealt with once. Raises DealtWith."""
    if not PushedMessage.objects.take_in(subscription, message_id, journal.at):
        raise DealtWith


def content_of(data: str) -> dict[str, Any]:
    """Return the JSON object inside a message. Raises InvalidInput."""
    try:
        content = loads(base64.b64decode(data, validate=True))
    except (binascii.Error, ValueError, NotStrictJson) as error:
        raise _unreadable("This is not JSON in base64.") from error
    if not isinstance(content, dict):
        raise _unreadable("This is not a JSON object.")
    return content


def carry_out(
    content: Mapping[str, Any], read: Read, *, caller: Principal, journal: Journal
) -> TaskRow:
    """Do what a message asks for; `read` returns the validated members that go with a verb.

    Raises InvalidInput, what reading raises, and what the operations raise.
    """
    asked = dict(content)
    verb = asked.pop("verb", None)
    if verb == CREATE:
        draft = operations.Draft(**read(CREATE, asked))
        return operations.create(draft, caller=caller, journal=journal)
    if verb not in tuple(Verb):
        raise InvalidInput.at("/verb", "This is neither `create` nor a step.", "unknown_verb")
    members = read(verb, asked)
    task_id = members.pop("task_id")
    return operations.take_step(
        Verb(verb),
        task_id=task_id,
        caller=caller,
        journal=journal,
        asked=operations.Asked(**members),
    )


def note_refusal(
    subscription: str, message_id: str, refusal: str, sentence: str, *, journal: Journal
) -> None:
    """Record that a message was refused for good, and why. Raises DealtWith."""
    take_in(subscription, message_id, journal)
    journal.record(
        Action.PUSH_REFUSED,
        target=("message", message_id),
        context={"refusal": refusal, "sentence": sentence, "subscription": subscription},
        outcome=Outcome.DENIED,
    )


def _unreadable(sentence: str) -> InvalidInput:
    return InvalidInput.at("/message/data", sentence, "unreadable")
