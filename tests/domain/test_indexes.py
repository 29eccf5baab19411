"""Each index of what is written most costs every write: it is here with what it is for, or gone."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

# SQLite's are the same but for those that it cannot have.
POSTGRESQL = pytest.mark.only_on("postgresql")
KEPT = {
    "tasks_task": {
        "tasks_task_pkey": "one task; newest first",
        "tasks_by_status": "several rare statuses at once",
        **{
            f"tasks_{status}": "a page of one status"
            for status in (
                *("blocked", "cancelled", "completed"),
                *("in_progress", "pending", "review"),
            )
        },
        "tasks_of_project": "project=",
        "tasks_of_project_status": "project= with status=",
        "tasks_of_parent": "parent_id=, counts of children, whether any is open",
        "tasks_by_assignee": "assigned_to=",
        "tasks_by_creator": "created_by=",
        "tasks_by_due_date": "due_before=, due_after=, ordering=due_date",
        "tasks_by_due_date_desc": "ordering=-due_date, with what has none at the end",
        "tasks_by_created_at": "ordering=created_at",
        "tasks_by_updated_at": "ordering=updated_at",
        "tasks_by_title": "ordering=title",
        "tasks_by_priority": "priority=, ordering=priority",
        "tasks_to_claim": "the next pending task in line",
        "tasks_by_lease": "leases that have lapsed",
    },
    "tasks_tagged": {"tasks_tagged_pkey": "tag=, newest first"},
    "audit_entry": {
        "audit_entry_pkey": "newest first",
        "audit_of_task": "task_id=",
        "audit_of_actor": "actor_id=, the own trail",
        "audit_of_action": "action=",
        "audit_of_project": "project=",
        "audit_of_target": "target=",
        "audit_of_request": "request_id=",
        "audit_at": "since=, until=",
        "audit_to_seal": "what has no place in the tree yet",
    },
    "outbox_event": {
        "outbox_event_pkey": "one event, for pruning",
        "outbox_in_order": "replay in the order of commits",
        "outbox_deleted_projects": "whose events are out of sight for good",
    },
}


def indexes(table):
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s", [table])
        return dict(cursor.fetchall())


@POSTGRESQL
@pytest.mark.django_db
@pytest.mark.parametrize("table", KEPT)
def test_every_index_is_for_something(table):
    assert indexes(table).keys() == KEPT[table].keys()


@POSTGRESQL
@pytest.mark.django_db(transaction=True)
def test_what_an_attempt_left_that_was_cut_off_is_made_anew():
    steps: Any = MigrationLoader(None).get_migration("tasks", "0009_of_what_is_there").operations
    states = [ProjectState.from_apps(apps)] * 2
    wanted = indexes("tasks_task")
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX tasks_of_project_status")
        cursor.execute("CREATE INDEX tasks_of_project_status ON tasks_task (id)")
        cursor.execute("CREATE INDEX tasks_by_parent ON tasks_task (parent_id, status)")

    with connection.schema_editor(atomic=False) as editor:
        for step in steps:
            step.database_forwards("tasks", editor, *states)

    assert indexes("tasks_task") == wanted
