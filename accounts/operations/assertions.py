"""Does a client's signed assertion hold, and is it shown for the first time? (RFC 7523)"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import IntegrityError

from accounts import jose
from accounts.claimed import issuer_of
from accounts.client_credentials import fit_client_id
from accounts.errors import AssertionReplayed, InvalidClient
from accounts.models import Account, SpentAssertion
from audit.recording import Journal

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
LONGEST_SECONDS = 300
_REQUIRED = ("iss", "sub", "aud", "exp", "jti")
_SWEPT_AT_ONCE = 50


def verify(jwt: str, at: datetime) -> tuple[Account, SpentAssertion]:
    """Return the client that signed the assertion, and what is to be stored of it when it buys.

    Raises InvalidClient, whatever is wrong (RFC 7523, section 3).
    """
    client_id = fit_client_id(issuer_of(jwt))
    known = Account.objects.filter(client_id=client_id, disabled_at__isnull=True)
    account = known.exclude(jwks__isnull=True).first()
    if account is None:
        raise InvalidClient
    claims = _claims(jwt, account, at)
    if claims["sub"] != client_id or claims["exp"] > at.timestamp() + LONGEST_SECONDS + _skew():
        raise InvalidClient
    return account, _unspent(client_id, claims)


def spend(assertion: SpentAssertion, journal: Journal) -> None:
    """Use the assertion up. Raises AssertionReplayed when somebody did; the key decides who."""
    stale = SpentAssertion.objects.filter(expires_at__lt=journal.at)
    swept = stale.select_for_update(skip_locked=True).values("pk")[:_SWEPT_AT_ONCE]
    SpentAssertion.objects.filter(pk__in=swept).delete()
    try:
        SpentAssertion.objects.create(digest=assertion.digest, expires_at=assertion.expires_at)
    except IntegrityError as error:
        raise AssertionReplayed from error


def _claims(jwt: str, account: Account, at: datetime) -> Mapping[str, Any]:
    """Check signature, parties and times. Every audience named must be this service."""
    issuer = settings.CONTRACT.base_url
    ours = (issuer, f"{issuer}/oauth/token")
    for audience in ours:
        try:
            claims = jose.verify_claims(
                jwt,
                account.jwks or {},
                ALGORITHMS,
                issuer=account.client_id or "",
                audience=audience,
                leeway=_skew(),
                now=at.timestamp(),
                required=_REQUIRED,
            )
        except jose.RejectedToken:
            continue
        named = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if set(named) <= set(ours):
            return claims
    raise InvalidClient


def _unspent(client_id: str, claims: Mapping[str, Any]) -> SpentAssertion:
    digest = sha256(f"{client_id}\n{claims['jti']}".encode()).hexdigest()
    # Past its end by every clock that may still honour it.
    kept_until = datetime.fromtimestamp(claims["exp"], UTC) + timedelta(seconds=2 * _skew() + 1)
    return SpentAssertion(digest=digest, expires_at=kept_until)


def _skew() -> int:
    return int(settings.CONTRACT.clock_skew_seconds)
