"""How do bytes travel inside tokens and keys? Base64url without padding (RFC 7515, section 2)."""

import binascii

_TO_STANDARD = bytes.maketrans(b"-_", b"+/")
_TO_URL_SAFE = bytes.maketrans(b"+/", b"-_")


class NotBase64url(ValueError):
    """The text is not the one base64url spelling of any bytes."""


def encode(data: bytes) -> str:
    """Spell bytes as base64url."""
    return _spelled(data).decode()


def decode(text: str) -> bytes:
    """Return the bytes of a base64url text. Raises NotBase64url.

    The decoder of the standard library skips what it does not know; spelling its result again
    shows padding, white space, the other alphabet and stray trailing bits.
    """
    try:
        spelled = text.encode()
        data = binascii.a2b_base64(spelled.translate(_TO_STANDARD) + b"==")
    except ValueError as error:
        raise NotBase64url("not base64url") from error
    if _spelled(data) != spelled:
        raise NotBase64url("not the canonical base64url")
    return data


def _spelled(data: bytes) -> bytes:
    return binascii.b2a_base64(data, newline=False).translate(_TO_URL_SAFE).rstrip(b"=")
