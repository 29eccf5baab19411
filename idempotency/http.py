"""How is a request with an Idempotency-Key carried out once?

Claim, effect, audit and reply are one transaction: whatever dies on the way, none or all of it
has happened, and a request that comes again meets its reply or a key that is still free.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.client import BAD_REQUEST
from typing import cast

from django.db import OperationalError
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from audit.http import Acting, Situated, enclose
from audit.recording import Whole, whole
from idempotency.errors import KeyInUse, KeyReused
from idempotency.models import Asked, Reply
from wire.errors import InvalidInput
from wire.once import HEADER, REPLAYED, Answered, Keep
from wire.parsers import StrictJSONParser
from wire.waiting import waited_too_long

PRINTABLE = re.compile(r"[ -~]{1,255}")
# What a view says beside its body; the rest is each answer's own.
HEADERS = ("Content-Type", "Content-Language", "ETag", "Link", "Location", "Retry-After")
# Refusals by a rule of the domain. Those of the caller or of the input's form are none of it:
# they may be otherwise with the next try, and cost no more than the first.
REFUSALS = frozenset({400, 404, 409, 410})
PRUNE_EVERY, PRUNE_MOST = 64, 256


@contextmanager
def once(request: Request) -> Iterator[Keep]:
    """Carry out what is asked unless it was before; yields what is to be given the reply.

    Raises Answered with the reply of the first time; KeyReused, KeyInUse, and InvalidInput for
    what is no key. Waits for a twin at work as long as for any lock.
    """
    asked = read(request)
    try:
        with whole() as everything:
            claimed = Reply.objects.claim(asked)
            if claimed is None:
                raise Answered(replay(asked))
            enclose(request, everything)
            yield partial(keep, asked, claimed, everything)
    except OperationalError as error:
        # Nothing but a claim is waited for out here; in SQLite, for the one writer.
        if waited_too_long(error):
            raise KeyInUse from error
        raise


def read(request: Request) -> Asked:
    """Return what is asked, and by which key. Raises InvalidInput, and what a body can raise."""
    key = request.headers[HEADER]
    if not PRINTABLE.fullmatch(key):
        sentence = f"{HEADER} takes 1 to 255 printable ASCII characters."
        raise InvalidInput.at(f"/{HEADER}", sentence, "invalid")
    actor = cast("Acting", request.user).as_actor()
    return Asked(
        caller=actor.id,
        key=key,
        fingerprint=fingerprint(request, actor.on_behalf_of),
        at=cast("Situated", request).at,
    )


def fingerprint(request: Request, on_behalf_of: str) -> str:
    """Return the digest of all that makes two requests the same, members in any order."""
    query = sorted((name, sorted(values)) for name, values in request.query_params.lists())
    asked = [on_behalf_of, request.method, request.path, query, _body(request)]
    canonical = json.dumps(asked, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _body(request: Request) -> object:
    kind = (request.content_type or "").partition(";")[0].strip().lower()
    if kind in {"", StrictJSONParser.media_type}:
        return request.data
    return hashlib.sha256(request.body).hexdigest()


def replay(asked: Asked) -> HttpResponse:
    """Return the reply of the first time. Raises KeyReused when something else was asked."""
    reply = Reply.objects.of(asked)
    if reply.fingerprint != asked.fingerprint:
        raise KeyReused
    response = HttpResponse(bytes(reply.body or b""), status=reply.status)
    del response["Content-Type"]
    for name, value in {**(reply.headers or {}), REPLAYED: "true"}.items():
        response[name] = value
    return response


def keep(asked: Asked, claimed: int, everything: Whole, response: HttpResponseBase) -> None:
    """Store the reply beside the effect, or let go of the key where it is not to be repeated."""
    mine = Reply.objects.filter(pk=claimed)
    if response.status_code < BAD_REQUEST or response.status_code in REFUSALS:
        if isinstance(response, Response):
            response.render()
        body = cast("HttpResponse", response).content
        headers = {name: response[name] for name in HEADERS if name in response}
        mine.update(status=response.status_code, headers=headers, body=body)
        if claimed % PRUNE_EVERY == 0:
            Reply.objects.prune(asked.at, most=PRUNE_MOST)
    elif everything.entries:
        mine.delete()
    else:
        everything.undo()
