"""A secret that anybody would try is refused wherever it would guard something."""

import base64
import secrets

import pytest

from config.contract import BrokenContract, Stage, read
from config.contract.declaring import DEPLOYED
from config.contract.variables import DEV_ONLY_SECRETS, REQUIRED_SECRETS
from config.contract.weak_secrets import PLACEHOLDERS, WORDS, is_weak
from tests.environments import deployed

GUESSED = ("SECRET_KEY", "ADMIN_API_KEY")
WEAK = (
    *(f"{word}-" * 20 for word in WORDS),
    "a" * 64,
    "abcdefgh" * 8,
    "changeme-but-then-go-on-for-quite-some-time-in-words",
    "django-insecure-1x!9s0@k4v7#m2$w8^q5&t3*z6(r)p-b=n+j_l",
    "password1234567890password1234567890password1234567890",
)


def refused(environ):
    try:
        read(environ)
    except BrokenContract as refusal:
        return {problem.name for problem in refusal.problems}
    return set()


@pytest.mark.parametrize("text", WEAK, ids=range(len(WEAK)))
def test_a_weak_bypass_secret_is_refused(text):
    assert refused(deployed(Stage.DEV, DEV_BYPASS_SECRET=text)) == {"DEV_BYPASS_SECRET"}


@pytest.mark.parametrize("text", [f"{word}-" * 20 for word in PLACEHOLDERS])
def test_a_well_known_secret_is_refused_outside_local(text):
    known = dict.fromkeys(GUESSED, text)

    assert refused(deployed(**known)) == set(GUESSED)
    assert not refused(known)


@pytest.mark.parametrize("stage", DEPLOYED)
def test_what_a_developer_starts_with_is_refused_elsewhere(stage):
    local = read({})
    keys = [base64.urlsafe_b64encode(key).decode() for key in local.key_encryption_keys]
    environ = deployed(stage, SECRET_KEY=local.secret_key, KEY_ENCRYPTION_KEYS=",".join(keys))

    assert refused(environ) == {"SECRET_KEY", "KEY_ENCRYPTION_KEYS"}


def test_the_placeholders_of_the_published_example_are_refused():
    placeholders = {each.name: each.example for each in (*REQUIRED_SECRETS, *DEV_ONLY_SECRETS)}

    assert refused(deployed(Stage.DEV, **placeholders)) == set(placeholders)


@pytest.mark.parametrize("make", [secrets.token_hex, secrets.token_urlsafe])
def test_a_random_secret_is_not_taken_for_a_weak_one(make):
    assert not any(is_weak(make(16)) for _ in range(2_000))


@pytest.mark.parametrize(
    "name, longest",
    [("SECRET_KEY", 31), ("ADMIN_API_KEY", 31), ("DEV_BYPASS_SECRET", 31)],
)
def test_a_short_secret_is_refused(name, longest):
    random = secrets.token_urlsafe(64)

    assert refused(deployed(Stage.DEV, **{name: random[:longest]})) == {name}
    assert not refused(deployed(Stage.DEV, **{name: random[: longest + 1]}))
