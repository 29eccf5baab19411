"""What can happen to an audience."""

import pytest
from django.db import IntegrityError

from accounts.models import Audience
from accounts.operations import audiences
from accounts.registry_errors import (
    AlreadySo,
    AudienceTaken,
    NoSuchAudience,
    UnfitAudience,
    VersionStillDeclared,
)
from audit.errors import AuditUnavailable
from audit.models import Entry
from audit.shell import recording_from_shell
from tests.factories import make_history_unwritable

pytestmark = pytest.mark.django_db


def register(name="billing", **given):
    with recording_from_shell() as journal:
        return audiences.register(name, journal=journal, **given)


def declare(name, *versions):
    with recording_from_shell() as journal:
        return audiences.declare(name, versions, journal=journal)


def change(name, **given):
    with recording_from_shell() as journal:
        return audiences.change(name, journal=journal, **given)


def test_a_registered_audience_declares_what_it_came_with():
    audience = register(versions=[2, 1], resource="https://billing.example.com", cache_seconds=60)

    assert audience.payload_versions == audience.declared_versions == [1, 2]
    assert (audience.resource, audience.jwks_cache_seconds) == ("https://billing.example.com", 60)
    entry = Entry.objects.get(action="audience.changed")
    assert (entry.target_type, entry.target_id) == ("audience", "billing")
    assert entry.changes["payload_versions"] == [None, [1, 2]]


def test_one_that_says_nothing_gets_what_every_consumer_takes():
    audience = register()

    assert (audience.algorithm, audience.payload_versions) == ("RS256", [1])
    assert (audience.resource, audience.jwks_cache_seconds) == (None, 3600)


UNFIT = [
    {"name": ""}, {"name": "-x"}, {"name": "a b"}, {"name": "a:b"}, {"name": "x" * 65},
    {"versions": []}, {"versions": [3]}, {"versions": [0, 1]}, {"algorithm": "HS256"},
    {"algorithm": "none"}, {"cache_seconds": -1}, {"cache_seconds": 10**9},
    {"resource": "billing"}, {"resource": "urn:billing"}, {"resource": "ftp://x.example"},
    {"resource": "https://"}, {"resource": "https://x.example/#part"},
    {"resource": "https://x.example/a b"}, {"resource": "https://" + "x" * 200},
    {"resource": "http://127.0.0.1:8000"}, {"resource": "http://127.0.0.1:8000/mcp"},
]  # fmt: skip


@pytest.mark.parametrize("given", UNFIT, ids=str)
def test_what_does_not_fit_is_refused(given):
    with pytest.raises(UnfitAudience):
        register(**given)

    assert not Audience.objects.filter(pk="billing").exists()


def test_a_name_is_taken_once():
    register()

    with pytest.raises(AudienceTaken):
        register()


def test_a_resource_is_taken_once():
    register(resource="https://billing.example.com")

    with pytest.raises(AudienceTaken):
        register("ledger", resource="https://billing.example.com")


def test_a_version_that_is_declared_comes_into_the_tokens_at_once():
    register()

    audience = declare("billing", 1, 2)

    assert audience.payload_versions == [1, 2]


def test_a_version_that_is_not_declared_any_more_stays_until_it_is_dropped():
    register(versions=[1, 2])

    assert declare("billing", 2).payload_versions == [1, 2]
    assert change("billing", payload_versions=[2]).payload_versions == [2]


@pytest.mark.parametrize("declared", [[1], [1, 2]])
def test_a_version_that_is_still_declared_can_not_be_dropped(declared):
    register(versions=declared)

    with pytest.raises(VersionStillDeclared, match="still declares payload version 1"):
        change("billing", payload_versions=[2])

    assert Audience.objects.get(pk="billing").payload_versions == declared


def test_the_audience_from_the_start_declares_what_it_gets_until_it_says_otherwise():
    with pytest.raises(VersionStillDeclared):
        change("taskflow", payload_versions=[2])


def test_a_change_tells_old_and_new():
    register()

    change("billing", algorithm="ES256", jwks_cache_seconds=60, payload_versions=[1])

    entry = Entry.objects.filter(action="audience.changed").latest("id")
    assert entry.changes == {"algorithm": ["RS256", "ES256"], "jwks_cache_seconds": [3600, 60]}


@pytest.mark.parametrize("given", [{}, {"algorithm": "RS256"}, {"resource": ""}])
def test_a_change_that_changes_nothing_says_so(given):
    register()

    with pytest.raises(AlreadySo):
        change("billing", **given)


def test_a_resource_can_be_given_up():
    register(resource="https://billing.example.com")

    assert change("billing", resource="").resource is None


@pytest.mark.parametrize("act", [change, lambda name: declare(name, 1)])
def test_an_unknown_audience_is_refused(act):
    with pytest.raises(NoSuchAudience):
        act("nowhere")


def test_nothing_changes_when_the_entry_can_not_be_written():
    register()
    make_history_unwritable()

    with pytest.raises(AuditUnavailable):
        declare("billing", 1, 2)

    assert Audience.objects.get(pk="billing").payload_versions == [1]


BROKEN = [
    {"payload_versions": []}, {"payload_versions": [3]}, {"payload_versions": [2, 1]},
    {"payload_versions": [2], "declared_versions": [1, 2]},
    {"payload_versions": [2], "declared_versions": [1]},
    {"payload_versions": [1], "declared_versions": [2]},
    {"declared_versions": [7]}, {"jwks_cache_seconds": 30 * 86_400 + 1}, {"algorithm": "HS256"},
]  # fmt: skip


@pytest.mark.parametrize("values", BROKEN, ids=str)
def test_the_database_refuses_what_the_code_should_have(values):
    with pytest.raises(IntegrityError):
        Audience.objects.filter(pk="taskflow").update(**values)
