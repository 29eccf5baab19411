"""Hostile tokens, made with our own key or with somebody else's."""

import base64
import json
from typing import Any

from accounts import jose
from accounts.algorithms import PrivateKey


class Forger:
    """Makes tokens that differ from a good one in one respect."""

    def __init__(self, key: PrivateKey, kid: str, good: dict[str, Any]) -> None:
        self.key, self.kid, self.good = key, kid, good

    def token(self, *, typ: str = "at+jwt", kid: str | None = None, **changes: Any) -> str:
        """Sign the good claims with changes; a claim set to `...` is left out."""
        claims = {k: v for k, v in (self.good | changes).items() if v is not ...}
        return jose.sign(claims, key=self.key, alg="RS256", kid=kid or self.kid, typ=typ)

    def header(self, **members: Any) -> str:
        """Replace header members without signing anew."""
        head, payload, signature = self.token().split(".")
        decoded = json.loads(base64.urlsafe_b64decode(head + "=="))
        return f"{segment(decoded | members)}.{payload}.{signature}"


def segment(members: object) -> str:
    """Spell a JSON value as a segment."""
    return base64.urlsafe_b64encode(json.dumps(members).encode()).rstrip(b"=").decode()
