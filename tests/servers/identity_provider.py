"""An outside identity provider with keys of its own, that signs what it is asked to."""

import json
from typing import Any

from tests.servers.endpoint import Endpoint, Exchange
from tests.unit.forge import jwk, signed
from wire.clock import now

ISSUER = "https://login.example.com/"
AUDIENCE = "taskflow-board"
SUBJECT = "user_2abC"


class IdentityProvider(Endpoint):
    """Publishes `keys` as a JWK Set, and signs with them and with others."""

    def __init__(self, issuer: str = ISSUER) -> None:
        super().__init__(self.publish)
        self.issuer = issuer
        self.keys: list[Any] = [jwk("ES256"), jwk("EdDSA")]

    def publish(self, exchange: Exchange) -> None:
        """Answer with the keys of this moment."""
        exchange.document(json.dumps({"keys": self.keys}).encode())

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Return good claims with changes; one set to `...` is left out."""
        issued = int(now().timestamp())
        good = {
            "iss": self.issuer, "sub": SUBJECT, "aud": AUDIENCE,
            "iat": issued, "exp": issued + 600, "email": "alice@example.org",
        }  # fmt: skip
        return {name: value for name, value in (good | changes).items() if value is not ...}

    def token(self, alg: str = "ES256", number: int = 0, /, **changes: Any) -> str:
        """Sign good claims with changes."""
        return self.headed({}, alg, number, **changes)

    def headed(
        self, header: dict[str, Any], alg: str = "ES256", number: int = 0, /, **changes: Any
    ) -> str:
        """Sign good claims under a header with changes; a member set to None is left out."""
        usual = {"alg": alg, "typ": "JWT", "kid": jwk(alg, number)["kid"]}
        members = {name: value for name, value in (usual | header).items() if value is not None}
        return str(signed(members, self.claims(**changes), alg, number))
