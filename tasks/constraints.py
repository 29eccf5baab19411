"""Which rules does the database hold, and which indexes serve which question?"""

from django.db import models
from django.db.models import F, Q

from tasks.lifecycle import HELD, Status
from tasks.rows import Priority
from wire.rules import Rules

_PLACES = sorted(status.value for status in Status)
_HELD = sorted(status.value for status in HELD)
_BEFORE_BLOCK = sorted(status.value for status in (*HELD, Status.PENDING))

RULES = Rules(
    name="tasks_task_rules",
    rules={
        "tasks_title_not_empty": ~Q(title=""),
        "tasks_status_is_known": Q(status__in=_PLACES),
        "tasks_priority_is_known": Q(priority__in=[priority.value for priority in Priority]),
        "tasks_percent_in_range": Q(progress_percent__range=(0, 100)),
        "tasks_completed_at_iff_completed": Q(
            status=Status.COMPLETED.value, completed_at__isnull=False, progress_percent=100
        )
        | ~Q(status=Status.COMPLETED.value) & Q(completed_at__isnull=True),
        "tasks_blocked_from_iff_blocked": Q(
            status=Status.BLOCKED.value,
            blocked_from__in=_BEFORE_BLOCK,
            blocked_from__isnull=False,
            blocked_reason__isnull=False,
        )
        | ~Q(status=Status.BLOCKED.value)
        & Q(blocked_from__isnull=True, blocked_reason__isnull=True),
        "tasks_held_has_its_holder": ~Q(status__in=_HELD)
        | Q(assigned_to__isnull=False, held_by__isnull=False, assigned_to=F("held_by")),
        "tasks_lease_only_in_progress": Q(lease_expires_at__isnull=True)
        | Q(status=Status.IN_PROGRESS.value, lease_seconds__isnull=False),
        "tasks_lease_within_a_day": Q(lease_seconds__isnull=True)
        | Q(lease_seconds__range=(1, 86_400)),
        "tasks_not_own_parent": Q(parent__isnull=True) | ~Q(parent=F("id")),
    },
)

# PostgreSQL's alone stand in migrations: each tag's tasks, and the latest due date first with tasks
# without one at the end. Newest first is `-id`.
INDEXES = [
    models.Index("status", F("id").desc(), name="tasks_by_status"),
    # A page of one status. By the index above it would seem dearer to PostgreSQL than walking the
    # ids backwards, however many of the newest are of another.
    *(
        models.Index(F("id").desc(), condition=Q(status=place), name=f"tasks_{place}")
        for place in _PLACES
    ),
    # Who looks for a project or for children names one: what has none need not be in these.
    models.Index(
        "project_slug",
        F("id").desc(),
        condition=Q(project_slug__isnull=False),
        name="tasks_of_project",
    ),
    models.Index(
        "project_slug",
        "status",
        F("id").desc(),
        condition=Q(project_slug__isnull=False),
        name="tasks_of_project_status",
    ),
    models.Index("parent", "status", condition=Q(parent__isnull=False), name="tasks_of_parent"),
    models.Index("assigned_to", F("id").desc(), name="tasks_by_assignee"),
    models.Index("created_by", F("id").desc(), name="tasks_by_creator"),
    models.Index("due_date", "id", name="tasks_by_due_date"),
    models.Index("created_at", "id", name="tasks_by_created_at"),
    models.Index("updated_at", "id", name="tasks_by_updated_at"),
    models.Index("title", "id", name="tasks_by_title"),
    models.Index("priority", "id", name="tasks_by_priority"),
    models.Index(
        F("priority").desc(),
        F("due_date").asc(),
        "id",
        condition=Q(status=Status.PENDING.value),
        name="tasks_to_claim",
    ),
    models.Index(
        "lease_expires_at",
        condition=Q(lease_expires_at__isnull=False),
        name="tasks_by_lease",
    ),
]
