"""/admin/accounts/audience/: services that tokens are for, changed by the command's operations."""

import re

import pytest

from accounts.models import Audience, SigningKey
from audit.models import Entry
from tests.factories import make_history_unwritable
from tests.keys import rotate
from wire.clock import now

PATH = "/admin/accounts/audience/"
BILLING = f"{PATH}billing/do/"
NEW = {"name": "billing", "resource": "https://billing.example.com", "versions": ["1"],
       "algorithm": "RS256", "cache_seconds": "600"}  # fmt: skip


@pytest.fixture
def console(client, people):
    client.force_login(people["@admin"])
    return client


@pytest.fixture
def billing(console, signing_key):
    return console.post(f"{PATH}do/register/", NEW)


def stands():
    return Audience.objects.values().get(pk="billing")


def changed():
    found = Entry.objects.filter(action="audience.changed").order_by("pk")
    return list(found.values_list("target_id", "actor_id", "auth_method"))


def test_an_audience_is_registered_and_its_page_follows(billing):
    assert (billing.status_code, billing["Location"]) == (302, f"{PATH}billing/change/")
    assert stands() == {
        "name": "billing", "resource": "https://billing.example.com", "payload_versions": [1],
        "declared_versions": [1], "algorithm": "RS256", "jwks_cache_seconds": 600,
    }  # fmt: skip
    assert changed() == [("billing", "@admin", "console")]


def test_the_whole_way_from_version_1_to_version_2(console, billing):
    console.post(f"{BILLING}declare/", {"versions": ["1", "2"]})
    refused = console.post(f"{BILLING}versions/", {"versions": ["2"]})
    console.post(f"{BILLING}declare/", {"versions": ["2"]})
    both = stands()["payload_versions"]
    console.post(f"{BILLING}versions/", {"versions": ["2"]})

    assert "billing still declares payload version 1" in refused.content.decode()
    assert (both, stands()["payload_versions"]) == ([1, 2], [2])


@pytest.mark.parametrize(
    ("deed", "form", "member", "value"),
    [
        ("cache", {"cache_seconds": "60"}, "jwks_cache_seconds", 60),
        ("resource", {"resource": ""}, "resource", None),
        (
            "resource",
            {"resource": "https://b.example.com/x"},
            "resource",
            "https://b.example.com/x",
        ),
    ],
)
def test_one_member_is_set_and_no_other(console, billing, deed, form, member, value):
    before = stands()

    answer = console.post(f"{BILLING}{deed}/", form)

    assert (answer.status_code, answer["Location"]) == (302, f"{PATH}billing/change/")
    assert stands() == {**before, member: value}
    assert len(changed()) == 2


@pytest.mark.parametrize(
    ("deed", "form", "sentence"),
    [
        ("resource", {"resource": "ftp://billing"}, "a resource is an absolute http(s) URI"),
        ("resource", {"resource": NEW["resource"]}, "it is so already"),
        ("cache", {"cache_seconds": "99999999"}, "less than or equal to 2592000"),
        ("versions", {"versions": ["3"]}, "not one of the available choices"),
        ("declare", {"versions": []}, "This field is required"),
        ("algorithm", {"algorithm": "HS256"}, "not one of the available choices"),
    ],
)
def test_what_the_operation_refuses_is_told_and_changes_nothing(
    console, billing, deed, form, sentence
):
    before = stands()

    answer = console.post(f"{BILLING}{deed}/", form)

    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert (stands(), len(changed())) == (before, 1)


def test_a_name_is_taken_once(console, billing):
    answer = console.post(f"{PATH}do/register/", NEW)

    assert "registered already" in answer.content.decode()
    assert len(changed()) == 1


def test_a_cache_that_a_waiting_key_did_not_reckon_with_waits(console, billing):
    rotate(now())

    answer = console.post(f"{BILLING}cache/", {"cache_seconds": "200000"})

    assert "A cache of 200000 seconds may be declared from" in answer.content.decode()
    assert stands()["jwks_cache_seconds"] == 600


@pytest.mark.django_db(transaction=True)
def test_an_audience_comes_to_an_algorithm_when_its_key_can_sign(console, billing):
    answer = console.post(f"{BILLING}algorithm/", {"algorithm": "ES256"})

    begins = SigningKey.objects.get(algorithm="ES256").signs_from
    assert f"{begins:%Y-%m-%dT%H:%M:%SZ}" in answer.content.decode()
    assert stands()["algorithm"] == "RS256"


@pytest.mark.django_db(transaction=True)
def test_a_new_algorithm_has_its_key_published_with_its_audience(console, signing_key):
    told = console.post(f"{PATH}do/register/", {**NEW, "algorithm": "EdDSA"}, follow=True)

    begins = SigningKey.objects.get(algorithm="EdDSA").signs_from
    assert f"{begins:%Y-%m-%dT%H:%M:%SZ}" in told.content.decode()
    assert stands()["algorithm"] == "EdDSA"


def test_without_an_audit_no_audience_is_changed(console, billing):
    make_history_unwritable()

    answer = console.post(f"{BILLING}cache/", {"cache_seconds": "60"})

    assert "could not be put on record" in answer.content.decode()
    assert stands()["jwks_cache_seconds"] == 600


def test_a_form_begins_with_what_is_so(console, billing):
    page = console.get(f"{BILLING}cache/").content.decode()

    assert re.search(r'name="cache_seconds" value="600"', page)


def test_the_page_tells_what_was_done_to_it(console, billing):
    page = console.get(f"{PATH}billing/change/").content.decode()

    assert "audience.changed" in page


@pytest.mark.parametrize("action", ["add/", "billing/change/", "billing/delete/"])
def test_no_form_edits_the_row(console, billing, action):
    answer = console.post(PATH + action, {"algorithm": "ES256", "post": "yes"})

    assert answer.status_code == 403
    assert stands()["algorithm"] == "RS256"
