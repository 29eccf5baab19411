"""`manage.py audit`: shell in, text out, and an exit status a script can read."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from audit import triggers
from audit.models import Checkpoint
from tests.history import write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _issuer(signing_key):
    """Somebody signs."""


def run(*arguments):
    out = StringIO()
    call_command("audit", *arguments, stdout=out)
    return out.getvalue()


def test_seal_says_what_it_sealed_and_nothing_when_there_was_nothing():
    write(3)

    assert run("seal") == "3 entries are sealed, 3 in all.\n"
    assert run("seal") == ""


def test_seal_goes_on_until_it_is_stopped(monkeypatch):
    def a_while_later(seconds):
        if Checkpoint.objects.count() == 2:
            raise KeyboardInterrupt
        write(2)

    monkeypatch.setattr("config.management.commands.audit.time.sleep", a_while_later)
    write(1)

    with pytest.raises(KeyboardInterrupt):
        run("seal", "--every", "2")

    assert [each.size for each in Checkpoint.objects.all()] == [3, 1]


@pytest.mark.parametrize("every", ["0", "soon", "nan", "-1"])
def test_seal_takes_seconds_alone(every):
    with pytest.raises(CommandError, match="a number of seconds"):
        run("seal", f"--every={every}")


def test_status_tells_what_is_sealed_and_what_is_not():
    write(3)
    run("seal")
    write(2)

    told = dict(line.split(maxsplit=1) for line in run("status").splitlines())

    assert told["entries"] == "5"
    assert told["sealed"].startswith(f"3, by {Checkpoint.objects.get().kid} at ")
    assert told["unsealed"].startswith("2, the oldest for ")
    assert told["root"] == Checkpoint.objects.get().root
    assert told["triggers"] == "in place"


def test_status_names_the_triggers_that_are_gone():
    table, name, _ = next(triggers.wanted(connection.vendor))
    with connection.cursor() as cursor:
        on = f" ON {table}" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER {name}{on}")

    assert f"MISSING: {name}" in run("status")
    assert triggers.install(connection) == [name]
