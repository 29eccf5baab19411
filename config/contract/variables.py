"""What does the service read from its environment? Each variable once, in exactly one category."""

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from config.contract import addresses
from config.contract.code_defaults import CODE_DEFAULTS
from config.contract.database_url import database_url
from config.contract.declaring import DEPLOYED, Category, Derived, Variable
from config.contract.parsing import (
    Stage,
    key_list,
    log_level,
    private_key_file,
    project,
    service_accounts,
    stage,
    switch,
    text,
    token,
    whole,
)
from config.contract.provider import PROVIDER_PLAIN, PROVIDER_SECRETS

__all__ = [
    "CATEGORIES",
    "CODE_DEFAULTS",
    "DEV_ONLY_PLAIN",
    "DEV_ONLY_SECRETS",
    "OPTIONAL_PLAIN",
    "OPTIONAL_SECRETS",
    "PLATFORM",
    "REQUIRED_PLAIN",
    "REQUIRED_SECRETS",
]

SHORTEST_SECRET = 32

_SEED = hashlib.sha256(b"TaskFlow on a developer's own machine; worth nothing anywhere else")
DEVELOPMENT_SECRET_KEY = f"local-development-only-{_SEED.hexdigest()}"
DEVELOPMENT_ENCRYPTION_KEY = _SEED.digest()


def _in_local(words: str, value: object) -> Mapping[Stage, Derived]:
    return MappingProxyType({Stage.LOCAL: Derived(words, (), lambda _: value)})


def _own_url(values: Mapping[str, Any]) -> str:
    return f"http://127.0.0.1:{values['PORT']}"


def _own_host(values: Mapping[str, Any]) -> tuple[str, ...]:
    return addresses.host_of(values["BASE_URL"])


def _hops(values: Mapping[str, Any]) -> int:
    return int(values["K_SERVICE"] is not None)


REQUIRED_SECRETS = (
    Variable(
        "DATABASE_URL",
        database_url,
        None,
        "PostgreSQL over TCP or a Cloud SQL socket (postgres://user:password@/name?host=/cloudsql/"
        "project:region:instance); SQLite in LOCAL alone; passwords percent-encoded",
        stages={Stage.LOCAL: "sqlite:///var/db.sqlite3"},
        example="postgres://taskflow:change-me@127.0.0.1:5432/taskflow",
    ),
    Variable(
        "SECRET_KEY",
        text,
        None,
        "signs Django's sessions and cookies of the admin; at least 50 random characters",
        stages=_in_local("a well-known development value", DEVELOPMENT_SECRET_KEY),
        example="change-me-to-at-least-50-random-characters-of-your-own",
    ),
    Variable(
        "KEY_ENCRYPTION_KEYS",
        key_list,
        None,
        "encrypt signing keys at rest: 32 bytes in base64url each, separated by commas; the first "
        "encrypts, all decrypt",
        stages=_in_local("a well-known development value", (DEVELOPMENT_ENCRYPTION_KEY,)),
        example="change-me-to-32-random-bytes-in-base64url",
    ),
    Variable(
        "ADMIN_API_KEY",
        token(SHORTEST_SECRET),
        None,
        "lets a deploy pipeline call the operator endpoints; at least 32 characters",
        example="change-me-to-at-least-32-random-characters",
    ),
)

OPTIONAL_SECRETS = (
    Variable(
        "REDIS_URL",
        addresses.redis_url,
        None,
        "counts throttles in Redis rather than in the database",
        example="redis://127.0.0.1:6379/0",
    ),
    Variable(
        "JWT_PRIVATE_KEY_FILE",
        private_key_file,
        None,
        "a mounted PEM, imported once as the first signing key",
        example="/secrets/jwt/private.pem",
    ),
    *PROVIDER_SECRETS,
)

REQUIRED_PLAIN = (
    Variable("ENV", stage, "LOCAL", "the stage: LOCAL, DEV or PROD; a must on Cloud Run"),
    Variable(
        "BASE_URL",
        addresses.base_url,
        None,
        "where clients reach the service; also the issuer (iss) of its tokens; https but in LOCAL",
        stages={Stage.LOCAL: Derived("http://127.0.0.1:$PORT", ("PORT",), _own_url)},
        example="https://taskflow.example.com",
    ),
)

OPTIONAL_PLAIN = (
    Variable(
        "ALLOWED_HOSTS",
        addresses.hosts,
        Derived("the host of BASE_URL", ("BASE_URL",), _own_host),
        "hosts to answer for, separated by commas; * in LOCAL alone",
        stages={Stage.LOCAL: "localhost,127.0.0.1,[::1]"},
        example="taskflow.example.com",
    ),
    Variable(
        "ALLOWED_ORIGINS",
        addresses.origins,
        Derived("none", (), lambda _: ()),
        "web origins whose scripts may call, separated by commas; * in LOCAL alone",
        example="https://app.example.com",
    ),
    Variable(
        "LOG_LEVEL",
        log_level,
        "INFO",
        "the least that is logged: DEBUG INFO WARNING ERROR CRITICAL",
    ),
    Variable(
        "GC_OAUTH_AUDIENCE",
        text,
        None,
        "the aud that Google's tokens must name; needs GC_PROJECT",
        example="https://taskflow.example.com",
    ),
    Variable(
        "GC_PROJECT",
        project,
        None,
        "the Google Cloud project whose service accounts may call, and whose traces logs join",
        example="example-project",
    ),
    Variable(
        "GC_SERVICE_ACCOUNTS",
        service_accounts,
        Derived("none", (), lambda _: MappingProxyType({})),
        "which accounts, each with its scopes: email=scope scope,email=scope; in PROD a must "
        "beside GC_OAUTH_AUDIENCE",
        example="pusher@example-project.iam.gserviceaccount.com=tasks:write",
    ),
    *PROVIDER_PLAIN,
    Variable(
        "TRUSTED_PROXY_HOPS",
        whole(0, 10),
        Derived("1 behind Cloud Run, else 0", (), _hops),
        "how many proxies in front append to X-Forwarded-For",
        stages={Stage.LOCAL: "0"},
        example="1",
    ),
)

DEV_ONLY_PLAIN = (
    Variable(
        "ALLOW_DEV_AUTH_BYPASS",
        switch,
        "false",
        "takes dev: tokens; never in PROD",
        stages={Stage.LOCAL: "true"},
    ),
)

DEV_ONLY_SECRETS = (
    Variable(
        "DEV_BYPASS_SECRET",
        token(),
        None,
        "the secret inside dev: tokens of DEV, at least 32 characters; a must there when "
        "ALLOW_DEV_AUTH_BYPASS is on",
        example="change-me-to-at-least-32-random-characters",
    ),
)

PLATFORM = (
    Variable("PORT", whole(1, 65_535), "8000", "the port to serve on"),
    Variable("K_SERVICE", text, None, "the Cloud Run service; set means: not LOCAL"),
    Variable("K_REVISION", text, None, "the Cloud Run revision, shown by /health"),
    Variable("WEB_CONCURRENCY", whole(1, 256), "2", "worker processes"),
)

CATEGORIES = (
    Category("required_secrets", "secret manager", DEPLOYED, REQUIRED_SECRETS),
    Category("optional_secrets", "secret manager, as variable or file", (), OPTIONAL_SECRETS),
    Category("required_plain", "deploy config", DEPLOYED, REQUIRED_PLAIN),
    Category("optional_plain", "deploy config", (), OPTIONAL_PLAIN),
    Category("code_defaults", "code (deploy config may override)", (), CODE_DEFAULTS),
    Category("dev_only_plain", "deploy config, in DEV when wanted", (), DEV_ONLY_PLAIN),
    Category("dev_only_secrets", "secret manager, in DEV when wanted", (), DEV_ONLY_SECRETS),
    Category("platform", "platform", (), PLATFORM),
)
