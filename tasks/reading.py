"""What can be read of the board?"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from django.db.models import Value

from accounts.principals import Principal
from tasks.comment_models import Comment
from tasks.errors import NoSuchProject, NoSuchTask
from tasks.filters import COMMENT_ORDERS, NEWEST_FIRST, OLDEST_FIRST, narrowed, order_of
from tasks.models import Member, Project, Task
from tasks.plain import spelled_by
from tasks.ready import Wanted, next_ready
from tasks.rows import TaskRow
from tasks.sight import Sight
from tasks.spelling import SpelledTask, spelled
from wire.pages import Column, Page, Position, Window, cut, page, selected, windowed
from wire.prepared import Question, Slot

PART = 200
WINDOWS_KEPT = 32


def get(task_id: int, *, caller: Principal) -> TaskRow:
    """Return one task. Raises NoSuchTask."""
    found = Task.rows.one_visible_to(caller, task_id)
    if found is None:
        raise NoSuchTask
    return cast("TaskRow", found)


def next_task(wanted: Wanted, *, caller: Principal, at: datetime) -> TaskRow | None:
    """Return the task that a claim would take now, None when nothing is ready."""
    standing = next_ready(wanted, caller, at)
    return None if standing is None else standing.task


def shown(task_id: int, *, caller: Principal) -> SpelledTask:
    """Return one task as it is sent. Raises NoSuchTask."""
    found = Task.rows.spelled_to(caller, task_id)
    if found is None:
        raise NoSuchTask
    return found


def find(query: Mapping[str, Any], *, caller: Principal, at: datetime) -> Page[SpelledTask]:
    """Return a page of the tasks that a validated query asks for. Raises InvalidInput."""
    if query.keys() <= {"limit", "cursor"}:
        return _newest(query, caller)
    seen = narrowed(Task.rows.visible_to(caller), query, caller, at)
    found: Page[Any] = page(cast("Any", seen), order_of(query), dict(query))
    return replace(found, rows=[spelled(row) for row in found.rows])


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
    found = narrowed(Task.rows.visible_to(caller), query, caller, at).order_by("pk")
    newest = Task.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    last = 0
    while part := cast("list[TaskRow]", list(found.filter(pk__gt=last, pk__lte=newest)[:PART])):
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


def _newest(query: Mapping[str, Any], caller: Principal) -> Page[SpelledTask]:
    """Return a page of all in sight: what everybody asks for first is put together once."""
    window = windowed(query, NEWEST_FIRST, Task)
    sight, place = Sight.of(caller), window.position
    question = _window(sight.sees_all, window.limit, None if place is None else place.backward)
    values = {} if place is None else {"place": place.values[0]}
    found = spelled_by(question, caller=sight.caller, member=sight.member, **values)
    return cut(found, NEWEST_FIRST, window)


@lru_cache(maxsize=WINDOWS_KEPT)
def _window(sees_all: bool, limit: int, backward: bool | None) -> Question:
    # Also planned once, though it is a list: it looks for nothing, so there is one way, by the ids.
    # The number of rows is part of the statement, so that the plan is for that many.
    place = None if backward is None else Position(backward, (Value(Slot("place")),))
    window = Window(limit, 0, place)
    return Question(lambda: selected(Task.rows.visible_to_slots(sees_all), NEWEST_FIRST, window))


def _refuse_unseen(task_id: int, caller: Principal) -> None:
    if not Task.objects.visible_to(caller).filter(pk=task_id).exists():
        raise NoSuchTask
