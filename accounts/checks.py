"""Is an imported key strong enough?"""

from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Notice

from accounts.algorithms import UnfitKey
from accounts.private_keys import RSA_BITS, load_pem


@register(Tags.security, deploy=True)
def imported_key_is_strong(app_configs: object, **kwargs: Any) -> list[CheckMessage]:
    """Refuse an unfit JWT_PRIVATE_KEY_FILE and warn of one below 128-bit strength."""
    path: Path | None = settings.CONTRACT.jwt_private_key_file
    if path is None:
        return []
    try:
        key = load_pem(path.read_bytes())
    except (OSError, UnfitKey) as error:
        return [_unfit(error)]
    if not isinstance(key, RSAPrivateKey):
        return [_unfit("it is of another algorithm")]
    if key.key_size < RSA_BITS:
        return [
            Notice(
                f"JWT_PRIVATE_KEY_FILE is RSA of {key.key_size} bits, weaker than 128 bits.",
                hint=f"Rotate to a key of {RSA_BITS} bits (OWASP ASVS 5.0, 11.2.3).",
                id="accounts.W001",
            )
        ]
    return []


def _unfit(reason: object) -> Error:
    return Error(
        f"JWT_PRIVATE_KEY_FILE can not sign: {reason}.",
        hint=f"Mount an RSA key of at least 2048, better {RSA_BITS} bits.",
        id="accounts.E001",
    )
