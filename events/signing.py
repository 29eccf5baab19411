"""How does a receiver know that a call is ours? Standard Webhooks, version 1. Pure.

The signature covers id, time and body: HMAC-SHA256 under the webhook's own secret.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> bytes:
    """Make the secret of a webhook."""
    return secrets.token_bytes(SECRET_BYTES)


def spelled(secret: bytes) -> str:
    """Return the secret as it is shown, and as libraries for receivers take it."""
    return PREFIX + base64.b64encode(secret).decode()


def signed_headers(secret: bytes, message_id: str, at: int, body: bytes) -> Mapping[str, str]:
    """Return the headers that vouch for a body; `at` in seconds since 1970."""
    content = b".".join([message_id.encode(), str(at).encode(), body])
    digest = hmac.new(secret, content, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
