"""What can happen to a client at the token endpoint? It authenticates, and it gets a token."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet, Subquery, Value

from accounts.claimed import issuer_of
from accounts.claims import Grant, Party
from accounts.client_credentials import Assertion, Secret, Shown, fit_client_id
from accounts.errors import AssertionReplayed, InvalidClient
from accounts.methods import client as method
from accounts.models import TASKFLOW, Account, Audience, ClientSecret, SpentAssertion
from accounts.operations import assertions
from accounts.operations.credentials import digest_of
from accounts.operations.tokens import narrowed
from accounts.principals import Principal
from accounts.scopes import spell
from audit.actions import Action, Outcome
from audit.recording import Journal
from wire.prepared import Question, Slot

NEEDED = ("name", "payload_versions", "algorithm")
"""What of an audience a token is made by."""

METHODS: Mapping[type[Shown], str] = {Secret: "client_secret", Assertion: "private_key_jwt"}


@dataclass(frozen=True, slots=True)
class Client:
    """Who authenticated as a client, and the assertion that is to be spent for it.

    `audience` is the one that was asked for together with a secret, None where that is still to
    be done.
    """

    principal: Principal
    assertion: SpentAssertion | None = None
    audience: Audience | None = None


def authenticate(shown: Shown, at: datetime, audience: str = TASKFLOW) -> Client:
    """Return the client (RFC 6749, section 2.3). Raises InvalidClient."""
    if isinstance(shown, Secret):
        return _holder_of(shown, audience)
    account, unspent = assertions.verify(shown.jwt, at)
    if shown.client_id not in {"", account.client_id}:
        raise InvalidClient
    values = [getattr(account, name) for name in method.COLUMNS]
    return Client(method.principal(values, METHODS[Assertion]), unspent)


def prepare(client: Client, audience: Audience, scope: str) -> Grant:
    """Return what a client gets: all it holds, or the part it asks for. Raises InvalidScope."""
    who = client.principal
    everything = Grant(
        subject=Party(id=who.id, actor_type=who.actor_type, role=who.role),
        audience=audience.name,
        versions=tuple(audience.payload_versions),
        client_id=who.client_id,
        scopes=who.scopes,
    )
    return narrowed(everything, scope)


def issue(client: Client, grant: Grant, journal: Journal) -> None:
    """Record that the client gets the grant. Raises AssertionReplayed."""
    spend(client, journal)
    journal.record(
        Action.TOKEN_ISSUED,
        target=("principal", grant.subject.id),
        context={"audience": grant.audience, "scope": spell(grant.scopes)},
        actor=client.principal.as_actor(),
    )


def spend(client: Client, journal: Journal) -> None:
    """Use up the assertion of a client that showed one. Raises AssertionReplayed."""
    if client.assertion is not None:
        journal.begin()
        assertions.spend(client.assertion, journal)


def note_failure(shown: Shown, error: InvalidClient, journal: Journal) -> None:
    """Record that a client failed to authenticate; its id is kept only when it is somebody's."""
    named = issuer_of(shown.jwt) if isinstance(shown, Assertion) else shown.client_id
    try:
        known = Account.objects.filter(client_id=fit_client_id(named))
    except InvalidClient:
        known = Account.objects.none()
    journal.record(
        Action.TOKEN_REUSED if isinstance(error, AssertionReplayed) else Action.SIGN_IN_FAILED,
        target=("principal", known.values_list("pk", flat=True).first() or ""),
        context={"method": METHODS[type(shown)]},
        outcome=Outcome.DENIED,
    )


def _secrets() -> QuerySet[Any, Any]:
    living = ClientSecret.objects.filter(
        account__client_id=Value(Slot("client_id")),
        revoked_at__isnull=True,
        account__disabled_at__isnull=True,
    )
    # In the same question, for nearly everybody who shows a secret asks for a token.
    audience = Audience.objects.filter(name=Value(Slot("audience")))
    return living.values_list(
        "digest",
        *(f"account__{name}" for name in method.COLUMNS),
        *(Subquery(audience.values(name)) for name in NEEDED),
    )


_SECRETS = Question(_secrets)


def _holder_of(shown: Secret, audience: str) -> Client:
    digest = digest_of(shown.client_secret)
    known = _SECRETS.ask(client_id=fit_client_id(shown.client_id), audience=audience)
    # All are compared, so that the time tells nothing of which secret it was.
    matches = [values for kept, *values in known if hmac.compare_digest(kept, digest)]
    if not matches:
        raise InvalidClient
    account, rest = matches[0][: len(method.COLUMNS)], matches[0][len(method.COLUMNS) :]
    found = None if rest[0] is None else Audience.from_db(DEFAULT_DB_ALIAS, NEEDED, rest)
    return Client(method.principal(account, METHODS[Secret]), audience=found)
