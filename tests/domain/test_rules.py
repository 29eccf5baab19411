"""Rules of rows: the database holds each by its name, and reads little anew to do so."""

from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.test.utils import isolate_apps

from audit.models import Entry
from tests.history import NOON
from wire.rules import Rules

pytestmark = pytest.mark.django_db

TABLES = ["tasks_task", "audit_entry"]
POSTGRESQL = pytest.mark.only_on("postgresql")  # SQLite has no functions of its own
# Characters of a table's CHECKs, as PostgreSQL keeps them: they were 17,000 and 16,000.
MOST_READ = 6000
WORDS = [
    ("audit_action_is_registered", {"action": "task.invented"}),
    ("audit_outcome_is_known", {"outcome": "perhaps"}),
    ("audit_actor_type_is_known", {"actor_type": "ghost"}),
]


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [row[0] for row in cursor.fetchall()]


def checks(table):
    return set(sql(
        "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'", table,
    ))  # fmt: skip


def functions():
    return set(sql("SELECT proname FROM pg_proc WHERE proname LIKE '%%_rules'"))


@pytest.mark.parametrize(("rule", "broken"), WORDS)
def test_the_database_refuses_an_entry_of_unknown_words(rule, broken):
    words = {"action": "task.created", "outcome": "success", "actor_type": "human", **broken}

    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Entry.objects.bulk_create([Entry(occurred_at=NOON, **words)])


@POSTGRESQL
def test_what_is_broken_is_told_as_by_a_constraint_of_that_name():
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Entry.objects.bulk_create([Entry(occurred_at=NOON, action="task.invented")])

    cause: Any = refused.value.__cause__
    told = cause.diag
    assert (told.sqlstate, told.table_name) == ("23514", "audit_entry")
    assert told.constraint_name == "audit_action_is_registered"


@POSTGRESQL
@pytest.mark.parametrize("table", TABLES)
def test_little_is_read_anew_by_each_statement_that_writes(table):
    [read] = sql(
        "SELECT sum(length(conbin::text)) FROM pg_constraint"
        " WHERE conrelid = %s::regclass AND contype = 'c'", table,
    )  # fmt: skip

    assert f"{table}_rules" in checks(table)
    assert read < MOST_READ


@POSTGRESQL
def test_all_rules_have_been_compared_with_the_rows_that_were_there():
    assert sql("SELECT conname FROM pg_constraint WHERE NOT convalidated") == []


@POSTGRESQL
@pytest.mark.parametrize(("app", "table"), [("tasks", "tasks_task"), ("audit", "audit_entry")])
def test_the_way_to_one_function_leads_back(app, table):
    step: Any
    [step] = MigrationLoader(None).get_migration(app, "0007_rules_in_one").operations
    after = ProjectState.from_apps(apps)
    [rules] = apps.get_model(app, step.state_operations[0].model_name)._meta.constraints
    before = checks(table)

    with connection.schema_editor() as editor:
        step.database_backwards(app, editor, after, after)
    assert checks(table) == before - {rules.name} | set(rules.rules)
    assert rules.name not in functions()

    with connection.schema_editor() as editor:
        step.database_forwards(app, editor, after, after)
    assert checks(table) == before
    assert rules.name in functions()


@pytest.mark.parametrize("changed", [
    {"light": models.Q(weight__lt=31)},
    {"feather": models.Q(weight__lt=30)},
    {"light": models.Q(weight__lt=30), "heavy": models.Q(weight__gt=0)},
])  # fmt: skip
def test_rules_that_changed_are_seen_to_by_a_migration(changed):
    rules = Rules(name="parcel_rules", rules={"light": models.Q(weight__lt=30)})

    assert rules == rules.clone()
    assert rules != Rules(name="parcel_rules", rules=changed)


@POSTGRESQL
@isolate_apps("audit")
def test_a_table_that_is_new_brings_its_function():
    class Parcel(models.Model):
        weight = models.IntegerField(null=True)

        class Meta:
            app_label = "audit"
            constraints = [Rules(name="parcel_rules", rules={"light": models.Q(weight__lt=30)})]

        def __str__(self):
            return f"{self.weight}"

    with connection.schema_editor() as editor:
        editor.create_model(Parcel)
    Parcel(weight=29).save()
    Parcel(weight=None).save()  # as of a CHECK: what is not known is not broken

    with pytest.raises(IntegrityError, match="light"), transaction.atomic():
        Parcel(weight=30).save()
