"""What can happen to somebody's token? It is exchanged for one of ours (RFC 8693)."""

from dataclasses import dataclass, replace

from accounts.claims import Grant, Party
from accounts.errors import InvalidScope, SubjectRefused
from accounts.models import Account, Audience
from accounts.operations.clients import METHODS
from accounts.operations.tokens import narrowed
from accounts.principals import Principal
from accounts.scopes import Role, spell
from audit.actions import Action
from audit.actors import Actor, ActorType
from audit.recording import Journal

VOUCHING = frozenset({"own", "external", "google"})
"""Whose tokens are exchanged. Not the developer's word: it is good for this service alone."""

BY_CLIENTS = frozenset(METHODS.values())
MAY_ACT = frozenset({ActorType.AGENT, ActorType.SERVICE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Whose token is exchanged, for which audience, and who will act with the new one.

    `actor` is None, or the subject itself, where the subject goes on acting itself.
    """

    subject: Principal
    actor: Principal | None
    audience: Audience
    client_id: str
    scope: str


def prepare(asked: Exchange) -> Grant:
    """Return what is minted: what subject and actor both hold, or the part that is asked for.

    A subject alone keeps its role and type. Raises SubjectRefused, InvalidScope.
    """
    subject, actor = asked.subject, _actor(asked)
    scopes = subject.scopes if actor is None else subject.scopes & actor.scopes
    if not scopes:
        raise InvalidScope
    whole = Grant(
        subject=_subject(subject),
        audience=asked.audience.name,
        versions=tuple(asked.audience.payload_versions),
        client_id=asked.client_id,
        scopes=scopes,
        session_id=subject.session_id,
    )
    if actor is not None:
        whole = replace(whole, actor=_party(actor))
    return narrowed(whole, asked.scope)


def issue(asked: Exchange, grant: Grant, journal: Journal) -> None:
    """Record that the token was exchanged: who acts, for whom, and who vouched for that."""
    on_behalf_of = "" if grant.actor is None else grant.subject.id
    journal.record(
        Action.TOKEN_ISSUED,
        target=("principal", grant.subject.id),
        context={
            "audience": grant.audience,
            "scope": spell(grant.scopes),
            "subject_method": asked.subject.method,
        },
        actor=Actor(
            id=grant.acting.id,
            type=grant.acting.actor_type,
            on_behalf_of=on_behalf_of,
            auth_method="token_exchange",
            client_id=grant.client_id,
        ),
    )


def _actor(asked: Exchange) -> Principal | None:
    """Return who acts for the subject, None where the subject acts itself.

    Only people are acted for, only by agents and services, and nobody passes that on: a token
    that speaks of two is exchanged for the same two. Raises SubjectRefused.
    """
    subject, actor = asked.subject, asked.actor
    if subject.method not in VOUCHING or (actor and actor.method not in VOUCHING | BY_CLIENTS):
        raise SubjectRefused
    if actor is None or actor.id == subject.id:
        return subject if subject.on_behalf_of else None
    fit = subject.actor_type is ActorType.HUMAN and actor.actor_type in MAY_ACT
    if not fit or subject.on_behalf_of or actor.on_behalf_of:
        raise SubjectRefused
    return actor


def _subject(subject: Principal) -> Party:
    if subject.on_behalf_of:
        return Party(id=subject.on_behalf_of, actor_type=ActorType.HUMAN, role=Role.USER)
    # The registry's address alone: another provider's word for it joins nobody to anything.
    known = Account.objects.filter(pk=subject.id, actor_type=ActorType.HUMAN)
    return replace(_party(subject), email=known.values_list("email", flat=True).first() or "")


def _party(principal: Principal) -> Party:
    return Party(id=principal.id, actor_type=principal.actor_type, role=principal.role)
