"""How is somebody whom an outside provider knows named here? Pure: no Django.

As `<idp>:<sub>`. `<idp>` is the host of the issuer, to be read, and the start of the SHA-256 of the
whole issuer, to tell tenants of one host apart: `login.example.com-6f1d4e21`. It has no colon, so
the first colon parts the two; it never reads as `sa`, `dev` or a handle.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from urllib.parse import urlsplit

LONGEST_SUBJECT = 200

_LONGEST_HOST = 40
_DIGITS = 8
_SUBJECT = re.compile(rf"[!-~]{{1,{LONGEST_SUBJECT}}}")
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9.]")


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody whom an outside provider has vouched for; made as `external_id` is."""

    issuer: str
    subject: str
    id: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", external_id(self.issuer, self.subject))


def external_id(issuer: str, subject: str) -> str:
    """Return the id of an outside identity, which is issuer and subject and nothing else.

    At most 250 characters. Raises ValueError for a subject that is not 1 to 200 visible ASCII
    characters (OpenID Connect Core 1.0, section 2, allows 255 ASCII characters).
    """
    if not _SUBJECT.fullmatch(subject):
        raise ValueError("the subject is not 1 to 200 visible ASCII characters")
    return f"{provider_name(issuer)}:{subject}"


@lru_cache(maxsize=8)
def provider_name(issuer: str) -> str:
    """Return the short name of an issuer; another spelling of it is another issuer."""
    host = _NOT_IN_A_NAME.sub("-", urlsplit(issuer).hostname or "").strip("-.")
    digest = sha256(issuer.encode()).hexdigest()[:_DIGITS]
    return f"{host[:_LONGEST_HOST] or 'idp'}-{digest}"
