"""Whole environments, right in every point, for tests that spoil one."""

import secrets
from collections.abc import Mapping

from config.contract import Stage

SECRET_KEY = secrets.token_urlsafe(48)
KEY_ENCRYPTION_KEY = secrets.token_urlsafe(32)
ADMIN_API_KEY = secrets.token_urlsafe(32)
DEV_BYPASS_SECRET = secrets.token_urlsafe(32)
OIDC_CLIENT_SECRET = secrets.token_urlsafe(24)
DATABASE_PASSWORD = secrets.token_urlsafe(24)

OUTSIDE_PROVIDER = {
    "AUTH_SERVER_URL": "https://login.example.com/",
    "JWKS_URL": "https://login.example.com/keys.json",
    "AUTH_AUDIENCE": "taskflow-board",
}
SIGN_IN = {
    "OIDC_CLIENT_ID": "taskflow-console",
    "OIDC_CLIENT_SECRET": OIDC_CLIENT_SECRET,
    "OIDC_AUTHORIZATION_URL": "https://login.example.com/authorize?prompt=login",
    "OIDC_TOKEN_URL": "https://login.example.com/token",
}
GOOGLE = {
    "GC_PROJECT": "example-project",
    "GC_OAUTH_AUDIENCE": "https://board.example.com/push",
    "GC_SERVICE_ACCOUNTS": "pusher@example-project.iam.gserviceaccount.com=tasks:read tasks:write",
}


def deployed(stage: Stage = Stage.PROD, /, **changes: str | None) -> dict[str, str]:
    """What DEV and PROD inject, with changes; None takes a variable away."""
    right = {
        "ENV": str(stage),
        "DATABASE_URL": f"postgres://board:{DATABASE_PASSWORD}@10.1.2.3:5432/board",
        "SECRET_KEY": SECRET_KEY,
        "KEY_ENCRYPTION_KEYS": KEY_ENCRYPTION_KEY,
        "ADMIN_API_KEY": ADMIN_API_KEY,
        "BASE_URL": "https://board.example.com",
    }
    return changed(right, changes)


def changed(environ: Mapping[str, str], changes: Mapping[str, str | None]) -> dict[str, str]:
    """The environment with the changes; None takes a variable away."""
    return {name: text for name, text in {**environ, **changes}.items() if text is not None}
