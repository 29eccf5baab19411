"""What the database itself refuses of a marker."""

from datetime import timedelta

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection

from migrations_ops import triggers
from migrations_ops.models import Run, Status
from wire.clock import now

pytestmark = pytest.mark.django_db

AT = now()
DONE = {
    "status": Status.DONE, "finished_at": AT, "rows_affected": 0, "duration_ms": 0,
    "receipt": "eyJ",
}  # fmt: skip


def marker(**changes):
    fields = {"name": "sweep", "token_jti": "j", "code_sha256": "c", "run_by": "@carol"}
    return Run.objects.create(**{**fields, "started_at": AT - timedelta(hours=1), **changes})


def test_a_marker_is_running_or_has_all_that_done_means():
    assert marker().status == Status.RUNNING
    assert marker(name="other", token_jti="k", **DONE).status == Status.DONE


@pytest.mark.parametrize("changes", [{"name": "sweep"}, {"token_jti": "j"}])
def test_neither_a_name_nor_a_token_is_used_twice(changes):
    marker()

    with pytest.raises(IntegrityError):
        marker(**{"name": "other", "token_jti": "k", **changes})


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"status": "asleep"}, id="unknown status"),
        pytest.param({"name": ""}, id="no name"),
        pytest.param({"token_jti": ""}, id="no token"),
        pytest.param({"run_by": ""}, id="nobody"),
        pytest.param({"receipt": "eyJ"}, id="a receipt while running"),
        pytest.param({"finished_at": AT}, id="an end while running"),
        pytest.param({**DONE, "finished_at": AT - timedelta(hours=2)}, id="ends before it starts"),
        pytest.param({**DONE, "rows_affected": -1}, id="fewer than no rows"),
        pytest.param({**DONE, "duration_ms": -1}, id="less than no time"),
        pytest.param({**DONE, "finished_at": None}, id="done without an end"),
        pytest.param({**DONE, "rows_affected": None}, id="done without rows"),
        pytest.param({**DONE, "duration_ms": None}, id="done without duration"),
        pytest.param({**DONE, "receipt": ""}, id="done without a receipt"),
        pytest.param({"status": Status.CANCELLED}, id="cancelled without a word"),
        pytest.param({"status": Status.FAILED}, id="failed for no reason"),
        pytest.param({"failure": "it broke"}, id="a failure while running"),
        pytest.param({"generation": 0}, id="before the first generation"),
    ],
)
def test_a_marker_that_can_not_be_true_is_refused(changes):
    with pytest.raises(IntegrityError):
        marker(**changes)


def sql(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "tamper",
    [
        lambda done: Run.objects.filter(pk=done.pk).update(status=Status.RUNNING),
        lambda done: Run.objects.filter(pk=done.pk).update(rows_affected=7),
        lambda done: Run.objects.filter(pk=done.pk).update(failure="none"),
        lambda done: done.save(),
        lambda done: done.delete(),
        lambda done: sql("DELETE FROM migrations_ops_run"),
        lambda done: Run.objects.bulk_create(
            [done], update_conflicts=True, unique_fields=["name"], update_fields=["run_by"]
        ),
    ],
    ids=["reopen", "count", "failure", "save", "delete", "delete all", "upsert"],
)
def test_a_done_marker_is_for_ever(tamper):
    done = marker(**DONE)

    with pytest.raises(DatabaseError, match="is kept as it is"):
        tamper(done)


@pytest.mark.parametrize(
    "changes", [{"generation": 1}, {"name": "other"}], ids=["falls back", "renamed"]
)
def test_a_running_marker_only_goes_forward(changes):
    running = marker(generation=2)

    with pytest.raises(DatabaseError, match="is kept as it is"):
        Run.objects.filter(pk=running.pk).update(**changes)


def test_a_running_marker_is_not_deleted():
    running = marker()

    with pytest.raises(DatabaseError, match="is kept as it is"):
        running.delete()


@pytest.mark.only_on("sqlite")  # REPLACE is SQLite's
def test_a_marker_is_not_replaced():
    marker(**DONE)
    columns = ", ".join(str(field.column) for field in Run._meta.fields)

    with pytest.raises(DatabaseError, match="is kept as it is"):
        sql(f"REPLACE INTO migrations_ops_run ({columns}) SELECT {columns} FROM migrations_ops_run")


@pytest.mark.only_on("postgresql")  # SQLite has no TRUNCATE, and no replication
@pytest.mark.parametrize("role", ["origin", "replica"])
def test_markers_are_not_truncated(role):
    sql(f"SET LOCAL session_replication_role = {role}")

    with pytest.raises(DatabaseError, match="is kept as it is"):
        sql("TRUNCATE migrations_ops_run")


def test_lost_triggers_are_noticed_and_put_back_by_migrate(capsys):
    on = " ON migrations_ops_run" if connection.vendor == "postgresql" else ""
    sql(f"DROP TRIGGER oneshot_run_keep{on}")

    noticed = run_checks(tags=["database"], databases=["default"])  # as `check --database` does
    call_command("migrate", verbosity=1, skip_checks=False)  # as the shell does

    assert [found.id for found in noticed] == ["oneshots.E001"]
    assert "Put the trigger oneshot_run_keep in place." in capsys.readouterr().out
    assert triggers.missing(connection) == []
