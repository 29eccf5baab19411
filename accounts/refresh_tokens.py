"""What does a refresh token look like? Pure: no Django.

It names its session and generation and carries a MAC over both, so garbage is refused without a
query, the successor of a token can be told twice (parallel tabs) though it is stored nowhere, and
a copy of the database lets nobody make one.
"""

import base64
import binascii
import hmac
import struct
from collections.abc import Sequence
from uuid import UUID

PREFIX = "tfr_"
_HEAD = struct.Struct(">16sI")
_MAC_BYTES = 32


def mint(session_id: UUID, generation: int, keys: Sequence[bytes]) -> str:
    """Return the token of a session's generation, under the first key."""
    head = _HEAD.pack(session_id.bytes, generation)
    return PREFIX + base64.urlsafe_b64encode(head + _mac(keys[0], head)).rstrip(b"=").decode()


def read(token: str, keys: Sequence[bytes]) -> tuple[UUID, int] | None:
    """Return session and generation, None for anything we did not mint."""
    try:
        text = token.removeprefix(PREFIX).encode("ascii")
        raw = base64.b64decode(text + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    head, mac = raw[: _HEAD.size], raw[_HEAD.size :]
    if len(head) != _HEAD.size or not token.startswith(PREFIX):
        return None
    if not any(hmac.compare_digest(mac, _mac(key, head)) for key in keys):
        return None
    session, generation = _HEAD.unpack(head)
    return UUID(bytes=session), generation


def _mac(key: bytes, head: bytes) -> bytes:
    return hmac.digest(key, head, "sha256")[:_MAC_BYTES]
