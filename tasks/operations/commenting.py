"""What happens when somebody says something about a task?"""

from accounts.principals import Principal
from audit.actions import Action
from audit.recording import Journal
from tasks.comment_models import Comment
from tasks.models import Task
from tasks.operations.rights import may_write
from tasks.operations.settling import found, note


def comment(body: str, *, task_id: int, caller: Principal, journal: Journal) -> Comment:
    """Add the caller's comment to a task. Raises NoSuchTask, ViewersOnlyLook.

    History tells that it was made and not what it says: words can be taken back with their task,
    history cannot. The task itself is not changed, so nobody's precondition fails over a remark.
    """
    Task.objects.lock(task_id)  # or it could be deleted between here and the commit
    standing = found(task_id, caller)
    may_write(standing, caller)
    said = Comment.objects.create(
        task_id=task_id,
        body=body,
        author=caller.id,
        author_type=caller.actor_type.value,
        created_at=journal.at,
    )
    note(journal, Action.TASK_COMMENTED, standing.task, {}, {"comment_id": said.pk})
    return said
