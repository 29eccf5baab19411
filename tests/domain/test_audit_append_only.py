"""History can be added to, and nothing else."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.models import F

from accounts.models import Audience
from audit import triggers
from audit.actions import Action
from audit.actors import SHELL, Origin
from audit.errors import AuditUnavailable, NothingRecorded
from audit.models import Entry
from audit.recording import recording
from wire.clock import now

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry():
    with recording(actor=SHELL, at=now(), origin=Origin(request_id="test-1234")) as journal:
        journal.record(Action.KEY_CREATED, target=("signing_key", "k"), context={"alg": "RS256"})
    return Entry.objects.get()


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize(
    "tamper",
    [
        lambda e: Entry.objects.filter(pk=e.pk).update(actor_id="@mallory"),
        lambda e: Entry.objects.filter(pk=e.pk).update(id=F("id") + 1),
        lambda e: Entry.objects.filter(pk=e.pk).delete(),
        lambda e: e.save(),
        lambda e: Entry.objects.bulk_create(
            [e], update_conflicts=True, unique_fields=["id"], update_fields=["actor_id"]
        ),
        lambda e: sql("DELETE FROM audit_entry"),
    ],
    ids=["update", "renumber", "delete", "save", "upsert", "delete all"],
)
def test_no_statement_changes_an_entry(entry, tamper):
    with pytest.raises(DatabaseError, match="append-only"):
        tamper(entry)


@pytest.mark.only_on("sqlite")  # REPLACE is SQLite's
def test_replace_does_not_overwrite_an_entry(entry):
    columns = ", ".join(str(field.column) for field in Entry._meta.fields)

    with pytest.raises(DatabaseError, match="append-only"):
        sql(f"REPLACE INTO audit_entry ({columns}) SELECT {columns} FROM audit_entry")


@pytest.mark.only_on("postgresql")  # SQLite has no TRUNCATE
def test_truncate_is_refused(entry):
    with pytest.raises(DatabaseError, match="append-only"):
        sql("TRUNCATE audit_entry")


@pytest.mark.only_on("postgresql")  # session_replication_role is PostgreSQL's
def test_the_triggers_fire_for_replication_too(entry):
    sql("SET LOCAL session_replication_role = replica")

    with pytest.raises(DatabaseError, match="append-only"):
        Entry.objects.all().delete()


@pytest.mark.parametrize("column", ["action", "outcome", "actor_type"])
def test_the_database_knows_the_registries(entry, column):
    entry.pk = None
    setattr(entry, column, "invented")

    with pytest.raises(DatabaseError):
        entry.save(force_insert=True)


def test_a_recording_without_an_entry_does_not_commit():
    origin = Origin(request_id="test-1234")

    with pytest.raises(NothingRecorded), recording(actor=SHELL, at=now(), origin=origin):
        Audience.objects.create(name="half-made", payload_versions=[1])

    assert not Audience.objects.filter(name="half-made").exists()


def test_an_entry_that_can_not_be_stored_undoes_the_change():
    origin = Origin(request_id="test-1234")

    def half_made():
        with recording(actor=SHELL, at=now(), origin=origin) as journal:
            Audience.objects.create(name="half-made", payload_versions=[1])
            journal.record(Action.AUDIENCE_CHANGED, target=("audience", "half-made"))
            journal.entries[0].outcome = "invented"

    with pytest.raises(AuditUnavailable):
        half_made()

    assert not Audience.objects.filter(name="half-made").exists()


def test_lost_triggers_are_noticed_and_put_back():
    on = " ON audit_entry" if connection.vendor == "postgresql" else ""
    victim = "audit_entry_keep" if connection.vendor == "postgresql" else "audit_entry_no_delete"
    sql(f"DROP TRIGGER {victim}{on}")

    assert triggers.missing(connection) == [victim]
    assert triggers.install(connection) == [victim]
    assert triggers.missing(connection) == []


def test_migrate_puts_lost_triggers_back(capsys):
    on = " ON audit_leaf" if connection.vendor == "postgresql" else ""
    victim = "audit_leaf_keep" if connection.vendor == "postgresql" else "audit_leaf_no_delete"
    sql(f"DROP TRIGGER {victim}{on}")

    call_command("migrate", verbosity=1, skip_checks=False)  # as the shell does

    assert f"Put the audit trigger {victim} in place." in capsys.readouterr().out
    assert triggers.missing(connection) == []
