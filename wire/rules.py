"""What must hold of every row, without being read anew by each statement?

PostgreSQL reads the stored text of a CHECK, and plans it, once more for every statement that writes
to the table: that was a third of what a change took it. Of a function it keeps both, as long as the
connection lasts. So there all rules of a table are one function, which tells what is broken by
its name, and one CHECK calls it. SQLite has a CHECK for each (docs/adr/0028).
"""

from collections.abc import Iterator, Mapping
from functools import partial, reduce
from operator import and_
from typing import Any

from django.db.migrations import (
    AddConstraint,
    RemoveConstraint,
    RunPython,
    SeparateDatabaseAndState,
)
from django.db.models import CheckConstraint, Q

FUNCTION = """CREATE OR REPLACE FUNCTION {name}({parameters}) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $rules$
DECLARE
  broken CONSTANT text := CASE
{rules}
  END;
BEGIN
  IF broken IS NULL THEN
    RETURN TRUE;
  END IF;
  RAISE check_violation USING TABLE = '{table}', CONSTRAINT = broken,
    MESSAGE = format('new row for relation "{table}" violates check constraint "%s"', broken);
END $rules$"""
RULE = "    WHEN NOT ({condition}) THEN '{name}'"  # what is null is not broken


class Rules(CheckConstraint):
    """All conditions of a table's rows, each by its name, as the database is to hold them.

    Added to a table that has rows, it is not compared with them on PostgreSQL: `validated` does
    so, in a migration of its own, while others write.
    """

    def __init__(self, *, name: str, rules: Mapping[str, Q]) -> None:
        self.rules = dict(rules)
        super().__init__(condition=reduce(and_, self.rules.values()), name=name)

    def each(self) -> Iterator[CheckConstraint]:
        """Yield the rules as constraints of their own."""
        for name, condition in self.rules.items():
            yield CheckConstraint(condition=condition, name=name)

    def deconstruct(self) -> Any:
        """Return what a migration makes it of."""
        path, args, kwargs = super().deconstruct()
        return path, args, {"name": kwargs["name"], "rules": self.rules}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rules) and self.deconstruct() == other.deconstruct()

    __hash__ = None  # type: ignore[assignment]  # as those of Django

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        """Return what stands in the table's own statement, having made the function for it."""
        if _has_functions(schema_editor):
            schema_editor.execute(self._function(model, schema_editor), params=None)
            return super().constraint_sql(model, schema_editor)
        return ", ".join(str(rule.constraint_sql(model, schema_editor)) for rule in self.each())

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        """Return how it is added to a table that is there, having made the function."""
        schema_editor.execute(self._function(model, schema_editor), params=None)
        return f"{super().create_sql(model, schema_editor)} NOT VALID"

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        """Return how the function is dropped, having dropped what calls it."""
        schema_editor.execute(super().remove_sql(model, schema_editor), params=None)
        return f"DROP FUNCTION {schema_editor.quote_name(self.name)}"

    def _get_check_sql(self, model: Any, schema_editor: Any) -> str:
        names = (schema_editor.quote_name(field.column) for field in self._fields(model))
        return f"{schema_editor.quote_name(self.name)}({', '.join(names)})"

    def _function(self, model: Any, schema_editor: Any) -> str:
        quoted, database = schema_editor.quote_name, schema_editor.connection
        return FUNCTION.format(
            name=quoted(self.name),
            parameters=", ".join(
                f"{quoted(field.column)} {field.db_type(database)}" for field in self._fields(model)
            ),
            table=model._meta.db_table,  # noqa: SLF001
            rules="\n".join(
                RULE.format(
                    name=rule.name,
                    condition=rule._get_check_sql(model, schema_editor),  # type: ignore[attr-defined]  # noqa: SLF001
                )
                for rule in self.each()
            ),
        )

    def _fields(self, model: Any) -> list[Any]:
        """Return what the rules ask about, in the table's order."""
        asked = self.condition.referenced_base_fields  # type: ignore[union-attr]
        return [
            field
            for field in model._meta.concrete_fields  # noqa: SLF001
            if asked & {field.name, field.attname}
        ]


def gathered(app: str, model: str, rules: Rules) -> SeparateDatabaseAndState:
    """Return the step from constraints of their own to these rules; SQLite has them so already."""
    return SeparateDatabaseAndState(
        database_operations=[
            RunPython(partial(_gather, app, model, rules), partial(_scatter, app, model, rules))
        ],
        state_operations=[
            *(RemoveConstraint(model, name) for name in rules.rules),
            AddConstraint(model, rules),
        ],
    )


def _gather(app: str, model: str, rules: Rules, apps: Any, schema_editor: Any) -> None:
    if _has_functions(schema_editor):
        kind = apps.get_model(app, model)
        schema_editor.add_constraint(kind, rules)
        for rule in rules.each():
            schema_editor.remove_constraint(kind, rule)


def _scatter(app: str, model: str, rules: Rules, apps: Any, schema_editor: Any) -> None:
    if _has_functions(schema_editor):
        kind = apps.get_model(app, model)
        for rule in rules.each():
            schema_editor.add_constraint(kind, rule)
        schema_editor.remove_constraint(kind, rules)


def validated(table: str, name: str) -> RunPython:
    """Return the step that compares rules with the rows that are there, while others write."""

    def validate(apps: Any, schema_editor: Any) -> None:
        if _has_functions(schema_editor):
            schema_editor.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")

    return RunPython(validate, RunPython.noop)


def _has_functions(schema_editor: Any) -> bool:
    return bool(schema_editor.connection.vendor == "postgresql")
