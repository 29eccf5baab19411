"""What is said to the two databases about how tasks stand to each other?"""

from collections.abc import Iterable, Sequence

from django.db import connection

# Any number does, as long as nothing else in the database locks the same.
_RELATIONS = 0x7461736B73


def one_relation_edit_at_a_time() -> None:
    """Wait until no other transaction edits relations between existing tasks.

    Two edits that are harmless alone can close a cycle together, over rows that neither of them
    touches, so row locks would have to cover whole chains. Such edits are rare and short: they
    take turns. SQLite has but one writer anyway. New tasks need no turn: nothing leads to them.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_RELATIONS])


def kept(tasks: Sequence[int]) -> Sequence[int]:
    """Return those of the tasks that are there; they cannot be deleted until the transaction ends.

    Others may change them meanwhile. SQLite has but one writer: nobody else deletes.
    """
    if connection.vendor != "postgresql" or not tasks:
        return tasks
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM tasks_task WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE", [list(tasks)]
        )
        return [number for (number,) in cursor.fetchall()]


def put_under(parents: Sequence[tuple[int, int]]) -> None:
    """Give tasks their parents: pairs of a task and what it stands under."""
    pairs = ", ".join(["(%s, %s)"] * len(parents))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE tasks_task SET parent_id = p.column2 FROM (VALUES {pairs}) AS p"
            " WHERE tasks_task.id = p.column1",
            [number for pair in parents for number in pair],
        )


def is_ancestor(task_id: int, of: int) -> bool:
    """Tell whether a task stands above another one."""
    return _finds(
        "WITH RECURSIVE up(id) AS ("
        " SELECT parent_id FROM tasks_task WHERE id = %s"
        " UNION SELECT t.parent_id FROM tasks_task t JOIN up ON t.id = up.id"
        ") SELECT 1 FROM up WHERE id = %s",
        [of, task_id],
    )


def is_needed_by(task_id: int, any_of: Iterable[int]) -> bool:
    """Tell whether any of some tasks depends on a task, however far behind."""
    starts = list(any_of)
    places = ", ".join(["%s"] * len(starts))
    return _finds(
        "WITH RECURSIVE behind(id) AS ("
        f" SELECT depends_on_id FROM tasks_dependency WHERE task_id IN ({places})"
        " UNION SELECT d.depends_on_id FROM tasks_dependency d JOIN behind b ON d.task_id = b.id"
        ") SELECT 1 FROM behind WHERE id = %s",
        [*starts, task_id],
    )


def _finds(statement: str, params: list[int]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchone() is not None
