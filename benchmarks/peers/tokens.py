"""Bearer tokens as a FastAPI service checks and mints them: PyJWT with loaded key objects."""

import time
import uuid
from typing import Any

import jwt

from benchmarks.peers.environment import (
    ACCESS_SECONDS,
    AUDIENCE,
    ISSUER,
    KID,
    PUBLIC_KEY,
    SIGNING_KEY,
)


def verify(authorization: str) -> dict[str, Any]:
    """Return the claims of a bearer token. Raises jwt.InvalidTokenError."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise jwt.InvalidTokenError
    return jwt.decode(
        token,
        PUBLIC_KEY,
        algorithms=["RS256"],
        audience=AUDIENCE,
        issuer=ISSUER,
        leeway=30,
        options={"require": ["exp", "iat", "sub", "jti"]},
    )


def mint(subject: str, role: str, actor_type: str, client_id: str) -> dict[str, Any]:
    """Return the answer of a token endpoint."""
    now = int(time.time())
    claims = {
        "iss": ISSUER, "sub": subject, "aud": AUDIENCE, "client_id": client_id, "iat": now,
        "exp": now + ACCESS_SECONDS, "jti": uuid.uuid4().hex, "role": role,
        "scope": "tasks:read tasks:write", "actor_type": actor_type, "ver": 1,
    }  # fmt: skip
    access = jwt.encode(
        claims, SIGNING_KEY, algorithm="RS256", headers={"kid": KID, "typ": "at+jwt"}
    )
    return {"access_token": access, "token_type": "Bearer", "expires_in": ACCESS_SECONDS}
