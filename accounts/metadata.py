"""What does the service say of itself to those who know its address alone? (RFC 8414, RFC 9728)"""

from collections.abc import Iterable, Mapping
from typing import Any

from accounts.oauth_grants import GRANTS
from accounts.operations.assertions import ALGORITHMS
from accounts.scopes import Scope

BY_SECRET = ["client_secret_basic", "client_secret_post"]


def authorization_server(base_url: str) -> Mapping[str, Any]:
    """Return the issuer's metadata (RFC 8414, section 2): what exists, and nothing else.

    There is no authorization endpoint, so there are no response types.
    """
    return {
        "issuer": base_url,
        "jwks_uri": f"{base_url}/.well-known/jwks.json",
        "token_endpoint": f"{base_url}/oauth/token",
        "token_endpoint_auth_methods_supported": [*BY_SECRET, "private_key_jwt", "none"],
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "introspection_endpoint": f"{base_url}/oauth/introspect",
        "introspection_endpoint_auth_methods_supported": [*BY_SECRET, "Bearer"],
        "revocation_endpoint": f"{base_url}/oauth/revoke",
        "revocation_endpoint_auth_methods_supported": [*BY_SECRET, "none"],
        "grant_types_supported": list(GRANTS),
        "response_types_supported": [],
        "scopes_supported": sorted(Scope),
        "service_documentation": f"{base_url}/docs",
    }


def protected_resource(base_url: str, path: str, scopes: Iterable[Scope]) -> Mapping[str, Any]:
    """Return the metadata of a part of this API (RFC 9728, section 2)."""
    return {
        "resource": f"{base_url}{path}",
        "authorization_servers": [base_url],
        "scopes_supported": sorted(scopes),
        "bearer_methods_supported": ["header"],
        "resource_name": "TaskFlow",
        "resource_documentation": f"{base_url}/docs",
    }
