"""How do webhooks hear of events at once, so that a slow one holds up nobody but itself?

The calls are made in threads of their own, and nothing else is: one thread asks the database, and
goes on with whichever call has ended.
"""

import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import NamedTuple
from uuid import UUID

from events.delivery import Turn, turn
from events.models import Webhook
from wire.clock import now

AT_ONCE = 16


class _Served(NamedTuple):
    """A webhook whose turn it is."""

    webhook_id: UUID
    turn: Turn


class Deliverer:
    """Tells every webhook that is due what it has not heard, so many of them at once.

    Several may do so: each webhook is one's alone until it is let go or its claim lapses.
    """

    def __init__(self, pool: ThreadPoolExecutor, stopping: threading.Event) -> None:
        self.tally: Counter[str] = Counter()
        self._pool, self._stopping = pool, stopping
        self._line: deque[UUID] = deque()
        self._served: dict[Future[str | None], _Served] = {}

    def look(self) -> None:
        """Have whatever is due stand in line."""
        known = {*self._line, *(each.webhook_id for each in self._served.values())}
        due = Webhook.objects.due(now()).order_by("next_attempt_at")
        self._line.extend(pk for pk in due.values_list("pk", flat=True) if pk not in known)

    def go_on(self, seconds: float | None = None) -> bool:
        """Go on with the calls that end first, within so long; False when nothing is left to do."""
        if self._has_room():
            self._begin(self._line.popleft())
        ended, _ = wait(self._served, 0 if self._has_room() else seconds, FIRST_COMPLETED)
        for call in ended:
            self._step(self._served.pop(call), call.result())
        return bool(self._served) or self._has_room()

    def work(self, seconds: float) -> None:
        """Deliver what is due for so long, or until it is told to stop."""
        ends = time.monotonic() + seconds
        self.look()
        while (left := ends - time.monotonic()) > 0 and not self._stopping.is_set():
            if not self.go_on(left):
                self._stopping.wait(left)

    def _has_room(self) -> bool:
        more = self._line and len(self._served) < AT_ONCE
        return bool(more) and not self._stopping.is_set()

    def _begin(self, webhook_id: UUID) -> None:
        webhook = Webhook.objects.claim(webhook_id, now())
        if webhook is not None:
            self._step(_Served(webhook_id, turn(webhook, self.tally, self._stopping.is_set)), None)

    def _step(self, served: _Served, came: str | None) -> None:
        try:
            call = served.turn.send(came)
        except StopIteration as ended:
            if ended.value:
                self._line.append(served.webhook_id)
        else:
            self._served[self._pool.submit(call)] = served


@contextmanager
def delivering(stopping: threading.Event) -> Iterator[Deliverer]:
    """Deliver within the block; at its end whatever is under way is heard and kept."""
    with ThreadPoolExecutor(AT_ONCE, "webhook") as pool:
        deliverer = Deliverer(pool, stopping)
        yield deliverer
        while deliverer.go_on():
            pass


def deliver_due(stopping: threading.Event | None = None) -> Counter[str]:
    """Tell every webhook that is due what it has not heard; returns how it went."""
    with delivering(stopping or threading.Event()) as deliverer:
        deliverer.look()
    return deliverer.tally
