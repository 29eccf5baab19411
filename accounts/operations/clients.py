"""What can happen to a client at the token endpoint? It authenticates, and it gets a token."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Value

from accounts.claimed import issuer_of
from accounts.claims import Grant
from accounts.client_credentials import Assertion, Secret, Shown, fit_client_id
from accounts.errors import AssertionReplayed, InvalidClient
from accounts.methods import client as method
from accounts.models import Account, Audience, ClientSecret, SpentAssertion
from accounts.operations import assertions
from accounts.operations.credentials import digest_of
from accounts.operations.tokens import grant_for, narrowed
from accounts.principals import Principal
from accounts.scopes import spell
from audit.actions import Action, Outcome
from audit.recording import Journal
from wire.prepared import Question, Slot, columns, whole

METHODS: Mapping[type[Shown], str] = {Secret: "client_secret", Assertion: "private_key_jwt"}


@dataclass(frozen=True, slots=True)
class Client:
    """An account that authenticated as a client, and the assertion it has to spend for it."""

    account: Account
    principal: Principal
    assertion: SpentAssertion | None = None


def authenticate(shown: Shown, at: datetime) -> Client:
    """Return the client (RFC 6749, section 2.3). Raises InvalidClient."""
    if isinstance(shown, Secret):
        account = _holder_of(shown)
        return Client(account, method.principal(account, METHODS[Secret]))
    account, unspent = assertions.verify(shown.jwt, at)
    if shown.client_id not in {"", account.client_id}:
        raise InvalidClient
    return Client(account, method.principal(account, METHODS[Assertion]), unspent)


def prepare(client: Client, audience: Audience, scope: str) -> Grant:
    """Return what a client gets: all it holds, or the part it asks for. Raises InvalidScope."""
    everything = grant_for(client.account, audience, client_id=client.principal.client_id)
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
    return living.values_list("digest", *columns(Account, "account"))


_SECRETS = Question(_secrets)


def _holder_of(shown: Secret) -> Account:
    digest = digest_of(shown.client_secret)
    known = _SECRETS.ask(client_id=fit_client_id(shown.client_id))
    # All are compared, so that the time tells nothing of which secret it was.
    matches = [holder for kept, *holder in known if hmac.compare_digest(kept, digest)]
    if not matches:
        raise InvalidClient
    return whole(Account, iter(matches[0]))
