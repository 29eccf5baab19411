"""What can be read of the board?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from accounts.principals import Principal
from tasks.errors import NoSuchTask
from tasks.filters import narrowed, order_of
from tasks.models import Task
from tasks.rows import TaskRow
from wire.pages import Page, page


def get(task_id: int, *, caller: Principal) -> TaskRow:
    """Return one task. Raises NoSuchTask."""
    found = next(iter(Task.rows.visible_to(caller).filter(pk=task_id)), None)
    if found is None:
        raise NoSuchTask
    return cast("TaskRow", found)


def find(query: Mapping[str, Any], *, caller: Principal, at: datetime) -> Page[Any]:
    """Return a page of the tasks that a validated query asks for. Raises InvalidInput."""
    found = narrowed(Task.rows.visible_to(caller), query, caller, at)
    return page(cast("Any", found), order_of(query), dict(query))


def subtasks(
    task_id: int, query: Mapping[str, Any], *, caller: Principal, at: datetime
) -> Page[Any]:
    """Return a page of a task's children. Raises NoSuchTask, InvalidInput."""
    if not Task.objects.visible_to(caller).filter(pk=task_id).exists():
        raise NoSuchTask
    return find({**query, "parent_id": task_id}, caller=caller, at=at)
