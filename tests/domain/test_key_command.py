"""`manage.py signing_keys`: shell in, text out, and an exit status a script can read."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts import sealing
from accounts.models import Audience, SigningKey
from tests.keys import ALG, NOON, QUARTER, after, begin, rotate, told

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def chain(signing_key):
    """Two ES256 keys, the second of which waits, beside the RS256 key; returns their kids."""
    Audience.objects.filter(pk="taskflow").update(algorithm=ALG)
    with_room = NOON - QUARTER - timedelta(days=1)
    return begin(with_room).kid, rotate(NOON - timedelta(minutes=6)).kid


def run(*arguments):
    out = StringIO()
    call_command("signing_keys", *arguments, stdout=out)
    return out.getvalue()


def refused(*arguments):
    with pytest.raises(CommandError) as refusal:
        run(*arguments)
    return refusal.value.returncode, str(refusal.value)


def test_the_list_shows_every_key_and_where_it_stands(chain, signing_key):
    old, waiting = chain

    said = run("list")

    rows = [[cell.strip() for cell in line.split("│")] for line in said.splitlines()]
    states = {row[1]: row[3] for row in rows if len(row) > 3 and row[1]}
    assert states == {old: "signing", waiting: "next", signing_key.pk: "signing"}
    assert said.count("signs from 2026-03-01 13:00:00Z") == 1
    assert said.count("retires    2026-03-01 13:00:00Z") == 1


def test_the_list_says_when_each_rotation_is_due(chain):
    lines = run("list").splitlines()

    assert "RS256: the next rotation is due 2026-05-30 12:00:00Z." in lines
    assert "ES256: the next rotation is due 2026-05-30 13:00:00Z." in lines


def test_the_list_names_a_key_whose_private_half_no_key_at_hand_opens(chain):
    old, waiting = chain
    blob = sealing.seal(b"-", [bytes(32)], bound_to=old.encode())
    SigningKey.objects.filter(pk=old).update(sealed_private=blob)

    said = run("list").splitlines()

    assert f"{old} signs nothing: no key of KEY_ENCRYPTION_KEYS opens it." in said
    assert not any(line.startswith(f"{waiting} signs nothing") for line in said)


def test_rotate_does_nothing_when_nothing_is_due(chain):
    lines = run("rotate").splitlines()

    assert lines[0] == "The next rotation of RS256 is due at 2026-05-30T12:00:00Z."
    assert lines[1].startswith("The next ES256 key, ")
    assert SigningKey.objects.count() == 3


def test_rotate_says_what_will_happen_when(signing_key):
    lines = run("rotate", "--force").splitlines()

    new = SigningKey.objects.get(succeeds=signing_key).kid
    assert lines == [
        f"RS256: {new} is published; consumers are shown it from now on.",
        f"  2026-03-01 13:06:00Z  it signs, and {signing_key.kid} retires",
        f"  2026-03-01 13:22:30Z  {signing_key.kid} is removed",
    ]


def test_rotate_publishes_the_first_key_of_an_algorithm_that_an_audience_asks_for(signing_key):
    Audience.objects.create(name="edge", payload_versions=[1], algorithm="EdDSA")

    lines = run("rotate", "--alg", "EdDSA").splitlines()

    assert lines[1] == "  2026-03-01 13:06:00Z  it signs"
    assert SigningKey.objects.get(algorithm="EdDSA").first_of == "EdDSA"


def test_rotate_drops_what_is_over(chain, time_machine):
    old, _ = chain
    time_machine.move_to(after(days=1), tick=False)

    assert f"{old} is over; its private half is dropped." in run("rotate")
    assert "is over" not in run("rotate")


def test_a_date_that_is_too_early_is_refused_with_the_earliest(signing_key):
    answer = refused("rotate", "--force", "--signs-from", "2026-03-01T13:05:59")

    assert answer == (
        2, "A key published now may sign from 2026-03-01T13:06:00Z on, not before.",
    )  # fmt: skip
    assert SigningKey.objects.count() == 1


def test_a_time_that_is_none_is_refused(signing_key):
    for text in ("soon", "2026-02-30T12:00:00Z"):
        with pytest.raises(CommandError, match="not a time"):
            run("rotate", "--signs-from", text)


def test_revoke_says_aloud_what_it_leaves_open(chain):
    old, waiting = chain

    said = run("revoke", "--reason", "laptop lost", "--", old)

    assert f"{old} is revoked; this service refuses it within 15 s." in said
    assert "Until 2026-03-01 13:06:00Z consumers that keep their set of keys TRUST" in said
    assert f"{waiting} signs now; until 2026-03-01 13:00:00Z consumers" in said
    assert told("key.revoked")[0].context["reason"] == "laptop lost"


def test_what_can_not_be_revoked_is_refused(chain):
    run("revoke", "--reason", "-", "--", chain[0])

    assert refused("revoke", "--reason", "-", "--", chain[0])[0] == 2
    assert refused("revoke", "--reason", "-", "nobody's") == (
        2, "No signing key has the kid nobody's.",
    )  # fmt: skip


def test_rewrap_says_that_nothing_is_to_be_done(chain):
    assert run("rewrap") == "Every private half is sealed under the first of KEY_ENCRYPTION_KEYS.\n"


def test_help_explains_the_exit_status(capsys):
    with pytest.raises(SystemExit):
        call_command("signing_keys", "--help")

    assert "exit status: 0 done, or nothing to do" in capsys.readouterr().out
