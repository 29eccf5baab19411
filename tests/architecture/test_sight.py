"""Tasks are looked up through what their caller sees, and nowhere past it without a reason."""

import ast
import json

from accounts.scopes import Scope
from config.docs import document
from config.permission_table import RULE_OF

APPS = ("tasks", "events", "config")
SCOPED = {
    *("visible_to", "one_visible_to", "spelled_to", "visible_to_slots"),
    *("writable_by", "seen_by"),
}
# Where tasks are asked for by other means, and why that tells a caller nothing they may not know.
PAST_IT = {
    "config/demo.py::fill_tasks": "nobody calls",
    "events/sight.py::narrowed": "its filter is the same condition",
    "events/sight.py::_recount": "its filter is the same condition",
    "tasks/history.py::_look": "its filter is the same condition",
    "tasks/operations/commenting.py::comment": "locks; what is found comes after",
    "tasks/operations/creating.py::_project": "of a parent that was found for the caller",
    "tasks/operations/deleting.py::delete": "of a task that was found for the caller",
    "tasks/operations/deleting.py::tell": "of the same",
    "tasks/operations/deleting.py::decide": "rules count what nobody sees too",
    "tasks/operations/importing.py::bring_in": "makes some",
    "tasks/operations/importing.py::_related": "of parents that were found for the caller",
    "tasks/operations/projects.py::_refuse_with_tasks": "rules count what nobody sees too",
    "tasks/operations/projects.py::_refuse_to_take_over": "an open slug's tasks are everybody's",
    "tasks/operations/relations.py::rejoin": "rules count what nobody sees too",
    "tasks/operations/settling.py::settle": "locks; what is found comes after",
    "tasks/reading.py::everything": "the highest id, as a limit",
    "tasks/taking.py::_fresh": "of the task that the same statement finds for the caller",
    "tasks/ready.py::first": "makes a value of a row that was found so",
}


def managers(tree):
    """Yield each use of a manager of tasks, with the function it stands in and what is called."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute):
                    name = node.value.value
                    if isinstance(name, ast.Name) and name.id == "Task":
                        yield function.name, node.attr


def test_every_look_up_begins_with_the_callers_sight_or_says_why_not(repository):
    found = {
        f"{file.relative_to(repository)}::{function}"
        for app in APPS
        for file in (repository / app).rglob("*.py")
        for function, called in managers(ast.parse(file.read_text()))
        if called not in SCOPED
    }

    assert found == PAST_IT.keys()


def test_the_openapi_document_asks_for_the_scopes_of_the_permission_table():
    paths = json.loads(document())["paths"]
    asked = {
        f"{method.upper()} {path}": operation.get("security", [{}])[0].get("bearer", [])
        for path, operations in paths.items()
        for method, operation in operations.items()
    }

    assert asked == {
        route: [rule.scope] if rule.scope in set(Scope) else []
        for route, rule in RULE_OF.items()
        if route in asked
    }
