"""Django's spelling of the contract. One module for all stages, and no logic."""

import os
from pathlib import Path

from config.contract import BrokenContract, Stage, read
from config.logging import logging_config
from config.openapi_parts import PATH_IDS, TAGS
from config.version import VERSION

try:
    CONTRACT = read(os.environ)
except BrokenContract as broken:
    raise SystemExit(str(broken)) from None

ROOT = Path(__file__).resolve().parent.parent
LOCAL = CONTRACT.env is Stage.LOCAL

DEBUG = False
SECRET_KEY = CONTRACT.secret_key
ALLOWED_HOSTS = list(CONTRACT.allowed_hosts)
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = ["config.formats"]
USE_I18N = False

INSTALLED_APPS = [
    "config",
    "audit",
    "idempotency",
    "accounts",
    "outbox",
    "tasks",
    "events",
    "migrations_ops",
    "console",
    "console.apps.ConsoleAdmin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    *(["config.metrics.Counted"] if CONTRACT.metrics else []),
    "config.middleware.RequestContext",
    "config.middleware.SecurityHeaders",
    # Above what refuses, so that scripts of other origins can read it; where there are such.
    *(["corsheaders.middleware.CorsMiddleware"] if CONTRACT.allowed_origins else []),
    "config.middleware.BodyLimit",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.HostCheck",
    # The console alone needs cookies; the API never sees one.
    "config.middleware.ConsoleSession",
    "config.middleware.ConsoleCsrf",
    "config.middleware.ConsoleAuthentication",
    "config.middleware.ConsoleMessages",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {"default": dict(CONTRACT.database)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["accounts.backends.CountedPasswords"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

STATIC_URL = "/static/"
STATIC_ROOT = ROOT / "staticfiles"
# Collected, hashed files in the image; straight from the packages on a developer's machine.
WHITENOISE_USE_FINDERS = LOCAL
WHITENOISE_AUTOREFRESH = LOCAL
WHITENOISE_KEEP_ONLY_HASHED_FILES = not LOCAL
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.permissions.HoldsDeclaredScope"],
    "DEFAULT_THROTTLE_CLASSES": ["accounts.throttles.PerCaller"],
    "DEFAULT_PARSER_CLASSES": ["wire.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["wire.renderers.SpelledOrNot"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "wire.negotiation.JSONNegotiation",
    "DEFAULT_SCHEMA_CLASS": "config.openapi.Schema",
    "DEFAULT_VERSIONING_CLASS": None,
    "EXCEPTION_HANDLER": "config.answers.problem_for",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
    "COMPACT_JSON": True,
    "UNICODE_JSON": True,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

CARRY_OUT_ONCE = "idempotency.http.once"  # what wire.views does not know by import
SIGN_STATEMENT = "accounts.operations.statements.sign_statement"  # whom audit does not know

THROTTLE_STORE = (
    "accounts.throttle_redis.RedisStore"
    if CONTRACT.redis_url
    else "accounts.throttle_models.DatabaseStore"
)

SPECTACULAR_SETTINGS = {
    "TITLE": "TaskFlow",
    "DESCRIPTION": "Token issuer, task board, audit log and one-shot data changes.",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.1",
    "TAGS": TAGS,
    "PATH_CONVERTER_OVERRIDES": PATH_IDS,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/(api|oauth)",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "SWAGGER_UI_SETTINGS": {
        "deepLinking": True,
        "persistAuthorization": False,
        "displayRequestDuration": True,
        "validatorUrl": None,
    },
}

CORS_ALLOWED_ORIGINS = [origin for origin in CONTRACT.allowed_origins if origin != "*"]
CORS_ALLOW_ALL_ORIGINS = "*" in CONTRACT.allowed_origins
CORS_ALLOW_CREDENTIALS = False
CORS_URLS_REGEX = r"^/(api(?!/auth/jwks$)|oauth|mcp|openapi\.json)"  # public keys say * themselves
CORS_ALLOW_HEADERS = [
    *("accept", "authorization", "content-type", "idempotency-key", "if-match", "if-none-match"),
    "last-event-id",
    *("mcp-protocol-version", "traceparent", "x-migration-token", "x-request-id"),
]
CORS_EXPOSE_HEADERS = [
    *("Link", "X-Total-Count", "X-Request-ID", "ETag", "Retry-After", "Location"),
    *("Idempotent-Replayed", "RateLimit", "RateLimit-Policy", "WWW-Authenticate"),
]

DATA_UPLOAD_MAX_MEMORY_SIZE = CONTRACT.max_body_bytes
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 0 if LOCAL else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = not LOCAL
SECURE_HSTS_PRELOAD = not LOCAL
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if CONTRACT.on_platform else None
SESSION_COOKIE_SECURE = not LOCAL
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
CSRF_COOKIE_SECURE = not LOCAL
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [CONTRACT.base_url]
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    "security.W001",  # the headers of SecurityMiddleware are set by config.middleware
    "security.W002",  # X-Frame-Options and frame-ancestors are set there too
    "security.W003",  # CsrfViewMiddleware is there as ConsoleCsrf
    "security.W008",  # the platform ends TLS and redirects http itself
]

LOGGING_CONFIG = None
LOGGING = logging_config(level=CONTRACT.log_level, plain=LOCAL)
