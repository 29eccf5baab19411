"""What the quick start of django-bolt gives, and what its guide to deployment says of speed."""

from benchmarks.peers.environment import DATABASE, SCHEMA

SECRET_KEY = "of-a-peer-in-a-benchmark"
ALLOWED_HOSTS = ["127.0.0.1"]
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "benchmarks.peers.bolt.urls"
INSTALLED_APPS = ["django_bolt", "benchmarks.peers.plain"]
BOLT_API = ["benchmarks.peers.bolt.api:api"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE["database"],
        "USER": DATABASE["user"],
        "HOST": DATABASE["host"],
        "OPTIONS": {"options": f"-csearch_path={SCHEMA}"},
    }
}
