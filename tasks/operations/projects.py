"""What can happen to a project?"""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError
from django.db.models import F, Q

from accounts.principals import Principal
from audit.actions import Action
from audit.recording import Journal
from outbox.telling import tell
from tasks.errors import NoSuchProject, ProjectExists, ProjectHasTasks, TasksOfOthers
from tasks.models import Member, Project, Task
from tasks.operations.rights import may_found, may_rule
from tasks.operations.settling import Expectation, anything
from tasks.operations.unchanged import Unchanged
from tasks.projects import Membership, ProjectRow


def create(
    slug: str, *, caller: Principal, journal: Journal, requires_review: bool = False
) -> ProjectRow:
    """Make a slug a project, which its maker owns.

    Raises PeopleOnly, ProjectExists, TasksOfOthers.
    """
    may_found(caller)
    made = Project(
        slug=slug,
        requires_review=requires_review,
        created_by=caller.id,
        created_at=journal.at,
        updated_at=journal.at,
    )
    try:
        made.save(force_insert=True)
    except IntegrityError as error:
        raise ProjectExists from error
    _refuse_to_take_over(slug, caller)
    made.members.create(
        principal=caller.id, role=Membership.OWNER, added_by=caller.id, added_at=journal.at
    )
    changes = {"requires_review": (None, requires_review), "owner": (None, caller.id)}
    note(journal, Action.PROJECT_CREATED, slug, changes)
    return read(slug, caller)


def change(
    edits: Mapping[str, Any],
    *,
    slug: str,
    caller: Principal,
    journal: Journal,
    expected: Expectation = anything,
) -> ProjectRow:
    """Change members of a project. Raises Unchanged, and as take_turn."""
    before = take_turn(slug, caller, expected)
    wanted = {name: value for name, value in edits.items() if getattr(before, name) != value}
    if not wanted:
        raise Unchanged(before)
    Project.objects.filter(pk=slug).update(**wanted, updated_at=journal.at)
    changes = {name: (getattr(before, name), value) for name, value in wanted.items()}
    note(journal, Action.PROJECT_UPDATED, slug, changes)
    return before._replace(**wanted, updated_at=journal.at)


def delete(
    *, slug: str, caller: Principal, journal: Journal, expected: Expectation = anything
) -> None:
    """Delete a project that has no tasks, and its memberships; the slug is open again.

    Raises ProjectHasTasks, and as take_turn.
    """
    before = take_turn(slug, caller, expected)
    members = dict(Member.objects.filter(project=slug).values_list("principal", "role"))
    Project.objects.filter(pk=slug).delete()
    # Asked afterwards: the deletion has waited for whoever was putting a task in.
    _refuse_with_tasks(slug)
    changes = {"requires_review": (before.requires_review, None), "members": (members, None)}
    note(journal, Action.PROJECT_DELETED, slug, changes)


def obstacle_to_deletion(slug: str) -> str | None:
    """Return the sentence that stands against deleting the project now, None when none does."""
    try:
        _refuse_with_tasks(slug)
    except ProjectHasTasks as refused:
        return str(refused)
    return None


def take_turn(slug: str, caller: Principal, expected: Expectation = anything) -> ProjectRow:
    """Return a project that nobody else changes until the transaction ends, its members neither.

    Raises NoSuchProject, what the expectation raises, PeopleOnly, NotProjectOwner.
    """
    Project.objects.visible_to(caller).filter(pk=slug).update(version=F("version") + 1)
    project = read(slug, caller)
    expected(project)
    may_rule(project, caller)
    return project


def read(slug: str, caller: Principal) -> ProjectRow:
    """Return a project as the caller sees it. Raises NoSuchProject."""
    found = Project.objects.visible_to(caller).with_role_of(caller).filter(pk=slug).first()
    if found is None:
        raise NoSuchProject
    return row_of(found)


def row_of(project: Project) -> ProjectRow:
    """Return the row of a project that was read with somebody's role."""
    return ProjectRow(*(getattr(project, name) for name in ProjectRow._fields))


def note(
    journal: Journal,
    action: Action,
    slug: str,
    changes: Mapping[str, tuple[object, object]],
    context: Mapping[str, object] | None = None,
) -> None:
    """Record what happened to a project, and tell those who follow the board what is new of it."""
    journal.record(
        action, target=("project", slug), project_slug=slug, changes=changes, context=context
    )
    new = {name: pair[1] for name, pair in changes.items()}
    is_gone = action is Action.PROJECT_DELETED
    data = None if is_gone else {"slug": slug, **new, **(context or {})}
    tell(journal, action, task_id=None, project_slug=slug, data=data)


def _refuse_with_tasks(slug: str) -> None:
    if Task.objects.filter(project_slug=slug).exists():
        raise ProjectHasTasks


def _refuse_to_take_over(slug: str, caller: Principal) -> None:
    """Raise TasksOfOthers where a slug that was open has tasks others made or work on."""
    if caller.is_admin:
        return
    others = ~Q(created_by=caller.id) | Q(assigned_to__isnull=False) & ~Q(assigned_to=caller.id)
    if Task.objects.filter(others, project_slug=slug).exists():
        raise TasksOfOthers
