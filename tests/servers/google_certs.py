"""Google's certificate endpoint with keys of its own, and tokens in Google's form."""

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from accounts.algorithms import PrivateKey
from tests.servers.endpoint import Endpoint, Exchange
from tests.unit.forge import jwk, key, signed
from wire.clock import now

ISSUER = "https://accounts.google.com"
AUDIENCE = "https://board.example.com/push"
PROJECT = "example-project"
PUSHER = f"pusher@{PROJECT}.iam.gserviceaccount.com"


@cache
def certificate(private: PrivateKey) -> str:
    """Certify a key as Google does, by itself."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "federated-signon.system")])
    unsigned = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(7)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2046, 1, 1, tzinfo=UTC))
    )
    digest = None if isinstance(private, ed25519.Ed25519PrivateKey) else SHA256()
    return unsigned.sign(private, digest).public_bytes(Encoding.PEM).decode()


class GoogleCerts(Endpoint):
    """Publishes certificates by key name, and signs with their keys."""

    def __init__(self) -> None:
        super().__init__(self.publish)
        self.certs: dict[str, Any] = {kid_of(0): certificate(key("RS256"))}
        self.cache_control = "public, max-age=22000, must-revalidate, no-transform"

    def publish(self, exchange: Exchange) -> None:
        """Answer with the certificates of this moment."""
        body = json.dumps(self.certs).encode()
        exchange.document(body, Cache_Control=self.cache_control)

    def token(self, number: int = 0, /, **changes: Any) -> str:
        """Sign good claims with changes; one set to `...` is left out."""
        return self.headed({}, number, **changes)

    def headed(self, header: dict[str, Any], number: int = 0, /, **changes: Any) -> str:
        """Sign good claims under a header with changes; a member set to None is left out."""
        usual = {"alg": "RS256", "kid": kid_of(number), "typ": "JWT"}
        members = {name: value for name, value in (usual | header).items() if value is not None}
        return str(signed(members, self.claims(**changes), "RS256", number))

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Return good claims with changes; one set to `...` is left out."""
        issued = int(now().timestamp())
        good = {
            "aud": AUDIENCE, "azp": "113774264463038321964", "email": PUSHER,
            "email_verified": True, "exp": issued + 3600, "iat": issued, "iss": ISSUER,
            "sub": "113774264463038321964",
        }  # fmt: skip
        return {name: value for name, value in (good | changes).items() if value is not ...}


def kid_of(number: int) -> str:
    """Name a key as Google does: 40 hexadecimal digits."""
    return str(jwk("RS256", number)["kid"].encode().hex()[:40])
