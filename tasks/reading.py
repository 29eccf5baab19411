"""What can be read of the board?"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, cast

from accounts.principals import Principal
from tasks.comment_models import Comment
from tasks.errors import NoSuchProject, NoSuchTask
from tasks.filters import COMMENT_ORDERS, OLDEST_FIRST, narrowed
from tasks.listing import find
from tasks.models import Member, Project, Task
from tasks.ready import Wanted, next_ready
from tasks.rows import TaskRow
from tasks.sight import Sight
from tasks.spelling import SpelledTask
from wire.orders import Column
from wire.pages import Page, page

PART = 200


def get(task_id: int, *, caller: Principal) -> TaskRow:
    """Return one task. Raises NoSuchTask."""
    found = Task.rows.one_visible_to(caller, task_id)
    if found is None:
        raise NoSuchTask
    return cast("TaskRow", found)


def next_task(wanted: Wanted, *, caller: Principal, at: datetime) -> TaskRow | None:
    """Return the task that a claim would take now, None when nothing is ready."""
    return next_ready(wanted, caller, at)


def shown(task_id: int, *, caller: Principal) -> SpelledTask:
    """Return one task as it is sent. Raises NoSuchTask."""
    found = Task.rows.spelled_to(caller, task_id)
    if found is None:
        raise NoSuchTask
    return found


def subtasks(
    task_id: int, query: Mapping[str, Any], *, caller: Principal, at: datetime
) -> Page[SpelledTask]:
    """Return a page of a task's children. Raises NoSuchTask, InvalidInput."""
    _refuse_unseen(task_id, caller)
    return find({**query, "parent_id": task_id}, caller=caller, at=at)


def everything(
    query: Mapping[str, Any], *, caller: Principal, at: datetime
) -> Iterator[list[TaskRow]]:
    """Yield all tasks that a validated query asks for, oldest first, some at a time.

    No statement or snapshot lasts longer than one part, so a slow reader holds nothing up; each
    part is as it was when it was read. Tasks made meanwhile are left out, so it ends.
    """
    seen = narrowed(Task.rows.visible_to(caller), query, Sight.of(caller), at).order_by("pk")
    newest = Task.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    last = 0
    while part := cast("list[TaskRow]", list(seen.filter(pk__gt=last, pk__lte=newest)[:PART])):
        yield part
        if len(part) < PART:
            return
        last = part[-1].id


def comments(task_id: int, query: Mapping[str, Any], *, caller: Principal) -> Page[Comment]:
    """Return a page of what was said about a task, first word first. Raises NoSuchTask."""
    _refuse_unseen(task_id, caller)
    order = COMMENT_ORDERS.get(query.get("ordering", ""), OLDEST_FIRST)
    return page(Comment.objects.filter(task=task_id), order, dict(query))


def projects(query: Mapping[str, Any], *, caller: Principal) -> Page[Project]:
    """Return a page of the projects the caller is in, each with their role."""
    seen = Project.objects.visible_to(caller).with_role_of(caller)
    return page(seen, (Column("slug"),), dict(query))


def members(slug: str, query: Mapping[str, Any], *, caller: Principal) -> Page[Member]:
    """Return a page of a project's members. Raises NoSuchProject."""
    if not Project.objects.visible_to(caller).filter(pk=slug).exists():
        raise NoSuchProject
    return page(Member.objects.filter(project=slug), (Column("principal"),), dict(query))


def _refuse_unseen(task_id: int, caller: Principal) -> None:
    if not Task.objects.visible_to(caller).filter(pk=task_id).exists():
        raise NoSuchTask
