"""A long history goes on in a new part: the same entries, guarded, sealed and found as before."""

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from audit import triggers
from audit.models import Entry
from audit.operations import partitioning, sealing
from tests.history import write, write_and_seal
from wire.clock import now

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.only_on("postgresql"),  # SQLite has no tables in parts
]


def sql(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def entries(signing_key):
    return write_and_seal()


def cut():
    """Begin a new part at the next entry."""
    return partitioning.cut(margin=1)


def indexes():
    found = sql("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'audit_entry'")
    return {(name, definition.replace(" ONLY ", " ")) for name, definition in found}


def test_entries_stay_where_they_are_and_new_ones_go_on_in_a_new_part(entries):
    cut()
    write(2)

    assert sql("SELECT count(*) FROM audit_entry_1") == [(len(entries),)]
    assert sql("SELECT count(*) FROM audit_entry_2") == [(2,)]
    newest = Entry.objects.order_by("pk").values_list("pk", flat=True)[len(entries) :]
    assert all(each > entries[-1] for each in newest)


def test_the_table_keeps_its_indexes_and_rules_by_their_names(entries):
    before = indexes()

    cut()

    assert indexes() == before
    with pytest.raises(DatabaseError, match="audit_action_is_registered"):
        sql(
            "INSERT INTO audit_entry SELECT * FROM jsonb_populate_record("
            '(SELECT e FROM audit_entry e LIMIT 1), \'{"id": 9999, "action": "invented"}\')'
        )


def test_each_part_has_its_range_and_the_last_one_no_end(entries):
    cut()
    write(3)
    cut()

    first, second, third = partitioning.parts()
    assert (first.start, third.stop) == (None, None)
    assert (first.stop, second.stop) == (second.start, third.start)
    assert [part.name for part in (first, second, third)] == [
        "audit_entry_1", "audit_entry_2", "audit_entry_3",
    ]  # fmt: skip


@pytest.mark.parametrize("tamper", [
    "UPDATE audit_entry SET actor_id = '@mallory'", "DELETE FROM audit_entry",
    "TRUNCATE audit_entry", "UPDATE audit_entry_1 SET actor_id = '@mallory'",
    "DELETE FROM audit_entry_1", "TRUNCATE audit_entry_1", "TRUNCATE audit_entry_2",
    "UPDATE audit_entry_1 SET id = 10000 WHERE id = (SELECT min(id) FROM audit_entry)",
])  # fmt: skip
def test_every_part_is_append_only_for_replication_too(entries, tamper):
    cut()
    write()
    cut()
    sql("SET LOCAL session_replication_role = replica")

    with pytest.raises(DatabaseError, match="append-only"):
        sql(tamper)


@pytest.mark.parametrize(("lift", "lost"), [
    ("ALTER TABLE audit_entry_1 DISABLE TRIGGER audit_entry_keep", "audit_entry_keep"),
    ("ALTER TABLE audit_entry_2 ENABLE TRIGGER audit_entry_keep", "audit_entry_keep"),
    ("DROP TRIGGER audit_entry_keep_all ON audit_entry_1", "audit_entry_keep_all"),
])  # fmt: skip
def test_a_part_without_its_guard_is_noticed_and_guarded_again(entries, lift, lost):
    cut()
    assert triggers.missing(connection) == []

    sql(lift)

    assert triggers.missing(connection) == [lost]
    assert triggers.install(connection) == [lost]
    assert triggers.missing(connection) == []


def test_history_verifies_across_parts(entries, capsys):
    cut()
    write(2)
    sealing.seal(now())

    call_command("audit", "verify")

    assert f"{len(entries) + 2} entries are as they were sealed" in capsys.readouterr().out


def test_a_part_that_goes_unarchived_is_named_by_verification(entries):
    cut()
    sql("ALTER TABLE audit_entry DETACH PARTITION audit_entry_1")

    with pytest.raises(CommandError, match=f"Entry {entries[0]} is missing"):
        call_command("audit", "verify")


def test_a_part_is_dropped_once_all_its_entries_are_archived(entries, tmp_path, capsys):
    sealing.seal(now())
    cut()
    assert partitioning.drop_emptied() == []

    call_command("audit", "archive", "--before=2999-01-01", f"--to={tmp_path / 'old.jsonl'}")
    call_command("audit", "partition")
    call_command("audit", "verify")

    told = capsys.readouterr().out
    assert "audit_entry_1 is dropped: its entries are archived." in told
    assert f"{len(entries)} entries before them are archived." in told
    assert "audit_entry_1" not in {part.name for part in partitioning.parts()}


def test_a_new_part_that_is_still_empty_is_not_dropped(entries):
    cut()
    cut()

    assert partitioning.drop_emptied() == []
