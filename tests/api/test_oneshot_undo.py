"""What is reversible is undone by an operation of its own, which runs once too."""

import pytest

from migrations_ops.models import Run
from tests.oneshots import NAME, RAISED, UNTOUCHED, cache_seconds, mint, recorded, run

pytest_plugins = ["tests.oneshot_fixtures"]
UNDO = "/api/admin/migrations/lower_cache"


@pytest.fixture
def both(oneshots):
    """An operation and the one that undoes it."""
    oneshots.write(reversible="True")
    oneshots.write(
        "0002_lower_cache.py",
        name='"lower_cache"',
        undoes=f'"{NAME}"',
        rows='Audience.objects.update(jwks_cache_seconds=F("jwks_cache_seconds") - self.step)',
    )
    return oneshots


def undo(client):
    token = client.post(f"{UNDO}/token").data["token"]
    return client.post(UNDO, headers={"X-Migration-Token": token})


def test_what_was_done_is_undone_once(as_carol, both):
    run(as_carol, mint(as_carol))
    done = cache_seconds()

    answers = [undo(as_carol), undo(as_carol)]

    assert (done, cache_seconds()) == (RAISED, UNTOUCHED)
    assert [answer.data["already_ran"] for answer in answers] == [False, True]
    (entry,) = recorded("op.undone")
    assert (entry.target_id, entry.context["by"]) == (NAME, "lower_cache")


def test_what_was_undone_is_not_done_again(as_carol, both):
    token = mint(as_carol)
    run(as_carol, token)
    undo(as_carol)

    assert run(as_carol, token).data["already_ran"]
    assert cache_seconds() == UNTOUCHED


def test_what_was_never_done_can_not_be_undone(as_carol, both):
    answer = undo(as_carol)

    assert (answer.status_code, answer.data["code"]) == (409, "nothing_to_undo")
    assert recorded("op.refused")[0].context["refusal"] == "NothingToUndo"
    assert (cache_seconds(), Run.objects.count()) == (UNTOUCHED, 0)


def test_an_operation_tells_what_it_undoes(as_carol, both):
    done, undone = as_carol.get("/api/admin/migrations").data

    assert (done["reversible"], undone["undoes"]) == (True, NAME)
