"""`manage.py audit verify` with other keys, a kept checkpoint, and more processes."""

import json

import pytest
from django.core.management import CommandError, call_command

from accounts.models import SigningKey
from audit.models import Checkpoint, Entry, Leaf
from audit.operations import sealing
from tests.history import changeable_history, write, write_and_seal
from wire.clock import now

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def entries(signing_key):
    """Five entries under two checkpoints, and a sixth that stands open; returns their ids."""
    return write_and_seal()


def verify(*arguments):
    call_command("audit", "verify", *arguments)


def refused(*arguments):
    with pytest.raises(CommandError) as refusal:
        verify(*arguments)
    assert refusal.value.returncode == 1
    return str(refusal.value)


def known_keys():
    return {"keys": [key.public_jwk for key in SigningKey.objects.all()]}


def test_a_tail_that_was_cut_off_with_its_seal_is_found_by_whoever_kept_a_checkpoint(entries):
    kept = Checkpoint.objects.get(size=5).statement
    verify("--kept", kept)

    with changeable_history():
        Checkpoint.objects.filter(size=5).delete()
        Leaf.objects.filter(position__gte=3).delete()
        Entry.objects.filter(pk__gte=entries[3]).delete()

    verify()
    assert refused("--kept", kept) == (
        "The kept checkpoint of 5 entries is not one of this history."
    )


def test_another_history_of_the_same_length_is_found_by_whoever_kept_a_checkpoint(entries):
    kept = Checkpoint.objects.get(size=5).statement
    with changeable_history():
        Checkpoint.objects.filter(size=5).delete()
        Leaf.objects.filter(position__gte=3).delete()
        Entry.objects.filter(pk__gte=entries[3]).delete()
    write(2, at=now())
    sealing.seal(now())

    verify("--kept", Checkpoint.objects.get(size=5).statement)
    assert refused("--kept", kept) == (
        "The kept checkpoint of 5 entries is not one of this history."
    )


def test_nothing_but_the_published_keys_is_needed(tmp_path):
    (tmp_path / "keys.json").write_text(json.dumps(known_keys()))
    verify("--jwks", str(tmp_path / "keys.json"))

    (tmp_path / "keys.json").write_text('{"keys": []}')
    assert "was not signed by the issuer" in refused("--jwks", str(tmp_path / "keys.json"))


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"keys": 7}', '{"keys": ["k"]}'])
def test_what_is_no_set_of_keys_is_refused(tmp_path, content):
    (tmp_path / "keys.json").write_text(content)

    with pytest.raises(CommandError, match="jwks"):
        verify("--jwks", str(tmp_path / "keys.json"))


@pytest.mark.parametrize("size", [1, 2, 4])
def test_history_is_compared_in_parts(entries, monkeypatch, size):
    monkeypatch.setattr("audit.verification.BATCH", size)
    verify()

    with changeable_history():
        Entry.objects.filter(pk=entries[3]).delete()

    assert refused() == f"Entry {entries[3]} is missing."


@pytest.mark.django_db(transaction=True)
def test_several_processes_find_what_one_finds(entries, capsys):
    verify("--jobs", "2")
    assert "5 entries are as they were sealed" in capsys.readouterr().out

    with changeable_history():
        Entry.objects.filter(pk=entries[1]).delete()
        Entry.objects.filter(pk=entries[3]).delete()

    assert refused("--jobs", "2") == f"Entry {entries[1]} is missing."
