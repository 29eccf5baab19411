"""GET /health, /api/health/db and /health/ready: alive, connected, ready, and nothing told of why
not beyond which."""

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from accounts.models import SigningKey
from audit import triggers
from tests.broken import database_away
from tests.history import changeable_history
from tests.oauth import statements

READY = "/health/ready"


@pytest.fixture
def probe(signing_key):
    return Client(raise_request_exception=False)


def sentence(answer):
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert answer.json()["code"] == "not_ready"
    return answer.json()["error"]


def test_what_is_in_order_is_ready(probe):
    answer = probe.get(READY)

    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    assert set(answer.json()["checks"]) == {
        "database", "migrations", "audit_triggers", "signing_key",
    }  # fmt: skip


@pytest.mark.parametrize("which", range(len(list(triggers.wanted(connection.vendor)))))
def test_without_each_of_its_triggers_it_is_not_ready(probe, which):
    table, name, _ = list(triggers.wanted(connection.vendor))[which]
    on = f" ON {table}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{on}")

    assert sentence(probe.get(READY)) == "Not ready: audit_triggers."


def test_with_a_migration_to_come_it_is_not_ready(probe):
    (newest,) = MigrationLoader(connection).graph.leaf_nodes("audit")
    MigrationRecorder(connection).record_unapplied(*newest)

    assert sentence(probe.get(READY)) == "Not ready: migrations."


def test_without_a_key_that_signs_it_is_not_ready(probe, signing_key):
    SigningKey.objects.update(retires_at=signing_key.signs_from)

    assert sentence(probe.get(READY)) == "Not ready: signing_key."


def test_all_that_is_missing_is_named(probe):
    SigningKey.objects.update(sealed_private=None)
    with changeable_history():
        answer = probe.get(READY)

    assert sentence(answer) == "Not ready: audit_triggers, signing_key."


@pytest.mark.django_db(transaction=True)
def test_without_the_database_it_lives_and_says_no_more_than_that(probe):
    with database_away():
        answers = [probe.get(path) for path in ("/health", "/api/health/db", READY)]

    assert [answer.status_code for answer in answers] == [200, 503, 503]
    assert answers[1].json()["code"] == "unavailable"
    assert sentence(answers[2]) == "Not ready: database."
    assert not any(b"nowhere" in answer.content for answer in answers)


def test_who_asks_whether_it_lives_asks_no_database(probe):
    with statements() as spent:
        answer = probe.get("/health")

    assert (answer.json()["status"], answer.json()["revision"]) == ("healthy", "dev")
    assert spent == []


def test_the_database_is_connected(probe):
    assert probe.get("/api/health/db").json() == {"database": "connected"}
