"""HTTP in, HTTP out: messages that Google's Pub/Sub pushes."""

from typing import Any, ClassVar, cast

from django.db import IntegrityError
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import caller_of
from accounts.scopes import Scope
from audit.http import recording_for
from events import push
from events.errors import OvertakenByAnother
from events.push_serializers import Dealt, Envelope, read_members
from tasks.errors import TaskError
from wire.described import described
from wire.errors import InvalidInput
from wire.views import Endpoint

GOOGLE = "google"
# No later delivery would fare better.
FINAL = (TaskError, InvalidInput, ValidationError)


@described(tags=["events"])
class Push(Endpoint):
    """Messages for the board."""

    required_scopes = {"POST": Scope.TASKS_WRITE}
    tagged: ClassVar[frozenset[str]] = frozenset()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse whoever does not come from Google, before anything is read."""
        super().initial(request, *args, **kwargs)
        if caller_of(request).method != GOOGLE:
            raise PermissionDenied

    @described(request=Envelope, responses=Dealt)
    def post(self, request: Request) -> Response:
        """Take in a message pushed by Google Pub/Sub.

        For Google's service accounts alone. A `messageId` of a subscription is dealt with once,
        however often it is delivered. What no later delivery could do better is answered 200 and
        recorded as `push.refused`, so that it is not sent again; 503 when one might.
        """
        envelope = Envelope(data=request.data)
        envelope.is_valid(raise_exception=True)
        message = cast("dict[str, Any]", envelope.validated_data)["message"]
        which = (envelope.validated_data["subscription"], message["messageId"])
        try:
            return _done(request, which, message["data"])
        except push.DealtWith:
            return _dealt("repeated")
        except FINAL as refusal:
            return _refused(request, which, refusal)
        except IntegrityError as error:
            raise OvertakenByAnother from error


def _done(request: Request, which: tuple[str, str], data: str) -> Response:
    with recording_for(request) as journal:
        push.take_in(*which, journal)
        task = push.carry_out(
            push.content_of(data), read_members, caller=caller_of(request), journal=journal
        )
    return _dealt("done", task_id=task.id)


def _refused(request: Request, which: tuple[str, str], refusal: Exception) -> Response:
    sentence = _sentence(refusal)
    try:
        with recording_for(request) as journal:
            push.note_refusal(*which, type(refusal).__name__, sentence, journal=journal)
    except push.DealtWith:
        return _dealt("repeated")
    return _dealt("refused", error=sentence)


def _sentence(refusal: Exception) -> str:
    """Return why, in words that history can keep whatever was sent."""
    said = str(refusal)
    if isinstance(refusal, InvalidInput):
        said = "; ".join(f"{fault.pointer}: {fault.message}" for fault in refusal.faults)
    elif isinstance(refusal, ValidationError):
        said = f"These members are not valid: {', '.join(map(str, refusal.detail))}"
    return "".join(each for each in said if each.isprintable())[:500]


def _dealt(outcome: str, *, task_id: int | None = None, error: str | None = None) -> Response:
    return Response({"outcome": outcome, "task_id": task_id, "error": error})
