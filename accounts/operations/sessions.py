"""What can happen to a session? It begins, its refresh token rotates, it ends."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.contrib.auth import authenticate
from django.db.models import F, QuerySet, Value

from accounts import refresh_tokens, sealing
from accounts.client_credentials import FIRST_PARTY
from accounts.errors import NoSuchSession, RefreshRefused, SignInFailed
from accounts.models import Account, Audience, Session
from accounts.standing import REGISTRY
from audit.actions import Action, Outcome
from audit.actors import Actor, ActorType
from audit.recording import Journal
from wire.prepared import Question, Slot, columns, whole
from wire.statements import Change, insert


class EndReason(StrEnum):
    """Why a session ended."""

    SIGNED_OUT = "signed_out"
    REVOKED = "revoked"
    REUSED = "reused"
    DISABLED = "disabled"
    ROLE_LOST = "role_lost"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a genuine refresh token names."""

    session_id: UUID
    generation: int


@dataclass(frozen=True, slots=True)
class Refresh:
    """What a refresh came to: the session, and its token unless the one shown was used up."""

    session: Session
    token: str | None


def vouch(username: str, password: str) -> Account:
    """Return the account the password belongs to. Slow on purpose. Raises SignInFailed."""
    account = authenticate(username=username, password=password)
    if not isinstance(account, Account) or account.actor_type != ActorType.HUMAN:
        raise SignInFailed
    return account


def note_failure(username: str, journal: Journal) -> None:
    """Record that signing in failed; the name typed is kept only when it is somebody's.

    People type passwords into the wrong field.
    """
    try:
        handle = Account.objects.get_by_natural_key(username).handle
    except Account.DoesNotExist:
        handle = ""
    journal.record(Action.SIGN_IN_FAILED, target=("principal", handle), outcome=Outcome.DENIED)


def begin(account: Account, audience: Audience, journal: Journal) -> Refresh:
    """Open a session for an account that was just vouched for."""
    lifetime = timedelta(seconds=settings.CONTRACT.session_seconds)
    session = Session(
        account=account,
        audience=audience,
        client_id=FIRST_PARTY,
        created_at=journal.at,
        rotated_at=journal.at,
        expires_at=journal.at + lifetime,
        ip=journal.origin.ip,
        user_agent=journal.origin.user_agent,
    )
    insert([session])
    _record(journal, Action.TOKEN_ISSUED, session)
    return Refresh(session, _token(session.pk, 0))


def read_token(token: str) -> Shown:
    """Return what a refresh token names, without a query. Raises RefreshRefused for garbage."""
    named = refresh_tokens.read(token, _keys())
    if named is None:
        raise RefreshRefused
    return Shown(*named)


def refresh(shown: Shown, journal: Journal) -> Refresh:
    """Rotate the session's refresh token, or repeat the successor within the grace period.

    A token that was used up ends its session: the result carries no token then, and the caller
    refuses after the commit. Raises RefreshRefused for anything else that does not refresh.
    """
    session_id, generation = shown.session_id, shown.generation
    session = _found(session_id)
    turn = _TURN.of(session=session_id, generation=generation, at=journal.at)
    if journal.carry_out(turn, lambda: _record(journal, Action.TOKEN_REFRESHED, session)):
        return Refresh(session, _token(session_id, generation + 1))
    return _name_the_miss(_found(session_id), generation, journal)


def _name_the_miss(session: Session, generation: int, journal: Journal) -> Refresh:
    living = session.ended_at is None and session.expires_at > journal.at
    if not (living and session.account.is_active) or generation >= session.generation:
        raise RefreshRefused
    grace = timedelta(seconds=settings.CONTRACT.refresh_grace_seconds)
    if generation == session.generation - 1 and journal.at <= session.rotated_at + grace:
        _record(journal, Action.TOKEN_REFRESHED, session, repeated=True)
        return Refresh(session, _token(session.pk, session.generation))
    journal.begin()
    _end(Session.objects.filter(pk=session.pk), EndReason.REUSED, journal)
    _record(journal, Action.TOKEN_REUSED, session, outcome=Outcome.DENIED)
    return Refresh(session, None)


def revoke(shown: Shown, journal: Journal) -> None:
    """End the session of a refresh token (RFC 7009). Raises RefreshRefused when none living."""
    named = Session.objects.filter(pk=shown.session_id)
    if not _end(named, EndReason.REVOKED, journal):
        raise RefreshRefused
    session = named.select_related("account").get()
    _record(journal, Action.TOKEN_REVOKED, session)


def end(session_id: UUID, handle: str, journal: Journal) -> None:
    """End one of somebody's own sessions. Raises NoSuchSession."""
    own = Session.objects.filter(pk=session_id, account_id=handle)
    if not _end(own, EndReason.SIGNED_OUT, journal):
        raise NoSuchSession
    journal.record(Action.SESSION_ENDED, target=("session", session_id))


def end_all(handle: str, journal: Journal, reason: EndReason = EndReason.SIGNED_OUT) -> int:
    """End all of somebody's sessions; returns how many lived."""
    ended = _end(Session.objects.filter(account_id=handle), reason, journal)
    journal.record(
        Action.SESSION_ENDED,
        target=("principal", handle),
        context={"sessions": ended, "reason": reason.value},
    )
    return ended


def _turning() -> QuerySet[Session]:
    # No join: it would move the conditions into a subquery, which a row lock does not re-check.
    return Session.objects.living(Value(Slot("at"))).filter(
        pk=Value(Slot("session")),
        generation=Value(Slot("generation")),
        account__in=Account.objects.filter(disabled_at__isnull=True),
    )


_TURN = Change(_turning, generation=F("generation") + 1, rotated_at=Value(Slot("at")))
_WHOLE = Question(
    lambda: Session.objects.filter(pk=Value(Slot("session"))).values_list(
        *columns(Session), *columns(Account, "account"), *columns(Audience, "audience")
    )
)


def _found(session_id: UUID) -> Session:
    """Return the session with its account and its audience. Raises RefreshRefused."""
    rows = _WHOLE.ask(session=session_id)
    if not rows:
        raise RefreshRefused
    values = iter(rows[0])
    session = whole(Session, values)
    session.account, session.audience = whole(Account, values), whole(Audience, values)
    return session


def _end(sessions, reason: EndReason, journal: Journal) -> int:  # type: ignore[no-untyped-def]
    ended = sessions.living(journal.at).update(ended_at=journal.at, end_reason=reason.value)
    REGISTRY.forget()
    return int(ended)


def _record(
    journal: Journal,
    action: Action,
    session: Session,
    *,
    outcome: Outcome = Outcome.SUCCESS,
    **context: object,
) -> None:
    account = session.account
    journal.record(
        action,
        target=("session", session.pk),
        outcome=outcome,
        context={"audience": session.audience_id, **context},
        actor=Actor(
            id=account.handle,
            type=ActorType(account.actor_type),
            auth_method="password" if action is Action.TOKEN_ISSUED else "refresh_token",
            client_id=session.client_id,
        ),
    )


def _token(session_id: UUID, generation: int) -> str:
    return refresh_tokens.mint(session_id, generation, _keys())


def _keys() -> tuple[bytes, ...]:
    return sealing.derive(settings.CONTRACT.key_encryption_keys, "refresh tokens")
