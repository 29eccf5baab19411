"""What is old goes into a file, is verified there, and only then removed."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from audit.errors import AuditUnavailable
from audit.models import Archive, Checkpoint, Entry, Leaf
from audit.operations import sealing
from audit.operations.proofs import prove
from audit.tree import includes
from tests.factories import make_history_unwritable
from tests.history import NOON, changeable_history, write

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
NEXT = "2026-03-02T12:00:01"


@pytest.fixture
def _noon(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture(autouse=True)
def entries(_noon, signing_key, time_machine):
    """Three entries of a day, two of the next, and two of the third, each sealed at noon."""
    for day, count in enumerate([3, 2, 2]):
        time_machine.move_to(NOON + day * DAY, tick=False)
        write(count, at=NOON + day * DAY)
        sealing.seal(NOON + day * DAY)
    return list(Entry.objects.order_by("pk").values_list("pk", flat=True))


@pytest.fixture
def file(tmp_path):
    return tmp_path / "audit.jsonl"


def archive(file, before=NEXT):
    call_command("audit", "archive", "--before", before, "--to", str(file))


def refused(*arguments):
    with pytest.raises(CommandError) as refusal:
        call_command("audit", *map(str, arguments))
    return refusal.value.returncode, str(refusal.value)


def test_what_was_sealed_before_the_date_is_in_the_file_and_no_longer_here(entries, file):
    archive(file)

    in_file = [json.loads(line).get("id") for line in file.read_text().splitlines()[:-1]]
    assert in_file == entries[:5]
    assert not Entry.objects.filter(pk__in=entries[:5]).exists()
    assert Entry.objects.filter(pk__in=entries[5:]).count() == 2
    told = Entry.objects.get(action="audit.archived")
    assert told.context["entries"] == 5


def test_what_remains_and_what_left_can_still_be_proven(entries, file):
    archive(file)

    for entry_id in entries:
        proof = prove(entry_id, size=7, at=NOON)
        path = [bytes.fromhex(each) for each in proof.path]
        leaf, root = bytes.fromhex(proof.leaf_hash), bytes.fromhex(proof.checkpoint.root)
        assert includes(root, 7, leaf=leaf, position=proof.position, path=path)


def test_history_and_each_file_verify_afterwards(file, tmp_path, capsys):
    archive(file)
    second = tmp_path / "second.jsonl"
    archive(second, "2026-03-03T12:00:01")
    capsys.readouterr()

    for path in (file, second):
        call_command("audit", "verify", str(path))
    call_command("audit", "verify")

    told = capsys.readouterr().out
    assert "They are all that was sealed at positions 0 to 4." in told
    assert "They are all that was sealed at positions 5 to 6." in told
    assert "7 entries before them are archived." in told


def test_there_may_be_nothing_to_archive(file):
    assert refused("archive", "--before", "2026-03-01", "--to", file) == (
        2, "No entries that are still here were sealed before 2026-03-01.",
    )  # fmt: skip
    assert not file.exists()


def test_nothing_else_may_be_deleted_before_or_after(entries, file):
    with pytest.raises(DatabaseError, match="append-only"):
        Entry.objects.filter(pk=entries[0]).delete()


def test_no_younger_entry_may_be_deleted_afterwards(entries, file):
    archive(file)

    with pytest.raises(DatabaseError, match="append-only"):
        Entry.objects.filter(pk=entries[5]).delete()


@pytest.mark.parametrize(
    "tamper", [Archive.objects.all().delete, lambda: Archive.objects.update(stop=7)]
)
def test_archives_are_append_only_too(file, tamper):
    archive(file)

    with pytest.raises(DatabaseError, match="append-only"):
        tamper()


def test_an_archive_that_nobody_signed_lets_go_but_is_found_out(entries, file):
    Archive.objects.create(start=0, stop=7, time=NOON, statement="a.b.c")
    Entry.objects.filter(pk=entries[0]).delete()

    status, told = refused("verify")

    assert status == 1
    assert told.startswith("The archive of positions 0 to 6 was not signed by the issuer")


@pytest.mark.parametrize("start", [0, 2], ids=["longer", "moved"])
def test_an_archive_that_was_signed_for_others_is_found_out(entries, file, start):
    archive(file)
    with changeable_history():
        Archive.objects.update(start=start, stop=7)

    assert refused("verify")[1] == f"The archive of positions {start} to 6 was signed for others."


def test_a_history_that_was_tampered_with_is_not_archived(entries, file):
    with changeable_history():
        Entry.objects.filter(pk=entries[1]).update(actor_id="@mallory")

    assert refused("archive", "--before", NEXT, "--to", file)[0] == 1
    assert Entry.objects.filter(pk__in=entries).count() == 7


def test_a_history_with_a_gap_is_not_archived(entries, file):
    with changeable_history():
        Entry.objects.filter(pk=entries[1]).delete()

    assert "the entry at position 1 is missing" in refused(
        "archive", "--before", NEXT, "--to", file
    )[1]  # fmt: skip
    assert not Archive.objects.exists()


def test_nothing_is_removed_when_that_can_not_be_recorded(entries, file):
    make_history_unwritable()

    assert refused("archive", "--before", NEXT, "--to", file)[1] == AuditUnavailable.sentence
    assert Entry.objects.filter(pk__in=entries).count() == 7
    assert not Archive.objects.exists()


def test_leaves_and_checkpoints_stay(file):
    archive(file)

    assert Leaf.objects.count() == 7
    assert Checkpoint.objects.count() == 3
