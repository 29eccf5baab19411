"""What `startproject` and the two packages' quick starts give, and nothing clever."""

from datetime import timedelta

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from benchmarks.peers.environment import (
    AUDIENCE,
    DATABASE,
    ISSUER,
    PUBLIC_KEY,
    SCHEMA,
    SIGNING_KEY,
)

SECRET_KEY = "of-a-peer-in-a-benchmark"
ALLOWED_HOSTS = ["127.0.0.1"]
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "benchmarks.peers.plain.urls"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "rest_framework",
    "benchmarks.peers.plain",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE["database"],
        "USER": DATABASE["user"],
        "HOST": DATABASE["host"],
        "CONN_MAX_AGE": 600,
        "OPTIONS": {"options": f"-csearch_path={SCHEMA}"},
    }
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework_simplejwt.authentication.JWTAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
}
SIMPLE_JWT = {
    "ALGORITHM": "RS256",
    "SIGNING_KEY": SIGNING_KEY.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    ).decode(),
    "VERIFYING_KEY": PUBLIC_KEY.public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    ).decode(),
    "AUDIENCE": AUDIENCE,
    "ISSUER": ISSUER,
    "USER_ID_FIELD": "username",
    "USER_ID_CLAIM": "sub",
    "TOKEN_TYPE_CLAIM": None,
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=10),
}
