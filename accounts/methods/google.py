"""Vouched for by Google: service accounts, as Pub/Sub push, Scheduler and Cloud Tasks sign in.

Two verifiers must agree. Ours is strict about form, claims and time. Google's checks the signature
against the same certificates, and that the audience is ours alone, no list; the rest it leaves open
(no `iss`, times of any size, errors of any class), so it only sees what ours has passed.

What reads certificates and Google's own verifier are loaded with the first token of Google's: most
processes never meet one, and they take as long to load as all other methods together.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from accounts import jose
from accounts.claimed import issuer_of, key_asked_for
from accounts.errors import BadCredential
from accounts.fetching import Fetched
from accounts.jwk import judge, public_jwk
from accounts.key_source import LARGEST, KeySet, KeySource, UnfitKeySet, json_object
from accounts.principals import Principal
from accounts.scopes import Role, Scope
from audit.actors import ActorType

ISSUERS = ("https://accounts.google.com", "accounts.google.com")
CERTS_URL = "https://www.googleapis.com/oauth2/v1/certs"
UNSIGNED = "SIGNATURE_REMOVED_BY_GOOGLE"  # Cloud Run's mark on a token it has checked itself

ALGORITHMS = ("RS256",)
TYPES = ("jwt",)
REQUIRED = ("iss", "sub", "aud", "exp", "iat", "email", "email_verified")

SHORTEST, USUAL, LONGEST = timedelta(minutes=1), timedelta(hours=1), timedelta(hours=24)

_MAX_AGE = re.compile(r"(?:\A|[\s,])max-age=([0-9]{1,9})(?:\Z|[\s,])")
_AGE = re.compile(r"[0-9]{1,9}")
_ACCOUNT = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def principal(token: str, at: datetime) -> Principal:
    """Return the service account the token speaks of. Raises BadCredential, KeySourceUnavailable.

    Its scopes are those that GC_SERVICE_ACCOUNTS gives it; without that list it has none.
    """
    email = _email(verify(token, at))
    contract = settings.CONTRACT
    listed = contract.gc_service_accounts
    if email not in listed and (listed or contract.env == "PROD"):
        raise BadCredential
    return Principal(
        id=f"sa:{email}",
        actor_type=ActorType.SERVICE,
        role=Role.USER,
        scopes=frozenset(Scope(word) for word in listed.get(email, ())),
        method="google",
    )


def verify(token: str, at: datetime) -> Mapping[str, Any]:
    """Check a token that Google signed for us (OpenID Connect Core 1.0, section 3.1.3.7).

    Raises as `principal`.
    """
    from google.auth import jwt
    from google.auth.exceptions import GoogleAuthError

    contract = settings.CONTRACT
    skew, audience = contract.clock_skew_seconds, contract.gc_oauth_audience
    kid = key_asked_for(token, issuers=ISSUERS, algorithms=ALGORITHMS, types=TYPES)
    if audience is None or kid is None or token.endswith(UNSIGNED):
        raise BadCredential
    keys = CERTS.keys(kid, at).content
    try:
        claims = jose.verify_claims(
            token, keys["jwks"], ALGORITHMS, issuer=issuer_of(token) or "", audience=audience,
            leeway=skew, now=at.timestamp(), required=REQUIRED,
        )  # fmt: skip
        jwt.decode(  # type: ignore[no-untyped-call]
            token, certs=keys["pems"], audience=audience, clock_skew_in_seconds=skew
        )
    except (jose.RejectedToken, GoogleAuthError, ValueError, TypeError, RecursionError) as error:
        raise BadCredential from error
    return claims


def _email(claims: Mapping[str, Any]) -> str:
    """Return the address of an account of our project, and of ours alone. Raises BadCredential."""
    contract = settings.CONTRACT
    email = claims["email"]
    if claims["email_verified"] is not True or not isinstance(email, str):
        raise BadCredential
    name, _, domain = email.partition("@")
    if not _ACCOUNT.fullmatch(name) or domain != f"{contract.gc_project}.iam.gserviceaccount.com":
        raise BadCredential
    return f"{name}@{domain}"


def read_certs(fetched: Fetched) -> KeySet:
    """Return the keys of Google's certificates, `{kid: PEM}`. Raises UnfitKeySet.

    A certificate is judged alone; one that will not do is left out.
    """
    certs = json_object(fetched)
    if len(certs) > LARGEST or not all(isinstance(pem, str) for pem in certs.values()):
        raise UnfitKeySet("it is not a set of certificates, or too large a one")
    keys = {kid: key for kid, pem in certs.items() if (key := _key(pem)) is not None}
    if not keys:
        raise UnfitKeySet("it has no usable certificate")
    jwks = [{**public_jwk(key, "RS256"), "kid": kid} for kid, key in keys.items()]
    content = {"jwks": {"keys": jwks}, "pems": {kid: _pem(key) for kid, key in keys.items()}}
    return KeySet(content, frozenset(certs), lifetime_of(fetched))


def _key(pem: str) -> RSAPublicKey | None:
    from cryptography import x509

    try:
        key = x509.load_pem_x509_certificate(pem.encode()).public_key()
        if not isinstance(key, RSAPublicKey):
            return None
        judge(public_jwk(key, "RS256"))
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key


def _pem(key: RSAPublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def lifetime_of(fetched: Fetched) -> timedelta:
    """Return how much longer the answer is fresh (RFC 9111, section 4.2), within our bounds."""
    max_age = _MAX_AGE.search(fetched.headers.get("Cache-Control", ""))
    if max_age is None:
        return USUAL
    age = _AGE.fullmatch(fetched.headers.get("Age", ""))
    left = int(max_age[1]) - (int(age[0]) if age else 0)
    return min(max(timedelta(seconds=left), SHORTEST), LONGEST)


def _url() -> str:
    return CERTS_URL


CERTS = KeySource(_url, read_certs)
