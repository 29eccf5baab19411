"""docs/events.md: what it tells receivers and followers to run does what it says."""

import re
from datetime import timedelta

import pytest
from django.conf import settings

from config.contract.code_defaults import CODE_DEFAULTS
from events.signing import new_secret, signed_headers, spelled
from wire.clock import now

PAGE = (settings.ROOT / "docs" / "events.md").read_text()
BODY = '{"cursor": "x", "data": {"title": "Käse"}}'.encode()


@pytest.fixture(scope="module")
def is_ours():
    """The page's own check of a call."""
    _, code = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    names = {"__name__": "snippet"}
    exec(compile(code, "docs/events.md", "exec"), names)
    return names["is_ours"]


def call(secret, at):
    return dict(signed_headers(secret, "id-1", int(at.timestamp()), BODY))


def test_a_receiver_takes_our_calls_and_no_others(is_ours):
    secret = new_secret()
    headers = call(secret, now())

    assert is_ours(spelled(secret), headers, BODY)
    assert not is_ours(spelled(secret), headers, BODY + b" ")
    assert not is_ours(spelled(new_secret()), headers, BODY)
    assert not is_ours(spelled(secret), {**headers, "webhook-id": "id-2"}, BODY)
    assert not is_ours(spelled(secret), call(secret, now() - timedelta(minutes=6)), BODY)


def test_while_a_secret_is_changed_two_signatures_may_come(is_ours):
    secret, headers = new_secret(), call(new_secret(), now())
    good = call(secret, now())
    both = f"{headers['webhook-signature']} {good['webhook-signature']}"

    assert is_ours(spelled(secret), {**good, "webhook-signature": both}, BODY)


@pytest.mark.parametrize("name", [
    "EVENT_RETENTION_DAYS", "EVENT_STREAM_SECONDS", "EVENT_POLL_SECONDS", "WEBHOOK_SECONDS",
    "WEBHOOK_ATTEMPTS",
])  # fmt: skip
def test_the_page_tells_the_defaults_of_the_code(name):
    default = next(each.default for each in CODE_DEFAULTS if each.name == name)

    assert re.search(rf"`{name}`[^.]*?\({default}\b", PAGE)
