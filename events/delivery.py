"""How do webhooks hear of events? One after the other, each until it was heard or given up on.

What was told is told up to a place in the order of events, so nothing is lost and nothing is
stored per call. A call may be made twice, when its end is not learnt: `webhook-id` tells.
"""

import secrets
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from http.client import HTTPConnection
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from rest_framework.renderers import JSONRenderer

from accounts.fetching import FetchFailed, within
from accounts.sealing import CannotUnseal
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

AT_ONCE = 100
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 3_600.0  # seconds
DELIVERED, FAILED, DISABLED = "delivered", "failed", "disabled"


def deliver_due() -> Counter[str]:
    """Tell every webhook that is due what it has not heard; returns how it went.

    Several may do so at once: each webhook is one's alone until it is let go or its claim lapses.
    """
    tally: Counter[str] = Counter()
    due = Webhook.objects.due(now()).order_by("next_attempt_at")
    for webhook_id in list(due.values_list("pk", flat=True)):
        webhook = Webhook.objects.claim(webhook_id, now())
        if webhook is not None:
            tally.update(_serve(webhook))
    return tally


def _serve(webhook: Webhook) -> Iterator[str]:
    sight = webhooks.sight_of(webhook)
    if sight is None:
        yield _give_up(webhook, "its maker may no longer have it")
        return
    # Everything up to here is settled, so what does not concern the webhook need not be seen again.
    end = webhooks.newest()
    for event in _unheard(webhook, sight):
        reason = _call(webhook, event)
        if reason is not None:
            yield _put_off(webhook, reason)
            return
        yield DELIVERED
        if not _move_to(webhook, event.cursor):
            return
    _move_to(webhook, max(end, webhook.cursor), claim=None, claimed_until=None)


def _unheard(webhook: Webhook, sight: Sight) -> Iterator[Event]:
    concerns = events_in(sight)
    if webhook.project_slug is not None:
        concerns &= Q(project_slug=webhook.project_slug)
    place = webhook.cursor
    while found := narrowed(replay(place, seen=concerns, most=AT_ONCE), sight):
        yield from found
        place = found[-1].cursor


def _call(webhook: Webhook, event: Event) -> str | None:
    """Tell one event; returns why it was not heard, None if it was."""
    body = JSONRenderer().render(EventOut(event).data)
    try:
        secret = webhooks.secret_of(webhook)
        headers = signed_headers(secret, str(event.cursor), int(now().timestamp()), body)
        _post(webhook.url, body, headers)
    except (FetchFailed, CannotUnseal) as failure:
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


def _put_off(webhook: Webhook, reason: str) -> str:
    failures = webhook.failures + 1
    if failures >= settings.CONTRACT.webhook_attempts:
        return _give_up(webhook, reason)
    Webhook.objects.go_on(
        webhook,
        failures=failures,
        last_error=reason,
        next_attempt_at=now() + pause_after(failures),
        claim=None,
        claimed_until=None,
    )
    return FAILED


def _give_up(webhook: Webhook, reason: str) -> str:
    with recording_from_shell() as journal:
        webhooks.disable(webhook, reason, journal=journal)
    return DISABLED


def pause_after(failures: int) -> timedelta:
    """Return how long to leave an address alone: twice as long each time, and not all at once."""
    longest = min(FIRST_PAUSE * 2 ** min(failures - 1, 20), LONGEST_PAUSE)
    share = 0.5 + secrets.randbelow(1_000) / 2_000
    return timedelta(seconds=longest * share)
