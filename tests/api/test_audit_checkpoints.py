"""GET /api/audit/checkpoints and /api/audit/{id}/proof."""

import pytest

from accounts.models import SigningKey
from accounts.vault import VAULT
from audit.models import Checkpoint, Entry
from audit.operations import sealing
from audit.tree import includes
from tests.history import write
from wire.clock import now

CHECKPOINTS = "/api/audit/checkpoints"


@pytest.fixture
def task(as_alice):
    return as_alice.post("/api/tasks", {"title": "Mend the fence"}).data


@pytest.fixture
def entry(task):
    return Entry.objects.get(task_id=task["id"])


def proven(proof):
    """Follow the path as anybody would."""
    return includes(
        bytes.fromhex(proof["checkpoint"]["root"]),
        proof["checkpoint"]["size"],
        leaf=bytes.fromhex(proof["leaf_hash"]),
        position=proof["position"],
        path=[bytes.fromhex(each) for each in proof["path"]],
    )


def test_checkpoints_are_listed_newest_first_and_what_stood_open_is_sealed(as_dana, task):
    write(2)
    first = as_dana.get(CHECKPOINTS).data
    write()

    found = as_dana.get(CHECKPOINTS).data

    assert [each["size"] for each in found] == [4, 3]
    assert found[1] == first[0]
    assert found[0]["previous"] == sealing.hash_of(found[1]["statement"])
    assert set(found[0]) == {"size", "root", "previous", "time", "kid", "statement"}


def test_checkpoints_come_in_pages(as_dana):
    for _ in range(3):
        write()
        sealing.seal(now())

    first = as_dana.get(f"{CHECKPOINTS}?limit=2")
    following = first["Link"].partition("<")[2].partition(">")[0]

    assert [each["size"] for each in first.data] == [3, 2]
    assert [each["size"] for each in as_dana.get(following).data] == [1]


def test_checkpoints_are_read_when_nobody_can_sign(as_dana, task):
    SigningKey.objects.update(revoked_at=now())
    VAULT.forget()

    assert as_dana.get(CHECKPOINTS).data == []


@pytest.mark.parametrize("who", ["@alice", "@carol", "@robo"])
def test_checkpoints_are_for_who_may_read_the_audit(speak_as, who):
    assert speak_as(who).get(CHECKPOINTS).status_code == 403


def test_each_entry_is_proven_against_the_newest_checkpoint(as_dana, entry):
    write(300)

    for one in Entry.objects.order_by("pk")[::60]:
        proof = as_dana.get(f"/api/audit/{one.pk}/proof").data
        assert (proof["entry_id"], proof["leaf_hash"]) == (one.pk, one.leaf_hash)
        assert proven(proof)


def test_an_entry_is_proven_against_an_earlier_checkpoint_too(as_alice, entry):
    sealing.seal(now())
    write(5)
    sealing.seal(now())

    proof = as_alice.get(f"/api/audit/{entry.pk}/proof?size=1").data

    assert proof["checkpoint"]["size"] == 1
    assert proven(proof)


def test_a_checkpoint_that_does_not_cover_the_entry_proves_nothing(as_dana, entry):
    sealing.seal(now())
    write()
    sealing.seal(now())
    last = Entry.objects.latest("pk")

    answer = as_dana.get(f"/api/audit/{last.pk}/proof?size=1")

    assert (answer.status_code, answer.data["code"]) == (404, "no_such_checkpoint")


def test_what_can_not_be_sealed_now_may_be_asked_for_again(as_alice, entry):
    SigningKey.objects.update(revoked_at=now())
    VAULT.forget()

    answer = as_alice.get(f"/api/audit/{entry.pk}/proof")

    assert (answer.status_code, answer.data["code"]) == (404, "not_sealed_yet")
    assert answer["Retry-After"] == "2"
    assert not Checkpoint.objects.exists()


@pytest.mark.parametrize("is_sealed", [False, True])
def test_nobody_learns_of_what_they_may_not_read(as_bob, entry, is_sealed):
    if is_sealed:
        sealing.seal(now())

    hidden = as_bob.get(f"/api/audit/{entry.pk}/proof", HTTP_X_REQUEST_ID="same-id-1")
    missing = as_bob.get("/api/audit/4711/proof", HTTP_X_REQUEST_ID="same-id-1")

    assert hidden.status_code == missing.status_code == 404
    assert hidden.content == missing.content
