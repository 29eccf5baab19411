"""How does the audit get something signed? By the issuer, whom it does not know by import.

The setting SIGN_STATEMENT names who signs.
"""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.utils.module_loading import import_string

from wire.strict_json import loads

AUDIENCE = "taskflow/audit"
CHECKPOINT = "checkpoint+jwt"
MANIFEST = "manifest+jwt"


def sign(claims: Mapping[str, Any], *, typ: str, at: datetime) -> str:
    """Return a statement of the issuer that does not expire. Raises what the issuer refuses with.

    To be called outside a transaction, where the issuer may still make its first key.
    """
    statement = import_string(settings.SIGN_STATEMENT)
    return cast("str", statement(claims, typ=typ, audience=AUDIENCE, at=at, lifetime=None))


def kid_of(statement: str) -> str:
    """Return the name of the key that a statement of ours says it was signed with."""
    header = statement.partition(".")[0]
    padded = header + "=" * (-len(header) % 4)
    content: Any = loads(base64.urlsafe_b64decode(padded))
    return cast("str", content["kid"])
