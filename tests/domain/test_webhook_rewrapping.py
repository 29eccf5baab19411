"""A webhook's secret moves to another encryption key, and is the same as before."""

from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import call_command

from accounts import sealing
from audit.models import Entry
from events import webhooks
from events.models import Webhook
from tests.factories import ADMIN, NOON, acting

pytestmark = pytest.mark.usefixtures("people")
OTHER = bytes(range(32))


@pytest.fixture
def hook():
    with acting(ADMIN, NOON) as journal:
        url = "http://127.0.0.1:9/hook"
        return webhooks.create(url, None, None, caller=ADMIN, journal=journal).webhook


def encrypt_with(settings, *keys):
    settings.CONTRACT = replace(settings.CONTRACT, key_encryption_keys=keys)


def rewrapped():
    said = StringIO()
    call_command("deliver_events", "--rewrap", stdout=said)
    return said.getvalue().splitlines()[0]


def test_a_secret_outlives_its_encryption_key(settings, hook):
    (old,) = settings.CONTRACT.key_encryption_keys
    secret = webhooks.secret_of(hook)
    encrypt_with(settings, OTHER, old)

    said = (rewrapped(), rewrapped())

    encrypt_with(settings, OTHER)
    assert said == ("1 secret(s) sealed anew", "0 secret(s) sealed anew")
    assert webhooks.secret_of(Webhook.objects.get()) == secret
    assert Entry.objects.filter(action="key.rewrapped", target_id=str(hook.pk)).count() == 1


def test_what_no_key_opens_is_left_as_it_is(settings, hook):
    encrypt_with(settings, OTHER)

    assert rewrapped() == "0 secret(s) sealed anew"
    with pytest.raises(sealing.CannotUnseal):
        webhooks.secret_of(Webhook.objects.get())
