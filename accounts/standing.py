"""How does a principal of ours stand now? Remembered for a few seconds, not asked per request."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet, Value

from accounts.models import Account, Session
from accounts.scopes import Role, Scope
from audit.actors import ActorType
from wire.prepared import Question, Slot, columns, whole

LARGEST = 10_000


@dataclass(frozen=True, slots=True)
class Standing:
    """What the registry says of an account, and of the session a token came from."""

    actor_type: ActorType
    role: Role
    scopes: frozenset[Scope]
    active: bool


class Registry:
    """Answers from memory for STANDING_CACHE_SECONDS, so a change bites within that time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], tuple[datetime, Standing | None]] = {}

    def standing(self, handle: str, session_id: str, at: datetime) -> Standing | None:
        """Return how the account stands, None for nobody. One query when not remembered."""
        known = self._known.get((handle, session_id))
        if known and known[0] > at:
            return known[1]
        standing = _read(handle, session_id)
        fresh_until = at + timedelta(seconds=settings.CONTRACT.standing_cache_seconds)
        with self._lock:
            if len(self._known) >= LARGEST:
                self._known.clear()
            self._known[handle, session_id] = (fresh_until, standing)
        return standing

    def forget(self) -> None:
        """Ask anew for everybody: something changed here just now."""
        with self._lock:
            self._known.clear()


REGISTRY = Registry()


def _accounts() -> QuerySet[Any, Any]:
    session = Session.objects.filter(
        pk=Value(Slot("session")), account=OuterRef("pk"), ended_at=None
    )
    accounts = Account.objects.filter(pk=Value(Slot("handle")))
    return accounts.values_list(*columns(Account), Exists(session))


_ACCOUNTS = Question(_accounts)


def _read(handle: str, session_id: str) -> Standing | None:
    session = UUID(session_id) if session_id else None
    for values in map(iter, _ACCOUNTS.ask(handle=handle, session=session)):
        account, has_session = whole(Account, values), next(values)
        return Standing(
            actor_type=ActorType(account.actor_type),
            role=Role(account.role),
            scopes=account.scopes,
            active=account.is_active and (has_session or session is None),
        )
    return None
