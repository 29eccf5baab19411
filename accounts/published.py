"""What do consumers get when they ask for our keys? The set, its tag, and how long it holds."""

import hashlib
import json
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.utils.http import parse_etags

from accounts.keys import KeyRing


class Published(NamedTuple):
    """The answer to whoever asks for the keys (RFC 7517)."""

    content: bytes
    tag: str
    max_age: int

    @property
    def headers(self) -> dict[str, str]:
        """Return what is said with the set, or with the 304 that it is still the same."""
        return {
            "Content-Type": "application/json",
            "ETag": self.tag,
            "Cache-Control": f"public, max-age={self.max_age}",
            "Access-Control-Allow-Origin": "*",
        }

    def is_known(self, given: str) -> bool:
        """Tell whether If-None-Match names the set (RFC 9110, section 13.1.2)."""
        return bool(given) and not {self.tag, f"W/{self.tag}", "*"}.isdisjoint(parse_etags(given))


def keys(ring: KeyRing, at: datetime) -> Published:
    """Return what is published at an instant."""
    contract = settings.CONTRACT
    content = json.dumps(ring.jwks(at), separators=(",", ":")).encode()
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    age = ring.max_age(at, contract.jwks_max_age, skew=contract.clock_skew_seconds)
    return Published(content, tag, age)
