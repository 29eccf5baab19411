"""What if a request is to be carried out once, however often it comes?

Endpoints know when to ask; the setting CARRY_OUT_ONCE names who remembers the replies.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeAlias, cast

from django.conf import settings
from django.http.response import HttpResponseBase
from django.utils.module_loading import import_string
from rest_framework.request import Request

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"

Keep: TypeAlias = Callable[[HttpResponseBase], None]


class Answered(Exception):
    """The request was answered before. No refusal: it carries the answer past the handler."""

    def __init__(self, answer: HttpResponseBase) -> None:
        super().__init__()
        self.answer = answer


def once(request: Request) -> AbstractContextManager[Keep]:
    """Enclose the carrying out of a request; yields what is to be given its reply.

    Entering raises Answered where it was carried out before.
    """
    enclose = import_string(settings.CARRY_OUT_ONCE)
    return cast("AbstractContextManager[Keep]", enclose(request))
