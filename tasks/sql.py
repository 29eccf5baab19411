"""What is said to the two databases in their own words?"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple, TypeVar

from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, Lookup
from django.db.models.sql.compiler import SQLCompiler

from tasks.lifecycle import OPEN, Status
from wire.compiled import Compiled, of_sql
from wire.prepared import asked

Sql = tuple[str, Any]
Item = TypeVar("Item")

# Rows in one statement: PostgreSQL takes 65,535 parameters, SQLite half of it.
MOST = 1000

# Written out rather than built from query sets: these stand in every statement about a task, and
# putting a subquery together costs more than the database takes to answer it.
_OPEN = ", ".join(f"'{status}'" for status in sorted(OPEN))


class OfRelated(Func):
    """Something about the tasks `c` that are related to one: of its id and, where not all of them
    count, of the condition that they have to meet."""

    arg_joiner = " AND "


class SeenParent(OfRelated):
    """The id of the task that a task stands under: of that id."""

    template = "(SELECT c.id FROM tasks_task c WHERE c.id = %(expressions)s)"
    output_field = models.BigIntegerField()


class DependsOn(OfRelated):
    """The ids of the tasks that a task depends on, ascending, as a JSON array."""

    output_field = models.JSONField()

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:
        """Aggregate with jsonb_agg."""
        return self.as_sql(
            compiler,
            connection,
            template="(SELECT COALESCE(jsonb_agg(d.depends_on_id ORDER BY d.depends_on_id),"
            " '[]'::jsonb) FROM tasks_dependency d JOIN tasks_task c ON c.id = d.depends_on_id"
            " WHERE d.task_id = %(expressions)s)",
        )

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> Sql:
        """Aggregate with json_group_array, which takes the order of what it reads."""
        return self.as_sql(
            compiler,
            connection,
            template="(SELECT json_group_array(o.id) FROM (SELECT d.depends_on_id AS id"
            " FROM tasks_dependency d JOIN tasks_task c ON c.id = d.depends_on_id"
            " WHERE d.task_id = %(expressions)s ORDER BY 1) o)",
        )


class Children(OfRelated):
    """How many children a task has, and how many of these are completed: `3,1`.

    As one text, as a subquery answers with one value: two take nearly twice as long, to plan too.
    """

    template = (
        "(SELECT COUNT(*) || ',' ||"
        f" COUNT(*) FILTER (WHERE c.status = '{Status.COMPLETED}')"
        " FROM tasks_task c WHERE c.parent_id = %(expressions)s)"
    )
    output_field = models.TextField()


class CommentCount(Func):
    """How many comments a task has."""

    template = "(SELECT COUNT(*) FROM tasks_comment m WHERE m.task_id = %(expressions)s)"
    output_field = models.IntegerField()


def any_of(rows: str) -> str:
    """Return the template of whether there are such rows.

    No EXISTS: PostgreSQL may answer that for all tasks together before the first is asked for,
    which takes as long as there are many. And no IS NULL: it takes that for rare.
    """
    return f"COALESCE((SELECT TRUE FROM {rows} LIMIT 1), FALSE)"


class HasOpenSubtasks(Func):
    """Whether any of them is open."""

    template = any_of(f"tasks_task c WHERE c.parent_id = %(expressions)s AND c.status IN ({_OPEN})")
    output_field = models.BooleanField()


class HasOpenDependencies(Func):
    """Whether a task waits for one that is not completed."""

    template = any_of(
        "tasks_dependency d JOIN tasks_task n ON n.id = d.depends_on_id"
        f" WHERE d.task_id = %(expressions)s AND n.status <> '{Status.COMPLETED}'"
    )
    output_field = models.BooleanField()


class Written(Func):
    """A word or a number of ours, written out in the statement.

    So PostgreSQL knows how many rows have it also when it plans but once, and the index that has
    but these can serve.
    """

    arity = 0

    def __init__(self, value: str | int) -> None:
        super().__init__(template=f"'{value}'" if isinstance(value, str) else f"{value:d}")


class IsPending(Func):
    """Whether a status is that of a pending task.

    Written out, as `tasks_to_claim` has but these: a statement that is planned once for whatever
    status may come cannot use it.
    """

    template = f"%(expressions)s = '{Status.PENDING}'"
    output_field = models.BooleanField()


class WasHeld(Func):
    """Whether a principal's hold on a task has passed to another: of the task and the principal."""

    template = any_of("tasks_formerholder h WHERE (h.task_id, h.principal) = (%(expressions)s)")
    output_field = models.BooleanField()


class WasOvertaken(Func):
    """Whether it has without the principal's letting go."""

    template = any_of(
        "tasks_formerholder h WHERE (h.task_id, h.principal) = (%(expressions)s)"
        " AND h.overtaken_at IS NOT NULL"
    )
    output_field = models.BooleanField()


class Unforeseen(Func):
    """A text that is looked for within others, without a guess by its length how often it is there.

    PostgreSQL takes a long one to be hardly anywhere: it read and sorted all there was.
    """

    template = "(SELECT %(expressions)s)"
    output_field = models.TextField()


@models.JSONField.register_lookup
class Has(Lookup):
    """`tags__has="x"`: the task has the tag."""

    lookup_name = "has"
    prepare_rhs = False

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:
        """Look the tasks of the tag up, which stand in the order of their ids (docs/adr/0032)."""
        task = compiler.quote_name_unless_alias(self.lhs.alias)
        return f"{task}.id IN (SELECT g.task_id FROM tasks_tagged g WHERE g.tag = %s)", [self.rhs]

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:
        """Look at each item."""
        array, params = self.process_lhs(compiler, connection)
        exists = f"EXISTS (SELECT 1 FROM json_each({array}) j WHERE j.value = %s)"
        return exists, [*params, self.rhs]


def portions(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Yield the items, as many at a time as one statement is given."""
    for start in range(0, len(items), MOST):
        yield items[start : start + MOST]


class Entrance(NamedTuple):
    """What a principal meets who brings a task into a project."""

    role: str | None
    requires_review: bool


_NEW_ID = {
    # By its name: to look up the sequence of a column reads the catalogue every time.
    "postgresql": "nextval('tasks_task_id_seq')",
    "sqlite": "(SELECT COALESCE(MAX(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'tasks_task')",
}
_ARRIVAL = """SELECT {new_id}, p.slug, m.role, p.requires_review
FROM (SELECT 1) one LEFT JOIN tasks_project p ON p.slug = %s
LEFT JOIN tasks_member m ON m.project_id = p.slug AND m.principal = %s"""


def arrival(slug: str | None, principal: str) -> tuple[int, Entrance | None]:
    """Return the id of a task to come, and what the principal is in its project, if it is one.

    SQLite gives the id to nobody else before the transaction ends.
    """
    [[number, found, role, review]] = asked(_arrival(connection.vendor), [slug, principal])
    return number, None if found is None else Entrance(role, bool(review))


@cache
def _arrival(vendor: str) -> Compiled:
    return of_sql(_ARRIVAL.format(new_id=_NEW_ID[vendor]))


def entrances(slugs: Sequence[str], principal: str) -> dict[str, Entrance]:
    """Return what the principal is in those of the slugs that are projects.

    Until the transaction ends these cannot be deleted; others may enter them meanwhile.
    """
    statement = (
        "SELECT p.slug, m.role, p.requires_review FROM tasks_project p LEFT JOIN tasks_member m"
        " ON m.project_id = p.slug AND m.principal = %s"
        f" WHERE p.slug IN ({', '.join(['%s'] * len(slugs))}) ORDER BY p.slug"
    )
    if connection.vendor == "postgresql":
        statement += " FOR KEY SHARE OF p"
    with connection.cursor() as cursor:
        cursor.execute(statement, [principal, *slugs])
        return {slug: Entrance(role, bool(review)) for slug, role, review in cursor.fetchall()}
