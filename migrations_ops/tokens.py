"""What does a migration token authorise? One run, bound to everything that the run depends on."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.conf import settings

from accounts.errors import BadCredential
from accounts.operations.statements import sign_statement, verify_statement
from migrations_ops import parameters
from migrations_ops.errors import (
    CodeChanged,
    TokenExpired,
    TokenForOtherOperation,
    TokenMissing,
    TokenNotOurs,
    TokenOfOtherEnvironment,
    TokenOfOtherRequester,
    TokenRefused,
)
from migrations_ops.oneshot import Oneshot

TYP = "migration+jwt"
AUDIENCE = "taskflow/migrations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """What, for whom, where, and in which wording of the code."""

    operation: str
    requester: str
    environment: str
    code_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody asks for, to the last detail."""

    binding: Binding
    parameters_sha256: str
    max_rows: int
    preview_digest: str

    def sha256(self) -> str:
        """Return the name of exactly this request."""
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


# In this order the first difference is named.
REFUSALS: Mapping[str, type[TokenRefused]] = MappingProxyType(
    {
        "operation": TokenForOtherOperation,
        "requester": TokenOfOtherRequester,
        "environment": TokenOfOtherEnvironment,
        "code_sha256": CodeChanged,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """What a migration token says."""

    binding: Binding
    parameters: Mapping[str, Any] | None
    parameters_sha256: str
    max_rows: int
    preview_digest: str | None
    jti: str
    expires_at: int

    def check(self, present: Binding) -> None:
        """Compare with how things are. Raises the TokenRefused of the first difference."""
        for name, refusal in REFUSALS.items():
            if getattr(self.binding, name) != getattr(present, name):
                raise refusal

    def check_time(self, at: datetime) -> None:
        """Raise TokenExpired when its time is over."""
        if self.expires_at <= at.timestamp():
            raise TokenExpired

    @property
    def request(self) -> Request:
        """Return what a second person approves."""
        return Request(
            binding=self.binding,
            parameters_sha256=self.parameters_sha256,
            max_rows=self.max_rows,
            preview_digest=self.preview_digest or "",
        )


def permit(
    binding: Binding,
    operation: Oneshot,
    *,
    max_rows: int,
    preview_digest: str | None,
    at: datetime,
) -> Permit:
    """Make a permit that ends MIGRATION_TOKEN_SECONDS after `at`."""
    return Permit(
        binding=binding,
        parameters=parameters.portable(parameters.spelled(operation)),
        parameters_sha256=parameters.digest(operation),
        max_rows=max_rows,
        preview_digest=preview_digest,
        jti=secrets.token_urlsafe(16),
        expires_at=int(at.timestamp()) + settings.CONTRACT.migration_token_seconds,
    )


def sign(permit: Permit, at: datetime) -> str:
    """Return the permit as a token. Raises SigningUnavailable."""
    claims = {
        "sub": permit.binding.requester,
        "jti": permit.jti,
        "operation": permit.binding.operation,
        "environment": permit.binding.environment,
        "code_sha256": permit.binding.code_sha256,
        "parameters": permit.parameters,
        "parameters_sha256": permit.parameters_sha256,
        "max_rows": permit.max_rows,
        "preview_digest": permit.preview_digest,
    }
    lifetime = permit.expires_at - int(at.timestamp())
    return sign_statement(claims, typ=TYP, audience=AUDIENCE, at=at, lifetime=lifetime)


def read(token: str, at: datetime) -> Permit:
    """Return what a token of ours says, expired or not. Raises TokenMissing, TokenNotOurs."""
    if not token:
        raise TokenMissing
    try:
        claims = verify_statement(token, typ=TYP, audience=AUDIENCE, at=at, expired_too=True)
        return _permit(claims)
    except (BadCredential, KeyError) as error:
        raise TokenNotOurs from error


def _permit(claims: Mapping[str, Any]) -> Permit:
    binding = Binding(
        operation=claims["operation"],
        requester=claims["sub"],
        environment=claims["environment"],
        code_sha256=claims["code_sha256"],
    )
    return Permit(
        binding=binding,
        parameters=claims["parameters"],
        parameters_sha256=claims["parameters_sha256"],
        max_rows=claims["max_rows"],
        preview_digest=claims["preview_digest"],
        jti=claims["jti"],
        expires_at=claims["exp"],
    )
