"""What does a webhook hear in its turn? What it has not heard yet, one event after the other.

What was told is told up to a place in the order of events, so nothing is lost and nothing is
stored per call. A call may be made twice, when its end is not learnt: `webhook-id` tells.
"""

import secrets
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from http.client import HTTPConnection
from typing import TypeAlias
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from rest_framework.renderers import JSONRenderer

from accounts.fetching import FetchFailed, within
from accounts.sealing import CannotUnseal
from audit.errors import NothingRecorded
from audit.shell import recording_from_shell
from events import webhooks
from events.addresses import Line
from events.models import Webhook
from events.serializers import EventOut
from events.sight import events_in, narrowed
from events.signing import signed_headers
from events.webhook_models import CLAIMED_FOR, at_place
from outbox.cursors import Cursor
from outbox.models import Event
from outbox.reading import replay
from tasks.sight import Sight
from wire.clock import now

# A turn ends after so many events and after so long, for others stand in line.
MOST_IN_A_TURN, LONGEST_TURN = 100, timedelta(seconds=10)
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 3_600.0  # seconds
DELIVERED, FAILED, DISABLED = "delivered", "failed", "disabled"

# Asks the receiver; returns why the event was not heard, None if it was. Knows no database.
Call: TypeAlias = Callable[[], str | None]
# Yields calls, is sent what came of each, and returns whether there is more to tell.
Turn: TypeAlias = Generator[Call, str | None, bool]


def turn(webhook: Webhook, tally: Counter[str], is_stopping: Callable[[], bool]) -> Turn:
    """Tell a webhook that was claimed what it has not heard, and count how it went."""
    sight = webhooks.sight_of(webhook)
    if sight is None:
        tally[DISABLED] += _give_up(webhook, "its maker may no longer have it")
        return False
    # Everything up to here is settled, so what does not concern the webhook need not be seen again.
    end, over = webhooks.newest(), now() + LONGEST_TURN
    unheard = _unheard(webhook, sight)
    for event in unheard:
        if is_stopping() or now() > over:
            return _let_go(webhook)
        if not (yield from _tell(webhook, event, tally)):
            return False
    if len(unheard) == MOST_IN_A_TURN:
        return _let_go(webhook)
    _move_to(webhook, max(end, webhook.cursor), claim=None, claimed_until=None)
    return False


def _tell(webhook: Webhook, event: Event, tally: Counter[str]) -> Turn:
    """Tell one event; returns whether the webhook is to hear more."""
    reason = yield _call(webhook, event)
    if reason is not None:
        _put_off(webhook, reason, tally)
        return False
    tally[DELIVERED] += 1
    return _move_to(webhook, event.cursor)


def _unheard(webhook: Webhook, sight: Sight) -> Sequence[Event]:
    concerns = events_in(sight)
    if webhook.project_slug is not None:
        concerns &= Q(project_slug=webhook.project_slug)
    return narrowed(replay(webhook.cursor, seen=concerns, most=MOST_IN_A_TURN), sight)


def _call(webhook: Webhook, event: Event) -> Call:
    """Return the call that tells one event, signed now."""
    body = JSONRenderer().render(EventOut(event).data)
    try:
        secret = webhooks.secret_of(webhook)
    except CannotUnseal as failure:
        reason = str(failure)
        return lambda: reason
    headers = signed_headers(secret, str(event.cursor), int(now().timestamp()), body)
    return partial(_ask, webhook.url, body, headers)


def _ask(url: str, body: bytes, headers: Mapping[str, str]) -> str | None:
    try:
        _post(url, body, headers)
    except FetchFailed as failure:
        return str(failure)
    return None


def _post(url: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Send a body, within WEBHOOK_SECONDS. Raises FetchFailed unless the answer is 2xx."""
    contract, parts = settings.CONTRACT, urlsplit(url)
    target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    usual = {"Content-Type": "application/json", "User-Agent": "taskflow"}

    def ask(line: HTTPConnection) -> int:
        line.request("POST", target, body, {**usual, **headers})
        with line.getresponse() as answer:
            return answer.status

    seconds = contract.webhook_seconds
    line = Line(url, seconds=2 * seconds, is_local=contract.env == "LOCAL")
    status = within(seconds, line, ask)
    if not 200 <= status < 300:
        raise FetchFailed(f"it answered {status}")


def _move_to(webhook: Webhook, place: Cursor, **sets: object) -> bool:
    """Remember what was heard; False when the webhook is no longer ours, or no more."""
    at = now()
    claimed = {"claimed_until": at + CLAIMED_FOR, "next_attempt_at": at}
    webhook.horizon, webhook.event_id = place
    return Webhook.objects.go_on(
        webhook, failures=0, last_error="", **at_place(place), **{**claimed, **sets}
    )


def _let_go(webhook: Webhook) -> bool:
    """Leave a webhook to whoever takes it on next; returns that there is more to tell."""
    return Webhook.objects.go_on(webhook, claim=None, claimed_until=None)


def _put_off(webhook: Webhook, reason: str, tally: Counter[str]) -> None:
    failures = webhook.failures + 1
    if failures >= settings.CONTRACT.webhook_attempts:
        tally[DISABLED] += _give_up(webhook, reason)
        return
    tally[FAILED] += 1
    Webhook.objects.go_on(
        webhook,
        failures=failures,
        last_error=reason,
        next_attempt_at=now() + pause_after(failures),
        claim=None,
        claimed_until=None,
    )


def _give_up(webhook: Webhook, reason: str) -> bool:
    """Disable a webhook; False when it is no longer ours, or no more."""
    with suppress(NothingRecorded), recording_from_shell() as journal:
        return webhooks.disable(webhook, reason, journal=journal)
    return False


def pause_after(failures: int) -> timedelta:
    """Return how long to leave an address alone: twice as long each time, and not all at once."""
    longest = min(FIRST_PAUSE * 2 ** min(failures - 1, 20), LONGEST_PAUSE)
    share = 0.5 + secrets.randbelow(1_000) / 2_000
    return timedelta(seconds=longest * share)
